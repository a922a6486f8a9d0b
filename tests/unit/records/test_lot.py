from __future__ import annotations

import hashlib

import pytest

from node.errors import BadInput
from node.records.lot import LONGEST, lot_digest, lot_name, lot_of_subject, lot_subject
from node.records.metadata import Metadata
from node.records.said import described


@pytest.mark.parametrize("typed", ["第一批", " 第一批", "第一批\t", "\u3000第一批 "])
def test_a_lot_has_one_name_however_it_is_typed(typed: str) -> None:
    assert lot_name(typed) == "第一批"
    assert lot_of_subject(f"lot:{typed}") == "第一批"
    assert described(Metadata(title="-", period=2023), {"lot": typed}).lot == "第一批"
    assert lot_subject(lot_name(typed)) == "lot:第一批"
    assert lot_digest(lot_name(typed)) == hashlib.sha256("第一批".encode()).digest()


def test_no_lot_is_no_lot() -> None:
    assert lot_name(" ") == lot_of_subject("14000001-2023-00000001-K") == ""
    assert lot_digest("") == bytes(32)


@pytest.mark.parametrize("typed", ["a\nb", "a\0", "x" * (LONGEST + 1)])
def test_a_name_that_cannot_be_typed_again_is_refused(typed: str) -> None:
    with pytest.raises(BadInput):
        lot_name(typed)
