"""zhicang list: the resources, page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.cli.parser import chooser
from node.cli.session import home_of, mark_demonstration
from node.errors import BadInput
from node.records.kind import Kind
from node.runtime import open_for_reading
from storage.cid import Cid

if TYPE_CHECKING:
    import argparse

    from node.cli.output import Output

DEFAULT_PAGE, LARGEST_PAGE = 50, 10_000


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the options."""
    say = chooser(language)
    parser.add_argument("--limit", type=int, default=DEFAULT_PAGE, metavar="N", help=say("每页件数(缺省 50)", "resources a page (default 50)"))
    parser.add_argument("--after", default="", metavar="ID", help=say("从这个登记号之后开始", "begin behind this registration number"))


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Print one page and how to get the next."""
    if not 1 <= arguments.limit <= LARGEST_PAGE:
        raise BadInput(f"--limit 应在 1—{LARGEST_PAGE} 之间", f"--limit must be from 1 to {LARGEST_PAGE}", field="limit")
    with open_for_reading(home_of(arguments)) as node:
        mark_demonstration(node.identity, output)
        rows = node.journal.resources.page(after=arguments.after, limit=arguments.limit + 1)
        page, more = rows[: arguments.limit], len(rows) > arguments.limit
        for row in page:
            status = "registered" if row.stage == "confirmed" else row.stage
            output.record(
                {
                    "resource_id": row.number,
                    "title": row.title,
                    "status": status,
                    "kind": Kind(row.kind).word,
                    "sha256": row.content_digest.hex(),
                    "cid": str(Cid.from_binary(row.cid)),
                    "files": row.files,
                    "size": row.size,
                    "client_ref": row.client_ref or None,
                }
            )
            state = "已登记" if status == "registered" else f"未完成({status})"
            output.say(f"{row.number}  {state}  {row.title}", f"{row.number}  {status}  {row.title}")
        total, next_after = node.journal.resources.count(), page[-1].number if more else None
        output.record({"summary": {"shown": len(page), "total": total, "next_after": next_after}})
        output.say(f"共 {total} 件,本页 {len(page)} 件", f"{len(page)} of {total}")
        if next_after:
            output.say(f"下一页:zhicang list --after {next_after}", f"next page: zhicang list --after {next_after}")
