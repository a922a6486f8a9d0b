"""zhicang import: the template for lists, and the pre-check of what was brought."""

from __future__ import annotations

import datetime as dt
import gc
import sys
from typing import TYPE_CHECKING, Self

from node.cli.findings import tell
from node.cli.parser import chooser, given_path
from node.cli.progress import Progress
from node.cli.session import home_of, mark_demonstration, write_output
from node.errors import BadInput, Words

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from node.cli.output import Output
    from node.precheck.check import Report, Request


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the options."""
    say = chooser(language)
    parser.add_argument("act", choices=["template", "check", "units"], help=say("import template 写出清单模板;import check 预检,不改动任何东西;import units 标引表与 JSON Lines 互换", "import template: write the template for a list; import check: the pre-check, which changes nothing; import units: unit lists from Excel to JSON Lines and back"))
    parser.add_argument("source", nargs="?", type=given_path, metavar="SOURCE", help=say("文件夹、BagIt 包、.zip,或与文件放在一起的清单;import units:标引表", "folder, BagIt bag, .zip, or a list that lies beside its files; for import units: a list of units"))
    parser.add_argument("-o", "--output", type=given_path, metavar="FILE", help=say("模板或标引表写到这里", "where to write the template or the list of units"))
    parser.add_argument("--list", type=given_path, metavar="LIST", help=say("清单(Excel、CSV、JSON Lines、MARC);缺省取顶层唯一的一份", "the list (Excel, CSV, JSON Lines, MARC); default: the only one in the top folder"))
    parser.add_argument("--mapping", type=given_path, metavar="FILE.toml", help=say("映射文件:其他版式的列名各是什么", "mapping file: what the headings of another layout mean"))
    parser.add_argument("--as", dest="split", choices=["one", "entries", "files"], help=say("没有清单时:整个算一件、第一层每项一件、每个文件一件", "without a list: one resource, one an entry of the top level, one a file"))
    parser.add_argument("--no-decode", action="store_true", help=say("不试着打开图像、PDF、音频(这一步最费时)", "do not open images, PDF and sound files (the dearest step)"))
    parser.add_argument("--xlsx", type=given_path, metavar="OUT.xlsx", help=say("标出错处、写明改法的清单写到这里", "where to write the list with bad cells marked and the mend beside each"))


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Do what was asked; none of the acts changes a home."""
    {"template": _template, "check": _check, "units": _units}[arguments.act](arguments, output)


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
    from node.importers.mapping import Mapping, read_mapping
    from node.precheck.check import Request

    if arguments.source is None:
        mend = Words("zhicang import check 文件夹或清单", "zhicang import check FOLDER-OR-LIST")
        raise BadInput("没有指明预检什么", "what to check was not said", mend=mend, field="source")
    if arguments.xlsx is not None:
        _refuse_existing(arguments.xlsx)
    request = Request(
        source=arguments.source,
        list_file=arguments.list,
        mapping=Mapping() if arguments.mapping is None else read_mapping(arguments.mapping),
        split=arguments.split,
        decode=not arguments.no_decode,
    )
    report = _checked(arguments, output, request)
    tell(report, output)
    if arguments.xlsx is not None:
        from node.precheck.marked_workbook import marked_workbook

        write_output(arguments.xlsx, marked_workbook(report, output.language))
        output.note(f"标好的清单在 {arguments.xlsx}", f"the marked list is in {arguments.xlsx}")
    if report.count("error") or report.count("question"):
        output.fail(BadInput.exit_code)


def _checked(arguments: argparse.Namespace, output: Output, request: Request) -> Report:
    """Check against the home's earlier records, where there is a home."""
    from node.precheck.check import check

    # a list of 190,000 rows is millions of lasting objects; walked again and again they cost a quarter of the time
    gc.set_threshold(1_000_000, 50, 1000)
    home, today = home_of(arguments), dt.datetime.now().astimezone().date().isoformat()
    with _Watching(output) as watcher:
        if not home.identity_file.exists() and arguments.home is None:
            output.note("这里没有节点目录,没有与往年登记的比对", "there is no home here: not compared with earlier records")
            return check(request, earlier=None, today=today, watcher=watcher)
        from node.precheck.earlier import Registered
        from node.runtime import open_for_reading

        with open_for_reading(home) as node:
            mark_demonstration(node.identity, output)
            earlier = Registered(journal=node.journal, blocks=node.blocks, root=node.root)
            return check(request, earlier=earlier, today=today, watcher=watcher)


class _Watching:
    """Draws the bar of whichever long step is in work."""

    def __init__(self, output: Output) -> None:
        self._language = output.language
        self._bar: Progress | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def begin(self, step: str, total: int) -> None:
        """Begin a bar."""
        self._end()
        words = {"digests": ("算摘要", "digests"), "decoding": ("试打开", "decoding")}[step]
        self._bar = Progress(words[self._language != "zh"], total, stream=sys.stderr).__enter__()

    def step(self, count: int = 1) -> None:
        """Go on."""
        if self._bar is not None:
            self._bar.step(count)

    def _end(self) -> None:
        if self._bar is not None:
            self._bar.__exit__()
            self._bar = None
