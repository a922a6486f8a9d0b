"""Reading a list, whatever it is written in: which reader takes which file."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from node.errors import BadInput, Words, chinese_reason
from node.importers.json_lines import read_json_lines
from node.importers.mapping import Mapping
from node.importers.marc import read_marc, read_marc_xml
from node.importers.separated import read_separated
from node.importers.spreadsheet import read_spreadsheet

if TYPE_CHECKING:
    from collections.abc import Callable

    from node.importers.table import Table

LARGEST_LIST = 256 << 20
"""Bytes; a larger list is refused before it is read."""

READERS: dict[str, Callable[[str, bytes, Mapping], list[Table]]] = {
    ".xlsx": read_spreadsheet, ".xlsm": read_spreadsheet, ".csv": read_separated, ".tsv": read_separated,
    ".txt": read_separated, ".jsonl": read_json_lines, ".ndjson": read_json_lines, ".iso": read_marc,
    ".mrc": read_marc, ".marc": read_marc, ".xml": read_marc_xml,
}  # fmt: skip
"""Ending → reader."""
LIST_ENDINGS = frozenset(READERS) - {".txt", ".xml"}
"""Endings by which a file in a delivery's top folder is taken for its list; the others must be named."""
_OLD = frozenset({".xls", ".et", ".ods"})


def read_list_file(path: Path, mapping: Mapping | None = None) -> list[Table]:
    """Read a list from disk into its tables, one a sheet; raise BadInput."""
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= LARGEST_LIST else b""
    except OSError as error:
        zh, en = f"读不到清单:{chinese_reason(error)}", f"the list cannot be read: {error.strerror}"
        raise BadInput(zh, en, file=str(path)) from error
    return read_list_bytes(str(path), data, mapping or Mapping(), size=size)


def read_list_bytes(name: str, data: bytes, mapping: Mapping, *, size: int | None = None) -> list[Table]:
    """Read a list that lies in memory into its tables; raise BadInput, also when nothing stands below the headings."""
    if (len(data) if size is None else size) > LARGEST_LIST:
        zh, en = f"清单超过 {LARGEST_LIST >> 20} MiB", f"the list is larger than {LARGEST_LIST >> 20} MiB"
        raise BadInput(zh, en, mend=Words("分成几份", "split it"), file=name)
    ending = PurePosixPath(name).suffix.lower()
    reader = READERS.get(ending)
    if reader is None:
        endings = ", ".join(READERS)
        mend = Words(f"可用的格式:{endings}", f"formats: {endings}")
        if ending in _OLD:
            mend = Words("在 Excel/WPS 中另存为 .xlsx", "save it as .xlsx in Excel or WPS")
        zh, en = f"不会读“{ending or '没有后缀'}”这种清单", f"no list is read with the ending {ending or '(none)'}"
        raise BadInput(zh, en, mend=mend, file=name)
    tables = [table for table in reader(name, data, mapping) if len(table)]
    if not tables:
        raise BadInput("除表头外没有内容", "nothing below the headings", file=name)
    return tables
