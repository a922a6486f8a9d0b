"""The home's own anchor: whoever changes it sees what the one before left, and nothing that was written is lost."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from node.home import Home
from node.own_anchor import change_anchor, replace_anchor, trust_anchor

if TYPE_CHECKING:
    from node.receipts.anchor import TrustAnchor

WRITERS = 8
ANCHORS = Path(__file__).parents[1] / "vectors" / "receipts" / "anchors"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "anchor.json").write_bytes((ANCHORS / "grown-to-five.json").read_bytes())
    return Home(tmp_path)


def test_of_several_at_once_each_goes_on_from_what_the_last_one_left(home: Home) -> None:
    before = trust_anchor(home)

    def one_more(_: int) -> None:
        def change(anchor: TrustAnchor) -> TrustAnchor:
            time.sleep(0.01)
            return replace(anchor, changes=(*anchor.changes, before.changes[0]))

        change_anchor(home, change)

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(one_more, range(WRITERS)))
    assert len(trust_anchor(home).changes) == len(before.changes) + WRITERS


def test_of_two_who_brought_the_same_one_forward_the_second_leaves_what_it_finds(home: Home) -> None:
    before = trust_anchor(home)
    first, second = (replace(before, changes=before.changes * count) for count in (0, 2))
    assert replace_anchor(home, first, of=before)
    assert not replace_anchor(home, second, of=before)
    assert trust_anchor(home) == first


def test_a_change_that_fails_leaves_the_anchor_and_nobody_waiting(home: Home) -> None:
    before = home.anchor.read_bytes()

    def fail(_: TrustAnchor) -> TrustAnchor:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change_anchor(home, fail)
    assert home.anchor.read_bytes() == before
    assert change_anchor(home, lambda anchor: anchor).to_json_bytes() == before
