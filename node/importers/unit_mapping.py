"""An object in another layout as a unit: what its keys mean by a mapping file, or by the headings that lists have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from node.errors import BadInput, Words
from node.importers.unit_columns import UNIT_COLUMNS
from node.importers.unit_table import PLACES, SELECTOR, selector_of, texts_in, whole

if TYPE_CHECKING:
    from node.importers.mapping import Mapping

_KINDS = {column.field: column.kind for column in UNIT_COLUMNS}


def mapped_unit(value: dict[str, Any], mapping: Mapping) -> dict[str, Any]:
    """Make a unit of an object; raise BadInput with the key that cannot be read, or that nobody knows."""
    unit: dict[str, Any] = {}
    places: dict[str, str] = {}
    for name, item in value.items():
        if name in mapping.ignored or item in (None, "", []):
            continue  # as an empty cell of a list: not said
        field = mapping.field(name)
        if field is None:
            mend = Words("写进映射文件的 [columns] 或 ignored", "put it under [columns] or ignored of the mapping file")
            zh, en = f"不认识字段“{name[:60]}”", f"field {name[:60]!r} is not recognised"
            raise BadInput(zh, en, mend=mend, field=name[:60])
        if field in unit or field in places:
            zh, en = f"有两个字段都当作“{field}”", f"two fields mean {field!r}"
            raise BadInput(zh, en, field=name[:60])
        if field in PLACES:
            places[field] = _text(name, item)
        else:
            unit[field] = _value(field, name, item)
    for field, text in mapping.constants.items():
        if field not in unit:
            unit[field] = _value(field, field, text)
    if places:
        unit[SELECTOR] = selector_of(places)
    return unit


def _value(field: str, name: str, item: Any) -> Any:
    kind = _KINDS[field]
    if kind == "text":
        return _text(name, item)
    if kind == "texts" and isinstance(item, str):
        return texts_in(item)
    return whole(item, name) if kind == "count" and isinstance(item, str) else item


def _text(name: str, item: Any) -> str:
    """Give text as it is, an integer in digits, and an array of texts as lines."""
    if isinstance(item, str):
        return item
    if isinstance(item, int) and not isinstance(item, bool):
        return str(item)
    if isinstance(item, list) and all(isinstance(each, str) for each in item):
        return "\n".join(item)
    zh, en = "应是文字或文字的数组", "must be text or an array of texts"
    raise BadInput(zh, en, field=name[:60])
