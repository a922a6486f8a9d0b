"""A list of destruction has exactly its fields: what two people sign can hide nothing and mean nothing else."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from node.errors import BadInput
from node.purging.destruction_list import DestructionList
from node.records import canonical

if TYPE_CHECKING:
    from collections.abc import Callable

NUMBER = "14000001-2023-00000001-0"
PAYLOAD = {"version": 1, "kind": "file", "sha256": "00" * 32, "cid": "bafk", "size": 3, "files": 1}
ITEM = {
    "resource_id": NUMBER, "title": "题", "withdrawn_height": 7, "withdrawn_time": 1_700_000_000, "payloads": [PAYLOAD],
}  # fmt: skip
GOOD: dict[str, Any] = {
    "form": "zhicang-destruction-list-1", "institution": "14000001", "chain_id": 1, "registry": "00" * 20,
    "created": 1_700_000_000, "reason": "个人信息", "document": "", "items": [ITEM],
}  # fmt: skip


def test_a_list_reads_back() -> None:
    list_ = DestructionList.read(canonical.encode(GOOD) + b"\n")
    assert (list_.numbers, list_.value) == ([NUMBER], GOOD)


@pytest.mark.parametrize(
    ("spoil", "field"),
    [
        (lambda v: v.update(more=1), "more"),
        (lambda v: v.pop("reason"), "reason"),
        (lambda v: v.update(chain_id="1"), "chain_id"),
        (lambda v: v.update(created=True), "created"),
        (lambda v: v.update(items={}), "items"),
        (lambda v: v.update(items=["x"]), "items[0]"),
        (lambda v: v["items"][0].update(note="and these too"), "items[0].note"),
        (lambda v: v["items"][0].update(title=None), "items[0].title"),
        (lambda v: v["items"].append(v["items"][0]), "items[1].resource_id"),
        (lambda v: v["items"][0].update(payloads=[1]), "items[0].payloads[0]"),
        (lambda v: v["items"][0]["payloads"][0].pop("size"), "items[0].payloads[0].size"),
    ],
)
def test_what_is_not_of_its_shape_is_named(spoil: Callable[[dict[str, Any]], None], field: str) -> None:
    value = copy.deepcopy(GOOD)
    spoil(value)
    with pytest.raises(BadInput) as caught:
        DestructionList.read(canonical.encode(value))
    assert caught.value.field == field


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"form": "another"}', b"\xff"])
def test_what_is_no_list_is_refused(data: bytes) -> None:
    with pytest.raises(BadInput):
        DestructionList.read(data)
