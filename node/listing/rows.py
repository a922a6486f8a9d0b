"""The rows of a list of resources: what each resource is, and what is said of it, column by column.

The columns of the metadata are those that an import reads, in its words; what the node knows stands in columns of its
own before them, which an import passes over. So a list that went out can come in again.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from node.errors import Words
from node.importers.columns import COLUMNS
from node.listing.stored import stored_metadata
from node.records.beijing import BEIJING
from node.records.kind import Kind
from node.records.said import COLUMNS as METADATA_COLUMNS
from node.records.said import texts_of
from node.registrar.stages import STATUSES, status_of
from storage.cid import Cid

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from storage.acts import ActRow
    from storage.journal import Journal
    from storage.resources import ResourceRow

KNOWN = {
    "resource_id": Words("登记号", "resource_id"),
    "status": Words("状态", "status"),
    "version": Words("版本", "version"),
    "kind": Words("形式", "kind"),
    "files": Words("文件数", "files"),
    "size": Words("字节数", "size"),
    "content_sha256": Words("登记摘要 SHA-256", "content_sha256"),
    "content_sm3": Words("登记摘要 SM3", "content_sm3"),
    "cid": Words("内容标识 CID", "cid"),
    "tx_hash": Words("交易号", "tx_hash"),
    "height": Words("区块高度", "height"),
    "header_time": Words("上链时间", "header_time"),
    "source_path": Words("导入来源", "source_path"),
}
"""What the node knows → its heading."""
HEADINGS = KNOWN | {column.field: Words(column.zh, column.en) for column in COLUMNS if column.field in METADATA_COLUMNS}
"""Every column → its heading, in their order."""
KINDS = {"file": Words("单文件", "file"), "tree": Words("多文件", "tree")}


def status(row: ResourceRow) -> str:
    """Give how a resource stands, as in JSON output: what the chain says, else how far its registration has come."""
    if row.withdrawn:
        return "withdrawn"
    return "registered" if row.stage == "confirmed" else status_of(row.code, row.stage)


def rows_of(journal: Journal, resources: Iterable[ResourceRow]) -> Iterator[dict[str, Any]]:
    """Give the rows of a list: column → text or number, the empty ones left out."""
    act: ActRow | None = None
    for resource in resources:
        if resource.act is None:
            act = None
        elif act is None or act.id != resource.act:  # neighbours mostly went in one transaction
            act = journal.acts.get(resource.act)
        yield row_of(resource, act)


def row_of(resource: ResourceRow, act: ActRow | None) -> dict[str, Any]:
    """Give the row of a resource with the act that brought its newest version on chain."""
    value, metadata = stored_metadata(resource.number, resource.metadata)
    final = act if act is not None and resource.stage == "confirmed" else None
    known = {
        "resource_id": resource.number, "status": status(resource), "version": resource.version,
        "kind": Kind(resource.kind).word, "files": resource.files, "size": resource.size,
        "content_sha256": resource.content_digest.hex(), "content_sm3": value.get("sm3", ""),
        "cid": str(Cid.from_binary(resource.cid)), "source_path": resource.source_path,
        "tx_hash": "" if final is None else "0x" + (final.tx_hash or b"").hex(),
        "height": "" if final is None else final.height,
        "header_time": "" if final is None or final.time is None else beijing(final.time),
    }  # fmt: skip
    texts = texts_of(metadata)
    return {name: item for name, item in (known | texts).items() if item != ""}


def in_words(row: dict[str, Any], language: str) -> dict[str, Any]:
    """Give a row as a person reads it: words for status and kind."""
    words = {"status": STATUSES[row["status"]], "kind": KINDS[row["kind"]]}
    return row | {name: each.in_language(language) for name, each in words.items()}


def columns_of(rows: Iterable[dict[str, Any]]) -> list[str]:
    """Give the columns that a list of these rows has: all that the node knows, and what is said of any resource."""
    said = {name for row in rows for name in row}
    return [name for name in HEADINGS if name in KNOWN or name in said]


def beijing(seconds: int) -> str:
    """Give UTC seconds as ISO time of Beijing."""
    return datetime.fromtimestamp(seconds, UTC).astimezone(BEIJING).isoformat(timespec="seconds")
