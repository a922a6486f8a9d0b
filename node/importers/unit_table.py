"""Units from the rows of a list, and a workbook of units: the two ways between Excel and JSON Lines.

A place is spread over columns (page, box, time, characters, quotation) and becomes W3C selectors: a FragmentSelector
for what Media Fragments can say, refined by a text selector where there is one. Units whose place cannot be spread so
keep their selector as JSON in a column of its own.
"""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING, Any

from node.errors import BadInput
from node.importers.unit_columns import UNIT_COLUMNS
from node.records import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable

    from node.importers.table import Row

CONFORMS = "http://www.w3.org/TR/media-frags/"
SELECTOR = "selector"
_SEPARATORS = re.compile(r"[;；\n]")
_RANGE = re.compile(r"\s*([0-9]{1,15})\s*[-,–—]\s*([0-9]{1,15})\s*")
_FRAGMENTS = {column.field: column.kind for column in UNIT_COLUMNS if column.kind in ("page", "xywh", "t")}
PLACES = frozenset(column.field for column in UNIT_COLUMNS if column.kind in ("page", "xywh", "t", "char", "quote"))
"""Columns that make up the selector."""
_FRAGMENT = re.compile(r"(page|t|xywh)=([^&=]+)")


def unit_of(row: Row) -> dict[str, Any]:
    """Make a unit of a row; raise BadInput with the field that cannot be read."""
    unit: dict[str, Any] = {}
    for column in UNIT_COLUMNS:
        text = row.values.get(column.field)
        if text is None:
            continue
        if column.kind == "text":
            unit[column.field] = text
        elif column.kind == "texts":
            unit[column.field] = texts_in(text)
        elif column.kind == "count":
            unit[column.field] = whole(text, column.field)
    selector = selector_of(row.values)
    if selector is not None:
        unit[SELECTOR] = selector
    return unit


def texts_in(text: str) -> list[str]:
    """Give the texts of a cell that semicolons or line ends separate."""
    return [part.strip() for part in _SEPARATORS.split(text) if part.strip()]


def whole(text: str, name: str) -> int:
    """Read a whole number; raise BadInput with the field."""
    if not re.fullmatch("[0-9]{1,9}", text):
        raise BadInput(f"“{text[:40]}”应为整数", f"{text[:40]!r} must be an integer", field=name)
    return int(text)


def selector_of(values: dict[str, str]) -> Any:
    """Put the columns of a place together to W3C selectors; None when there is none. Raise BadInput with the field."""
    if SELECTOR in values:
        return canonical.decode(values[SELECTOR].encode())
    fragments = [f"{kind}={values[name].replace(' ', '')}" for name, kind in _FRAGMENTS.items() if name in values]
    inner: dict[str, Any] | None = None
    if text := values.get("characters"):
        match = _RANGE.fullmatch(text)
        if match is None:
            raise BadInput(f"“{text[:40]}”应如 120-180", f"{text[:40]!r} must be like 120-180", field="characters")
        inner = {"type": "TextPositionSelector", "start": int(match[1]), "end": int(match[2])}
    if quote := values.get("quote"):
        said: dict[str, Any] = {"type": "TextQuoteSelector", "exact": quote}
        inner = said if inner is None else inner | {"refinedBy": said}
    if not fragments:
        return inner
    outer: dict[str, Any] = {"type": "FragmentSelector", "conformsTo": CONFORMS, "value": "&".join(fragments)}
    return outer if inner is None else outer | {"refinedBy": inner}


def unit_workbook(units: Iterable[dict[str, Any]]) -> bytes:
    """Give a workbook with one row a unit and all columns; without units it is the template."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("标引")
    sheet.freeze_panes = "A2"
    sheet.append([column.zh for column in UNIT_COLUMNS])
    for unit in units:
        cells: list[Any] = []
        for text in cells_of(unit):
            cell = WriteOnlyCell(sheet, text)
            cell.data_type = "s"  # what begins with "=" must not become a formula
            cells.append(cell if text else None)
        sheet.append(cells)
    explained = workbook.create_sheet("填写说明")
    explained.append(["列名", "field", "怎么填", "meaning", "也认这些列名"])
    for column in UNIT_COLUMNS:
        explained.append([column.zh, column.field, column.meaning.zh, column.meaning.en, "、".join(column.also)])
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def cells_of(unit: dict[str, Any]) -> list[str]:
    """Spread a unit over the columns; raise BadInput for a field that no column can hold."""
    values = {name: _text(name, value) for name, value in unit.items() if name != SELECTOR}
    places = _spread(unit.get(SELECTOR))
    values |= places if places is not None else {SELECTOR: json.dumps(unit[SELECTOR], ensure_ascii=False)}
    fields = [column.field for column in UNIT_COLUMNS]
    for name in values.keys() - set(fields):
        raise BadInput(f"Excel 表里没有 {name[:60]} 这一列", f"no column for the field {name[:60]!r}", field=name)
    return [values.get(name, "") for name in fields]


def _text(name: str, value: Any) -> str:
    if isinstance(value, list) and all(isinstance(item, str) and not _SEPARATORS.search(item) for item in value):
        return ";".join(value)
    if isinstance(value, (dict, list)):
        raise BadInput("这一项放不进一个单元格", "this cannot stand in one cell", field=name)
    return str(value)


def _spread(selector: Any) -> dict[str, str] | None:
    """Give the columns of a selector, or None when putting them together would not give the same selector."""
    if selector is None:
        return {}
    found: dict[str, str] = {}
    one = selector
    while isinstance(one, dict):
        if isinstance(one.get("value"), str):
            names = {kind: name for name, kind in _FRAGMENTS.items()}
            found |= {names[kind]: text for kind, text in _FRAGMENT.findall(one["value"])}
        if isinstance(one.get("start"), int) and isinstance(one.get("end"), int):
            found["characters"] = f"{one['start']}-{one['end']}"
        if isinstance(one.get("exact"), str):
            found["quote"] = one["exact"]
        one = one.get("refinedBy")
    try:
        return found if selector_of({name: text.strip() for name, text in found.items()}) == selector else None
    except BadInput:
        return None
