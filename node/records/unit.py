"""The knowledge unit 知识单元(条): one JSON object, and the leaf that stands for it in its batch's Merkle tree.

A unit's line is its object with ``resource_id`` added, and ``salt`` where its resource is not open; its leaf is the
SHA-256 of the line's RFC 8785 bytes.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from node.errors import BadInput
from node.records import canonical

ID_FIELD = "unit_id"
LONGEST_UNIT_ID = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit before it is salted: whose it is, its identifier within the resource, its object, its canonical bytes."""

    resource_id: str
    unit_id: str
    value: dict[str, Any]
    unsalted: bytes

    def source_digest(self) -> bytes:
        """Give what makes two deliveries of a unit the same: SHA-256 of the unsalted line."""
        return hashlib.sha256(self.unsalted).digest()

    def line(self, salt: str = "") -> bytes:
        """Give the canonical line, with its salt (32 lower-case hex digits) unless that is empty."""
        if not salt:
            return self.unsalted
        # keys are in order, and every unit has some on either side: resource_id before, unit_id after the salt
        after = canonical.encode({name: part for name, part in self.value.items() if name > "salt"})[1:]
        return self.unsalted[: -len(after)] + f'"salt":"{salt}",'.encode() + after


def read_object(data: bytes) -> dict[str, Any]:
    """Read one line of JSON as an object; raise BadInput with the field that is wrong."""
    try:
        value = canonical.decode(data)
    except BadInput as error:
        error.field = error.field or _field_of_number(data)
        raise
    if not isinstance(value, dict):
        raise BadInput("这一行不是 JSON 对象", "the line is not a JSON object")
    return value


def make_unit(value: dict[str, Any], *, resource_id: str | None) -> Unit:
    """Make a unit of its object, which gets ``resource_id`` where it names none; raise BadInput with the field."""
    if "salt" in value:
        raise BadInput("字段 salt 由本软件填写,不能自带", "the field salt is written by this software", field="salt")
    named = value.setdefault("resource_id", resource_id)
    if not isinstance(named, str) or not named:
        zh = "没有写明所属资源 resource_id,也没有用 --resource 指定"
        raise BadInput(zh, "no resource_id, and no --resource given", field="resource_id")
    if resource_id is not None and named != resource_id:
        zh = f"resource_id {named} 与 --resource {resource_id} 不一致"
        raise BadInput(zh, f"resource_id {named} is not the --resource {resource_id}", field="resource_id")
    identifier = value.get(ID_FIELD)
    if not isinstance(identifier, str) or not 0 < len(identifier) <= LONGEST_UNIT_ID:
        zh = f"字段 {ID_FIELD} 应为 1—{LONGEST_UNIT_ID} 字的文字,它标识资源内的这一条"
        en = f"the field {ID_FIELD} must be text of 1 to {LONGEST_UNIT_ID} characters: it names the unit"
        raise BadInput(zh, en, field=ID_FIELD)
    return Unit(resource_id=named, unit_id=identifier, value=value, unsalted=canonical.encode(value))


def _field_of_number(data: bytes) -> str | None:
    """Find the field whose number a record may not hold, for the error that refuses it; None when there is none."""
    try:
        waiting = [("", json.loads(data))]
    except (ValueError, RecursionError):
        return None
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, dict):
            waiting += [(key, item) for key, item in value.items()]
        elif isinstance(value, list):
            waiting += [(name, item) for item in value]
        elif isinstance(value, float) or (isinstance(value, int) and abs(value) > canonical.LARGEST_INTEGER):
            return name or None
    return None

