"""The judges find what they are there to find: a judge that never says no is no witness."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from fault_place import BOOK, acknowledgements
from judges import judge, judge_acknowledgements, judge_digests, judge_storage, judge_wholeness, objects_of

if TYPE_CHECKING:
    from pathlib import Path

    from fault_place import Place


@pytest.fixture
def acknowledged(place: Place) -> dict[str, Any]:
    """The acknowledgement of the resource that every place begins with."""
    done = place.run("register", "book.txt", "--period", "2022", "--client-ref", "book", "--json")
    [line] = acknowledgements(done.stdout)
    return line


def book(home: Path) -> Path:
    return objects_of(home)[BOOK]


def test_they_pass_a_home_in_order(place: Place, acknowledged: dict[str, Any]) -> None:
    judge(place.home, [acknowledged])


def test_they_find_a_changed_byte(place: Place) -> None:
    payload = book(place.home) / "v1" / "content" / "payload" / "book.txt"
    payload.chmod(0o644)
    payload.write_text("树\n")
    with pytest.raises(AssertionError):
        judge_digests(place.home)
    with pytest.raises(AssertionError):
        judge_storage(place.home)


def test_they_find_an_object_that_is_gone(place: Place, acknowledged: dict[str, Any]) -> None:
    shutil.rmtree(book(place.home).parent)
    with pytest.raises(KeyError):
        judge_acknowledgements(place.home, [acknowledged])
    with pytest.raises(AssertionError):
        judge_wholeness(place.home)


def test_they_find_an_object_that_nobody_registered(place: Place) -> None:
    stranger = place.home / "storage" / "abc" / "stranger"
    stranger.mkdir(parents=True)
    (stranger / "inventory.json").write_text(json.dumps({"id": "stranger"}))
    with pytest.raises(AssertionError):
        judge_wholeness(place.home)
    with pytest.raises(AssertionError):
        judge_storage(place.home)


@pytest.mark.parametrize("field", ["sha256", "tx_hash", "height"])
def test_they_find_an_acknowledgement_that_is_not_so(place: Place, acknowledged: dict[str, Any], field: str) -> None:
    with pytest.raises(AssertionError):
        judge_acknowledgements(place.home, [acknowledged | {field: 0}])


def test_they_find_an_acknowledgement_that_is_not_on_chain(place: Place, acknowledged: dict[str, Any]) -> None:
    with pytest.raises(KeyError):
        judge_acknowledgements(place.home, [acknowledged | {"resource_id": "14000001-2022-00000002-E"}])
