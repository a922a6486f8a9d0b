"""Lists of knowledge units from Excel (or CSV) to JSON Lines and back, each unit held to the published schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from node.cli.session import write_output
from node.counting.unit_record import check_unit
from node.errors import BadInput, Words, ZhicangError, chinese_reason
from node.importers.lists import LARGEST_LIST, read_list_file
from node.importers.mapping import Mapping, read_mapping
from node.importers.unit_columns import unit_field_of
from node.importers.unit_table import cells_of, unit_workbook, units_of
from node.records import canonical

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from node.cli.output import Output

MOST_REPORTED = 100
JSON_LINES = (".jsonl", ".ndjson")


def convert(source: Path | None, target: Path, mapping_file: Path | None, output: Output) -> None:
    """Convert a list, or write an empty workbook when there is none; one bad unit is enough for nothing to be written.

    Raise BadInput when the list cannot be read, or the endings do not say what is wanted.
    """
    if target.suffix.lower() not in (".xlsx", *JSON_LINES):
        zh, en = "写出的文件应以 .xlsx 或 .jsonl 结尾", "what is written must end in .xlsx or .jsonl"
        raise BadInput(zh, en, file=str(target))
    units: list[dict[str, Any]] = []
    refused = 0
    for unit in () if source is None else _read(source, mapping_file):
        if isinstance(unit, dict):
            units.append(unit)
            continue
        refused += 1
        if refused <= MOST_REPORTED:
            output.refuse(unit)
    output.record({"summary": {"units": len(units), "refused": refused}})
    if refused:
        output.say(f"{refused} 处不合要求,什么都没有写", f"{refused} fault(s); nothing was written")
        return
    if target.suffix.lower() == ".xlsx":
        write_output(target, unit_workbook(units))
    else:
        write_output(target, b"".join(canonical.encode(unit) + b"\n" for unit in units))
    output.say(f"{len(units)} 条已写到 {target}", f"{len(units)} unit(s) are in {target}")


def _read(source: Path, mapping_file: Path | None) -> Iterator[dict[str, Any] | ZhicangError]:
    """Give the units of a list, and an error for everything in which one differs from the schema."""
    rows = _json_lines(source) if source.suffix.lower() in JSON_LINES else _table(source, mapping_file)
    for number, unit in rows:
        found = [unit] if isinstance(unit, BadInput) else check_unit(unit)
        for error in found:
            error.file, error.row = error.file or str(source), number
            yield error
        if not found:
            assert isinstance(unit, dict)  # noqa: S101 - what the schema holds for is an object
            yield unit


def _table(source: Path, mapping_file: Path | None) -> Iterator[tuple[int, dict[str, Any] | BadInput]]:
    mapping = Mapping(vocabulary=unit_field_of)
    if mapping_file is not None:
        mapping = read_mapping(mapping_file, unit_field_of)
    for table in read_list_file(source, mapping):
        for heading, field in zip(table.headings, table.fields, strict=True):
            if field is None:
                mend = Words("删去这一列,或写映射文件(--mapping)", "delete the column, or write a mapping file (--mapping)")
                zh, en = f"不认识列名“{heading[:60]}”", f"column {heading[:60]!r} is not recognised"
                yield table.heading_row, BadInput(zh, en, mend=mend, file=table.file, field=heading)
        yield from units_of(table)


def _json_lines(source: Path) -> Iterator[tuple[int, Any]]:
    """Give the objects of a file of JSON lines; those that no workbook can hold as errors."""
    try:
        if source.stat().st_size > LARGEST_LIST:
            zh, en = f"超过 {LARGEST_LIST >> 20} MiB", f"larger than {LARGEST_LIST >> 20} MiB"
            raise BadInput(zh, en, file=str(source))
        lines = source.read_bytes().split(b"\n")
    except OSError as error:
        zh, en = f"读不到:{chinese_reason(error)}", f"cannot be read: {error.strerror}"
        raise BadInput(zh, en, file=str(source)) from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                unit = canonical.decode(line)
                if isinstance(unit, dict) and not check_unit(unit):
                    cells_of(unit)
            except BadInput as error:
                yield number, error
            else:
                yield number, unit
