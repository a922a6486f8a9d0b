"""zhicang import: the template for lists, the pre-check of what was brought, and its registering."""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.cli.acting import perform
from node.cli.checking import checked, request_of
from node.cli.findings import tell
from node.cli.importing import act_apply, dry_run, report
from node.cli.parser import add_passphrase, chooser, given_path
from node.cli.session import write_output
from node.errors import BadInput, Words

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from node.cli.output import Output


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the options."""
    say = chooser(language)
    parser.add_argument("act", choices=["template", "check", "apply", "report", "units", "car"], help=say("见下面的用法", "see the usages below"))
    parser.add_argument("source", nargs="?", type=given_path, metavar="SOURCE", help=say("文件夹、BagIt 包、.zip,或与文件放在一起的清单;import units:标引表", "folder, BagIt bag, .zip, or a list that lies beside its files; for import units: a list of units"))
    parser.add_argument("-o", "--output", type=given_path, metavar="FILE", help=say("模板或标引表写到这里;import apply 和 report:登记清单写到这个文件夹", "where to write the template or the list of units; for import apply and report: the folder of the register"))
    parser.add_argument("--list", type=given_path, metavar="LIST", help=say("清单(Excel、CSV、JSON Lines、MARC);缺省取顶层唯一的一份", "the list (Excel, CSV, JSON Lines, MARC); default: the only one in the top folder"))
    parser.add_argument("--mapping", type=given_path, metavar="FILE.toml", help=say("映射文件:其他版式的列名各是什么", "mapping file: what the headings of another layout mean"))
    parser.add_argument("--as", dest="split", choices=["one", "entries", "files"], help=say("没有清单时:整个算一件、第一层每项一件、每个文件一件", "without a list: one resource, one an entry of the top level, one a file"))
    parser.add_argument("--no-decode", action="store_true", help=say("不试着打开图像、PDF、音频(这一步最费时)", "do not open images, PDF and sound files (the dearest step)"))
    parser.add_argument("--decode", action="store_true", help=say("import apply 也试着打开图像、PDF、音频", "import apply opens images, PDF and sound files too"))
    parser.add_argument("--dry-run", action="store_true", help=say("只说会怎么办,不登记", "say what would be done, register nothing"))
    parser.add_argument("--lot", default="", help=say("交付批次,用于清单没有写的", "the lot, for rows that name none"))
    parser.add_argument("--programme", default="", help=say("项目名称,用于清单没有写的", "the programme, for rows that name none"))
    parser.add_argument("--period", help=say("项目年度,用于清单没有写的(缺省今年)", "the project year, for rows that name none (default: this year)"))
    parser.add_argument("--xlsx", type=given_path, metavar="OUT.xlsx", help=say("标出错处、写明改法的清单写到这里", "where to write the list with bad cells marked and the mend beside each"))
    add_passphrase(parser, language)


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Do what was asked; only `apply` changes a home."""
    {"template": _template, "check": _check, "apply": _apply, "report": report, "units": _units, "car": _car}[arguments.act](arguments, output)


def _apply(arguments: argparse.Namespace, output: Output) -> None:
    if arguments.dry_run:
        dry_run(arguments, output)
    else:
        perform(arguments, output, act_apply)


def _car(arguments: argparse.Namespace, output: Output) -> None:
    from node.cli.car_files import unpack_car

    if arguments.source is None or arguments.output is None:
        mend = Words("zhicang import car 文件.car -o 目录", "zhicang import car FILE.car -o DIR")
        raise BadInput("没有指明 CAR 文件或解开到哪里", "the CAR or where to unpack it was not said", mend=mend, field="output")
    unpack_car(arguments.source, arguments.output, output)


def _units(arguments: argparse.Namespace, output: Output) -> None:
    from node.cli.unit_files import convert

    if arguments.output is None:
        mend = Words("zhicang import units 标引.xlsx -o 标引.jsonl", "zhicang import units UNITS.xlsx -o UNITS.jsonl")
        raise BadInput("没有指明写到哪里", "where to write was not said", mend=mend, field="output")
    _refuse_existing(arguments.output)
    convert(arguments.source, arguments.output, arguments.mapping, output)


def _template(arguments: argparse.Namespace, output: Output) -> None:
    from node.importers.template import template

    if arguments.output is None:
        mend = Words("zhicang import template -o 清单.xlsx", "zhicang import template -o LIST.xlsx")
        raise BadInput("没有指明模板写到哪里", "where to write the template was not said", mend=mend, field="output")
    _refuse_existing(arguments.output)
    write_output(arguments.output, template())
    output.record({"template": str(arguments.output)})
    output.say(f"模板已写到 {arguments.output};填好后用 zhicang import check 预检", f"the template is in {arguments.output}; once filled in, try zhicang import check")


def _refuse_existing(path: Path) -> None:
    if path.exists():
        zh, en = "这个文件已在,不覆盖", "the file is there and is not overwritten"
        raise BadInput(zh, en, mend=Words("换一个名字", "choose another name"), file=str(path))


def _check(arguments: argparse.Namespace, output: Output) -> None:
    request = request_of(arguments, decode=not arguments.no_decode)
    if arguments.xlsx is not None:
        _refuse_existing(arguments.xlsx)
    report = checked(arguments, output, request)
    tell(report, output)
    if arguments.xlsx is not None:
        from node.precheck.marked_workbook import marked_workbook

        write_output(arguments.xlsx, marked_workbook(report, output.language))
        output.note(f"标好的清单在 {arguments.xlsx}", f"the marked list is in {arguments.xlsx}")
    if report.count("error") or report.count("question"):
        output.fail(BadInput.exit_code)
