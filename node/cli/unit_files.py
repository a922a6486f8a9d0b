"""Lists of knowledge units from Excel (or CSV) to JSON Lines and back, each unit held to the published schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from node.cli.session import write_output
from node.errors import BadInput, ZhicangError
from node.importers.mapping import read_mapping
from node.importers.unit_columns import unit_field_of
from node.importers.unit_source import JSON_LINES, UnitSource
from node.importers.unit_table import cells_of, unit_workbook
from node.records import canonical
from node.registrar.unit_file import MOST_REPORTED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from node.cli.output import Output

def convert(source: Path | None, target: Path, mapping_file: Path | None, output: Output) -> None:
    """Convert a list, or write an empty workbook when there is none; one bad unit is enough for nothing to be written.

    Raise BadInput when the list cannot be read, or the endings do not say what is wanted.
    """
    if target.suffix.lower() not in (".xlsx", *JSON_LINES):
        zh, en = "写出的文件应以 .xlsx 或 .jsonl 结尾", "what is written must end in .xlsx or .jsonl"
        raise BadInput(zh, en, file=str(target))
    workbook = target.suffix.lower() == ".xlsx"
    units: list[dict[str, Any]] = []
    refused = 0
    for unit in () if source is None else _read(source, mapping_file, workbook=workbook):
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
    if workbook:
        write_output(target, unit_workbook(units))
    else:
        write_output(target, b"".join(canonical.encode(unit) + b"\n" for unit in units))
    output.say(f"{len(units)} 条已写到 {target}", f"{len(units)} unit(s) are in {target}")


def _read(source: Path, mapping_file: Path | None, *, workbook: bool) -> Iterator[dict[str, Any] | ZhicangError]:
    """Give the units of a list, and an error for everything that is wrong, also for what no cell can hold."""
    mapping = None if mapping_file is None else read_mapping(mapping_file, unit_field_of)
    for line in UnitSource(source, mapping=mapping).objects():
        if workbook and isinstance(line.unit, dict):
            try:
                cells_of(line.unit)
            except BadInput as error:
                error.file, error.row = str(source), line.row
                yield error
                continue
        yield line.unit
