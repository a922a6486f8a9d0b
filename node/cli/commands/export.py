"""zhicang export: the bytes of a resource back out, every block checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.cli.parser import chooser, given_path
from node.cli.session import home_of, mark_demonstration
from node.errors import BadInput
from node.history import find
from node.runtime import open_for_reading
from storage.staged import Kind

if TYPE_CHECKING:
    import argparse

    from node.cli.output import Output


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the options."""
    say = chooser(language)
    parser.add_argument("id", metavar="ID", help=say("登记号(或只对应一件的 SHA-256、CID)", "registration number (or a SHA-256 or CID of one resource)"))
    parser.add_argument("folder", type=given_path, metavar="DIR", help=say("写到哪里(新建或空目录)", "where to (a new or empty folder)"))


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Write the payload."""
    if home_of(arguments).touches(arguments.folder):
        zh, en = "不能导出到节点目录里或包含它的目录", "nothing is exported into the home or around it"
        raise BadInput(zh, en, file=str(arguments.folder))
    with open_for_reading(home_of(arguments)) as node:
        mark_demonstration(node.identity, output)
        rows = find(node.journal, arguments.id)
        if len(rows) > 1:
            numbers = ", ".join(row.number for row in rows[:5])
            raise BadInput(f"对应多件资源:{numbers};请用登记号", f"several resources: {numbers}; give a number")
        expected = (Kind(rows[0].kind), rows[0].content_digest)
        files = node.blocks.export(rows[0].payload_id, arguments.folder, expected=expected)
        output.record({"resource_id": rows[0].number, "folder": str(arguments.folder), "files": files})
        output.record({"summary": {"exported": files}})
        output.say(f"已导出 {files} 个文件到 {arguments.folder},逐块核对无误", f"{files} file(s) written to {arguments.folder}, every block checked")
