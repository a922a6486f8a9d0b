"""zhicang list: the resources, page by page, as one list in a file, or as totals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.cli.matters import tell_matter
from node.cli.page import add_limit, page_size
from node.cli.parser import chooser, given_path
from node.cli.session import home_of, mark_demonstration, write_output
from node.errors import BadInput
from node.leaving.totals import BY, totals
from node.listing.formats import FORMATS, list_in
from node.listing.rows import status
from node.records.kind import Kind
from node.records.number import Number
from node.registrar.stages import STATUSES
from node.runtime import open_for_reading
from storage.cid import Cid

if TYPE_CHECKING:
    import argparse

    from node.cli.output import Output
    from storage.journal import Journal

def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the options."""
    say = chooser(language)
    add_limit(parser, language, zh="每页件数", en="resources a page")
    parser.add_argument("--review", action="store_true", help=say("只列还未办完的:草稿、待审、已批准、退回", "only what is under way: drafts, for review, approved, returned"))
    parser.add_argument("--format", choices=FORMATS, help=say("把全部资源写成一份清单(用 -o 指明文件);csv 带 BOM,Excel 可直接打开", "write all resources as one list (name the file with -o); csv has a BOM, as Excel wants it"))
    parser.add_argument("-o", "--output", type=given_path, metavar="FILE", help=say("清单写到这个文件", "the file to write the list to"))
    parser.add_argument("--by", choices=BY, help=say("按这一项合计已登记的资源", "total what is registered by this column"))
    parser.add_argument("--after", default="", metavar="ID", help=say("从这个登记号之后开始", "begin behind this registration number"))


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Print one page and how to get the next."""
    limit = page_size(arguments)
    if (arguments.format is None) != (arguments.output is None):
        raise BadInput("--format 与 -o 要一起用", "--format and -o go together", field="format")
    after = str(Number.parse(arguments.after.strip().upper())) if arguments.after else ""
    with open_for_reading(home_of(arguments)) as node:
        mark_demonstration(node.identity, output)
        if arguments.by is not None:
            _totals(node.journal, arguments.by, output)
            return
        if arguments.format is not None:
            _write_list(node.journal, arguments, output)
            return
        if arguments.review:
            _list_matters(node.journal, limit, output)
            return
        rows = node.journal.resources.page(after=after, limit=limit + 1)
        page, more = rows[:limit], len(rows) > limit
        for row in page:
            state_of = status(row)
            output.record(
                {
                    "resource_id": row.number,
                    "title": row.title,
                    "status": state_of,
                    "version": row.version,
                    "frozen": bool(row.frozen),
                    "kind": Kind(row.kind).word,
                    "sha256": row.content_digest.hex(),
                    "cid": str(Cid.from_binary(row.cid)),
                    "files": row.files,
                    "size": row.size,
                    "client_ref": row.client_ref or None,
                }
            )
            state = STATUSES[state_of]
            frozen, english = ("、冻结中", ", frozen") if row.frozen else ("", "")
            output.say(f"{row.number}  {state.zh}{frozen}  {row.title}", f"{row.number}  {state.en}{english}  {row.title}")
        total, next_after = node.journal.resources.count(), page[-1].number if more else None
        output.record({"summary": {"shown": len(page), "total": total, "next_after": next_after}})
        output.say(f"共 {total} 件,本页 {len(page)} 件", f"{len(page)} of {total}")
        if next_after:
            output.say(f"下一页:zhicang list --after {next_after}", f"next page: zhicang list --after {next_after}")


def _totals(journal: Journal, column: str, output: Output) -> None:
    resources = 0
    for value, count, files, size in totals(journal, column):
        resources += count
        output.record({column: value or None, "resources": count, "files": files, "size": size})
        output.say(f"{value or '(未写明)'}  {count} 件  {files} 个文件  {size} 字节", f"{value or '(not said)'}  {count} resources  {files} files  {size} bytes")
    output.record({"summary": {"resources": resources, "by": column}})
    output.say(f"共 {resources} 件", f"{resources} in all")


def _write_list(journal: Journal, arguments: argparse.Namespace, output: Output) -> None:
    rows = list(journal.resources.all())
    data = list_in(arguments.format, journal, rows)
    write_output(arguments.output, data)
    output.record({"file": str(arguments.output), "format": arguments.format, "bytes": len(data)})
    output.record({"summary": {"shown": len(rows), "total": len(rows)}})
    output.say(f"{len(rows)} 件资源的清单:{arguments.output}", f"a list of {len(rows)} resources: {arguments.output}")


def _list_matters(journal: Journal, limit: int, output: Output) -> None:
    """Print what is under way, oldest first, and how much of each kind there is."""
    shown = 0
    for matter in journal.matters.at("draft", "submitted", "approved", "returned", "stored"):
        if shown == limit:
            break
        shown += 1
        tell_matter(matter, output)
    counts = {("review" if stage == "submitted" else stage): count for stage, count in journal.matters.counts().items()}
    output.record({"summary": {"shown": shown, "stages": counts}})
    zh = "、".join(f"{STATUSES[stage].zh} {count}" for stage, count in counts.items()) or "没有"
    en = ", ".join(f"{STATUSES[stage].en} {count}" for stage, count in counts.items()) or "nothing"
    output.say(f"未办完的:{zh}", f"under way: {en}")
