"""The shape of a list 销毁清册: exactly these fields of these types, since two people sign all that it says."""

from __future__ import annotations

from typing import Any

from node.errors import BadInput

FORM = "zhicang-destruction-list-1"
_LIST = {
    "form": str, "institution": str, "chain_id": int, "registry": str, "created": int, "reason": str, "document": str,
    "items": list,
}  # fmt: skip
_ITEM = {"resource_id": str, "title": str, "withdrawn_height": int, "withdrawn_time": int, "payloads": list}
_PAYLOAD = {"version": int, "kind": str, "sha256": str, "cid": str, "size": int, "files": int}


def check_shape(value: Any) -> None:
    """Raise BadInput with the field that is missing, not known, of another type, or a number that stands twice."""
    _check(value, _LIST, "")
    seen: set[str] = set()
    for at, item in enumerate(value["items"]):
        place = f"items[{at}]"
        _check(item, _ITEM, place)
        if item["resource_id"] in seen:
            zh, en = f"清册里 {item['resource_id']} 出现两次", f"{item['resource_id']} stands twice in the list"
            raise BadInput(zh, en, field=f"{place}.resource_id")
        seen.add(item["resource_id"])
        for nth, payload in enumerate(item["payloads"]):
            _check(payload, _PAYLOAD, f"{place}.payloads[{nth}]")


def _check(value: Any, fields: dict[str, type], place: str) -> None:
    if not isinstance(value, dict):
        zh, en = f"清册的 {place} 应为对象", f"{place} of the list must be an object"
        raise BadInput(zh, en, field=place)
    for name in sorted(value.keys() ^ fields.keys()):
        field = f"{place}.{name[:60]}".lstrip(".")
        zh, en = ("多了", "has the unknown field") if name in value else ("缺少", "lacks the field")
        raise BadInput(f"清册{zh} {field}", f"the list {en} {field}", field=field)
    for name, kind in fields.items():
        if type(value[name]) is not kind:  # a boolean is no number
            field = f"{place}.{name}".lstrip(".")
            zh, en = f"清册的 {field} 类型不对", f"{field} of the list is of another type"
            raise BadInput(zh, en, field=field)
