"""zhicang export: resources back out, every block checked: a payload, a bag, a CAR file, or everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.cli.car_files import export_car
from node.cli.parser import chooser, given_path
from node.cli.session import home_of, mark_demonstration
from node.errors import BadInput, Words
from node.history import find
from node.leaving.bag import write_bag
from node.leaving.everything import export_all
from node.listing.rows import status
from node.runtime import open_for_reading
from node.visibility.rule import Caller
from storage.staged import Kind

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from node.cli.output import Output
    from node.runtime import Reading


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the options."""
    say = chooser(language)
    parser.add_argument("id", nargs="?", metavar="ID", help=say("登记号(或只对应一件的 SHA-256、CID)", "registration number (or a SHA-256 or CID of one resource)"))
    parser.add_argument("folder", type=given_path, metavar="DIR", help=say("写到哪里(新建或空目录;--car 时为新文件)", "where to (a new or empty folder; with --car a new file)"))
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--bag", action="store_true", help=say("写成 BagIt 包,附著录、凭证和信任锚", "as a BagIt bag, with metadata, receipts and the anchor"))
    form.add_argument("--car", action="store_true", help=say("写成一个 CAR 文件,供 IPFS 软件读取", "as one CAR file, for IPFS software"))
    parser.add_argument("--for", dest="caller", choices=[caller.value for caller in Caller], help=say("CAR 给谁:public 公众(缺省)、partner 伙伴馆、own 本馆留用;不该给的不写出", "whom the CAR is for: public (default), partner or own; what they may not see is not written"))
    form.add_argument("--all", action="store_true", help=say("全部资源、知识单元、清单和独立核验程序;中断后再运行即接着做", "all resources, units, lists and a verifier that runs alone; run again to resume"))


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Write the payload, a bag, or everything."""
    if arguments.all == (arguments.id is not None):
        mend = Words("zhicang export 登记号 目录 或 zhicang export --all 目录", "zhicang export ID DIR or zhicang export --all DIR")
        raise BadInput("请写明导出哪一件,或用 --all", "say which resource, or --all", mend=mend, field="id")
    if arguments.caller is not None and not arguments.car:
        raise BadInput("--for 只用于 --car", "--for goes with --car", field="for")
    if home_of(arguments).touches(arguments.folder):
        zh, en = "不能导出到节点目录里或包含它的目录", "nothing is exported into the home or around it"
        raise BadInput(zh, en, file=str(arguments.folder))
    with open_for_reading(home_of(arguments)) as node:
        mark_demonstration(node.identity, output)
        if arguments.all:
            _everything(node, arguments.folder, output)
        else:
            _one(node, arguments, output)


def _one(node: Reading, arguments: argparse.Namespace, output: Output) -> None:
    rows = find(node.journal, arguments.id)
    if len(rows) > 1:
        numbers = ", ".join(row.number for row in rows[:5])
        raise BadInput(f"对应多件资源:{numbers};请用登记号", f"several resources: {numbers}; give a number")
    if (purge := node.journal.purges.get(rows[0].number)) is not None:
        mend = Words(f"存储根里有销毁说明 {purge.tombstone};凭证照常可取", f"its tombstone is {purge.tombstone}; receipts are to be had as before")
        raise BadInput(f"{purge.number} 的载荷已按清册销毁", f"the payload of {purge.number} was purged under a list", mend=mend, field="id")
    state, frozen = status(rows[0]), bool(rows[0].frozen)
    if state == "withdrawn":
        output.note(f"注意:{rows[0].number} 已撤销登记", f"note: {rows[0].number} is withdrawn")
    if frozen:
        output.note(f"注意:{rows[0].number} 被治理方冻结", f"note: governors hold {rows[0].number} frozen")
    if arguments.car:
        export_car(node, rows[0], arguments.folder, Caller(arguments.caller or Caller.PUBLIC), output)
        return
    if arguments.bag:
        files = write_bag(node, rows[0], arguments.folder)
    else:
        expected = (Kind(rows[0].kind), rows[0].content_digest)
        files = node.blocks.export(rows[0].payload_id, arguments.folder, expected=expected)
    output.record({"resource_id": rows[0].number, "folder": str(arguments.folder), "files": files, "status": state, "frozen": frozen})
    output.record({"summary": {"exported": files}})
    output.say(f"已导出 {files} 个文件到 {arguments.folder},逐块核对无误", f"{files} file(s) written to {arguments.folder}, every block checked")


def _everything(node: Reading, folder: Path, output: Output) -> None:
    total = node.journal.resources.count() + sum(1 for _ in node.journal.units.batches())
    with output.progress("导出", "export", total) as progress:
        left = export_all(node, folder, step=progress.step)
    for name, error in left.refused:
        output.refuse(error, source=name)
    output.record({"folder": str(folder), "resources": left.resources, "unit_lists": left.units, "found": left.found})
    output.record({"summary": {"exported": left.resources + left.units, "found": left.found, "refused": len(left.refused)}})
    output.say(f"已导出资源 {left.resources} 包、知识单元清单 {left.units} 包到 {folder};此前已有 {left.found} 包", f"{left.resources} bags of resources and {left.units} of unit lists written to {folder}; {left.found} were there")
    output.say(f"核验:cd {folder} && python3 zhicang-verify.pyz .", f"to verify: cd {folder} && python3 zhicang-verify.pyz .")
