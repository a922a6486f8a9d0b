"""A whole list in the format that somebody asked for."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, BinaryIO

from node.listing.dublin_core import dublin_core
from node.listing.rows import columns_of, rows_of
from node.listing.writing import write_csv, write_json_lines, write_workbook
from node.records import canonical
from node.records.metadata import Metadata

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from storage.journal import Journal
    from storage.resources import ResourceRow

FORMATS = ("csv", "csv-no-bom", "dc", "jsonl", "xlsx")


def list_in(form: str, journal: Journal, resources: Iterable[ResourceRow], *, language: str = "zh") -> bytes:
    """Give a list of resources in one of `FORMATS`."""
    if form == "dc":
        return b"".join(described(resources))
    return in_format(form, list(rows_of(journal, resources)), language=language)


def in_format(form: str, rows: Sequence[dict[str, Any]], *, language: str) -> bytes:
    """Give rows in one of `FORMATS` but Dublin Core."""
    stream = io.BytesIO()
    write_rows(stream, form, rows, columns_of(rows), language=language)
    return stream.getvalue()


def write_rows(
    stream: BinaryIO, form: str, rows: Iterable[dict[str, Any]], columns: Sequence[str], *, language: str
) -> None:
    """Write rows in one of `FORMATS` but Dublin Core, one after the other."""
    if form == "jsonl":
        write_json_lines(stream, rows)
    elif form == "xlsx":
        write_workbook(stream, rows, columns, language=language)
    else:
        write_csv(stream, rows, columns, language=language, bom=form == "csv")


def described(resources: Iterable[ResourceRow]) -> Iterator[bytes]:
    """Give the descriptions as Dublin Core XML, piece by piece."""
    return dublin_core(
        (row.number, Metadata.from_json(canonical.decode(row.metadata)), row.content_digest.hex()) for row in resources
    )
