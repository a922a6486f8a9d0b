"""Lists of what is registered: Excel, CSV, JSON Lines, Dublin Core; the columns are those that an import reads.

What the node knows beside the metadata stands in columns of its own behind them, which an import passes over.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from node.history import status
from node.importers.cell_text import cell_text
from node.importers.columns import COLUMNS
from node.leaving.dublin_core import dublin_core
from node.records import canonical
from node.records.kind import Kind
from node.records.metadata import Metadata
from node.records.said import COLUMNS as METADATA_COLUMNS
from node.records.said import texts_of
from node.registrar.stages import STATUSES
from storage.cid import Cid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from storage.journal import Journal
    from storage.resources import ResourceRow

_KNOWN = {
    "resource_id": "登记号", "status": "状态", "version": "版本", "content_sha256": "登记摘要 SHA-256",
    "content_sm3": "登记摘要 SM3", "cid": "内容标识 CID", "files": "文件数", "size": "字节数", "tx_hash": "交易号",
    "block_height": "区块高度", "block_time": "上链时间 UTC",
}  # fmt: skip
"""What the node knows → its heading."""
_SAID = {column.field: column.zh for column in COLUMNS if column.field in METADATA_COLUMNS}
HEADINGS = _KNOWN | _SAID


def list_rows(journal: Journal, rows: Iterable[ResourceRow]) -> list[dict[str, Any]]:
    """Give the rows of a list: column → value, the empty ones left out."""
    return [_row(journal, row) for row in rows]


def _row(journal: Journal, row: ResourceRow) -> dict[str, Any]:
    value = canonical.decode(row.metadata)
    act = None if row.act is None else journal.acts.get(row.act)
    final = act if act is not None and row.stage == "confirmed" else None
    known = {
        "resource_id": row.number, "status": STATUSES[status(row)].zh, "version": row.version,
        "content_sha256": row.content_digest.hex(), "content_sm3": value.get("sm3", ""),
        "cid": str(Cid.from_binary(row.cid)), "files": row.files if row.kind == Kind.TREE else 1, "size": row.size,
        "tx_hash": "" if final is None else "0x" + (final.tx_hash or b"").hex(),
        "block_height": "" if final is None else final.height, "block_time": "" if final is None else final.time,
    }  # fmt: skip
    texts = texts_of(Metadata.from_json(value))
    return {name: item for name, item in (known | texts).items() if item != ""}


def _columns(rows: list[dict[str, Any]]) -> list[str]:
    return [name for name in HEADINGS if name in _KNOWN or any(name in row for row in rows)]


def as_csv(rows: list[dict[str, Any]], *, bom: bool = True) -> bytes:
    """Give a CSV in UTF-8, with the byte order mark by which Excel knows it."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    columns = _columns(rows)
    writer.writerow([HEADINGS[name] for name in columns])
    writer.writerows([row.get(name, "") for name in columns] for row in rows)
    return stream.getvalue().encode("utf-8-sig" if bom else "utf-8")


def as_json_lines(rows: list[dict[str, Any]]) -> bytes:
    """Give one JSON object a line, columns by their English names."""
    return b"".join(canonical.encode(row) + b"\n" for row in rows)


def as_workbook(rows: list[dict[str, Any]]) -> bytes:
    """Give an Excel workbook; every text is a text, so that nothing becomes a number or a formula."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("登记清单")
    sheet.freeze_panes = "A2"
    columns = _columns(rows)
    sheet.append([HEADINGS[name] for name in columns])
    for row in rows:
        cells: list[Any] = []
        for name in columns:
            value = row.get(name, "")
            if isinstance(value, str):
                value = cell_text(value)
            cell = WriteOnlyCell(sheet, value=value)
            if isinstance(value, str):
                cell.data_type, cell.number_format = "s", "@"
            cells.append(cell)
        sheet.append(cells)
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def as_dublin_core(rows: Iterable[ResourceRow]) -> bytes:
    """Give the descriptions as Dublin Core XML."""
    return dublin_core(
        (row.number, Metadata.from_json(canonical.decode(row.metadata)), row.content_digest.hex()) for row in rows
    )


def list_in(form: str, journal: Journal, rows: list[ResourceRow]) -> bytes:
    """Give a list in one of `FORMATS`."""
    return FORMATS[form](journal, rows)


FORMATS: dict[str, Callable[[Journal, list[ResourceRow]], bytes]] = {
    "xlsx": lambda journal, rows: as_workbook(list_rows(journal, rows)),
    "csv": lambda journal, rows: as_csv(list_rows(journal, rows)),
    "csv-no-bom": lambda journal, rows: as_csv(list_rows(journal, rows), bom=False),
    "jsonl": lambda journal, rows: as_json_lines(list_rows(journal, rows)),
    "dc": lambda _, rows: as_dublin_core(rows),
}
"""Format → what makes it."""
