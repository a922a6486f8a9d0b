"""zhicang import: the template for lists, the pre-check of what was brought, and its registering."""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.cli.acting import perform
from node.cli.checking import checked, request_of
from node.cli.findings import tell
from node.cli.importing import act_apply, dry_run, report
from node.cli.parser import SubCommand, add_passphrase, add_subcommands, chooser, given_path
from node.cli.session import home_of, refuse_existing, write_output
from node.errors import BadInput, Words

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from node.cli.output import Output


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the acts and their options."""
    add_subcommands(parser, language, ACTS)


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Do what was asked; only `apply` changes a home."""
    ACTS[arguments.act].run(arguments, output)


def _configure_template(parser: argparse.ArgumentParser, language: str) -> None:
    _add_output(parser, chooser(language)("模板写到这里(.xlsx)", "where to write the template (.xlsx)"))


def _configure_check(parser: argparse.ArgumentParser, language: str) -> None:
    say = chooser(language)
    _add_source(parser, language)
    parser.add_argument("--no-decode", action="store_true", help=say("不试着打开图像、PDF、音频(这一步最费时)", "do not open images, PDF and sound files (the dearest step)"))
    parser.add_argument("--xlsx", type=given_path, metavar="OUT.xlsx", help=say("标出错处、写明改法的清单写到这里", "where to write the list with bad cells marked and the mend beside each"))


def _configure_apply(parser: argparse.ArgumentParser, language: str) -> None:
    say = chooser(language)
    _add_source(parser, language)
    parser.add_argument("--no-decode", action="store_true", help=say("不试着打开图像、PDF、音频(这一步最费时;预检时已打开过的可以省去)", "do not open images, PDF and sound files (the dearest step; it can be left out when import check did it)"))
    parser.add_argument("--dry-run", action="store_true", help=say("只说会怎么办,不登记", "say what would be done, register nothing"))
    parser.add_argument("--lot", default="", help=say("交付批次,用于清单没有写的", "the lot, for rows that name none"))
    parser.add_argument("--programme", default="", help=say("项目名称,用于清单没有写的", "the programme, for rows that name none"))
    parser.add_argument("--period", help=say("项目年度,用于清单没有写的(缺省今年)", "the project year, for rows that name none (default: this year)"))
    _add_output(parser, say("登记清单写到这个文件夹", "the folder of the register"))
    add_passphrase(parser, language)


def _configure_report(parser: argparse.ArgumentParser, language: str) -> None:
    say = chooser(language)
    parser.add_argument("source", nargs="?", type=given_path, metavar="LOT|SOURCE", help=say("批次名,或当初导入的文件夹、压缩包", "name of the lot, or the folder or archive that was imported"))
    _add_output(parser, say("登记清单写到这个文件夹", "the folder of the register"))


def _configure_units(parser: argparse.ArgumentParser, language: str) -> None:
    say = chooser(language)
    parser.add_argument("source", nargs="?", type=given_path, metavar="UNITS", help=say("标引表(.xlsx、.csv、.jsonl);不写则写出空白模板", "list of units (.xlsx, .csv, .jsonl); without one an empty template is written"))
    parser.add_argument("--mapping", type=given_path, metavar="FILE.toml", help=say("映射文件:其他版式的列名各是什么", "mapping file: what the headings of another layout mean"))
    _add_output(parser, say("写到这里(.jsonl 或 .xlsx)", "where to write it (.jsonl or .xlsx)"))


def _configure_car(parser: argparse.ArgumentParser, language: str) -> None:
    say = chooser(language)
    parser.add_argument("source", nargs="?", type=given_path, metavar="FILE.car", help=say("CAR 文件", "the CAR file"))
    _add_output(parser, say("解开到这里", "where to unpack it"))
    kept = parser.add_mutually_exclusive_group()
    kept.add_argument("--keep", action="store_true", help=say("收存在本节点,由网关原样提供给其所有访问者;允许缺块", "keep it in this home, for the gateway to give to all its callers; blocks may be missing"))
    kept.add_argument("--kept", action="store_true", help=say("列出收存的 CAR", "list the CARs that are kept"))
    kept.add_argument("--drop", metavar="SHA256", help=say("取消收存", "keep that one no longer"))


def _add_source(parser: argparse.ArgumentParser, language: str) -> None:
    """Add what is brought, and how its list is to be read."""
    say = chooser(language)
    parser.add_argument("source", nargs="?", type=given_path, metavar="SOURCE", help=say("文件夹、BagIt 包、.zip,或与文件放在一起的清单", "folder, BagIt bag, .zip, or a list that lies beside its files"))
    parser.add_argument("--list", type=given_path, metavar="LIST", help=say("清单(Excel、CSV、JSON Lines、MARC);缺省取顶层唯一的一份", "the list (Excel, CSV, JSON Lines, MARC); default: the only one in the top folder"))
    parser.add_argument("--mapping", type=given_path, metavar="FILE.toml", help=say("映射文件:其他版式的列名各是什么", "mapping file: what the headings of another layout mean"))
    parser.add_argument("--as", dest="split", choices=["one", "entries", "files"], help=say("没有清单时:整个算一件、第一层每项一件、每个文件一件", "without a list: one resource, one an entry of the top level, one a file"))


def _add_output(parser: argparse.ArgumentParser, words: str) -> None:
    parser.add_argument("-o", "--output", type=given_path, metavar="PATH", help=words)


def _apply(arguments: argparse.Namespace, output: Output) -> None:
    if arguments.dry_run:
        dry_run(arguments, output)
    else:
        perform(arguments, output, act_apply)


def _car(arguments: argparse.Namespace, output: Output) -> None:
    from node.cli.car_files import unpack_car
    from node.cli.kept_cars import drop_car, keep_car, list_kept

    needed = {"FILE.car": arguments.source, "--output": arguments.output}
    if arguments.kept or arguments.drop is not None:
        _refuse_more(needed)
        list_kept(arguments, output) if arguments.kept else drop_car(arguments, output)
        return
    if arguments.keep and arguments.source is not None:
        _refuse_more({"--output": arguments.output})
        keep_car(arguments, output)
        return
    if None in needed.values():
        mend = Words("zhicang import car 文件.car -o 目录,或 zhicang import car 文件.car --keep", "zhicang import car FILE.car -o DIR, or zhicang import car FILE.car --keep")
        raise BadInput("没有指明 CAR 文件或解开到哪里", "the CAR or where to unpack it was not said", mend=mend, field="output")
    if home_of(arguments).touches(arguments.output):
        zh, en = "不能解开到节点目录里或包含它的目录", "nothing is unpacked into the home or around it"
        raise BadInput(zh, en, file=str(arguments.output))
    unpack_car(arguments.source, arguments.output, output)


def _refuse_more(given: dict[str, Path | None]) -> None:
    for name, value in given.items():
        if value is not None:
            raise BadInput(f"这里用不到 {name}", f"{name} has no meaning here", field=name)


def _units(arguments: argparse.Namespace, output: Output) -> None:
    from node.cli.unit_files import convert

    if arguments.output is None:
        mend = Words("zhicang import units 标引.xlsx -o 标引.jsonl", "zhicang import units UNITS.xlsx -o UNITS.jsonl")
        raise BadInput("没有指明写到哪里", "where to write was not said", mend=mend, field="output")
    refuse_existing(arguments.output)
    convert(arguments.source, arguments.output, arguments.mapping, output)


def _template(arguments: argparse.Namespace, output: Output) -> None:
    from node.importers.template import template

    if arguments.output is None:
        mend = Words("zhicang import template -o 清单.xlsx", "zhicang import template -o LIST.xlsx")
        raise BadInput("没有指明模板写到哪里", "where to write the template was not said", mend=mend, field="output")
    if arguments.output.suffix.lower() != ".xlsx":
        mend = Words("zhicang import template -o 清单.xlsx;填好后可以另存为 CSV", "zhicang import template -o LIST.xlsx; once filled in it may be saved as CSV")
        raise BadInput("模板是 Excel 文件,名字应以 .xlsx 结尾", "the template is an Excel file; its name must end in .xlsx", mend=mend, file=str(arguments.output), field="output")
    refuse_existing(arguments.output)
    write_output(arguments.output, template())
    output.record({"template": str(arguments.output)})
    output.say(f"模板已写到 {arguments.output};填好后用 zhicang import check 预检", f"the template is in {arguments.output}; once filled in, try zhicang import check")


def _check(arguments: argparse.Namespace, output: Output) -> None:
    request = request_of(arguments, decode=not arguments.no_decode)
    if arguments.xlsx is not None:
        refuse_existing(arguments.xlsx)
    report = checked(arguments, output, request)
    tell(report, output)
    if arguments.xlsx is not None:
        from node.precheck.marked_workbook import marked_workbook

        write_output(arguments.xlsx, marked_workbook(report, output.language))
        output.note(f"标好的清单在 {arguments.xlsx}", f"the marked list is in {arguments.xlsx}")
    if report.count("error") or report.count("question"):
        output.fail(BadInput.exit_code)


ACTS = {
    "template": SubCommand(words=Words("写出清单模板", "write the template for a list"), configure=_configure_template, run=_template),
    "check": SubCommand(words=Words("预检,不改动任何东西", "the pre-check, which changes nothing"), configure=_configure_check, run=_check),
    "apply": SubCommand(words=Words("预检并登记,中断后再办一次即可", "check and register; after an interruption the same again"), configure=_configure_apply, run=_apply),
    "report": SubCommand(words=Words("重出登记清单", "make the register out anew"), configure=_configure_report, run=report),
    "units": SubCommand(words=Words("标引表与 JSON Lines 互换", "unit lists from Excel to JSON Lines and back"), configure=_configure_units, run=_units),
    "car": SubCommand(words=Words("解开 CAR 文件,或收存给网关", "unpack a CAR file, or keep it for the gateway"), configure=_configure_car, run=_car),
}
