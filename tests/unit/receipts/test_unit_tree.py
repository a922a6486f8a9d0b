"""The unit tree, held to OpenZeppelin's JavaScript library by its roots and proofs."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.errors import BadInput
from node.receipts.unit_tree import UnitTree, process_proof, root_of

if TYPE_CHECKING:
    from conftest import Vectors


def digests(count: int) -> list[bytes]:
    return [hashlib.sha256(str(number).encode()).digest() for number in range(count)]


def test_roots_and_proofs_are_those_of_the_javascript_library(vectors: Vectors) -> None:
    theirs = json.loads((vectors.folder / "openzeppelin-trees.json").read_text(encoding="utf-8"))["trees"]
    assert len(theirs) == 10
    for count, expected in theirs.items():
        tree = UnitTree(digests(int(count)))
        assert "0x" + tree.root.hex() == expected["root"]
        assert ["0x" + sibling.hex() for sibling in tree.proof(expected["position"])] == expected["proof"]


@given(st.integers(1, 60), st.data())
def test_every_unit_is_proven_and_no_other(count: int, data: st.DataObject) -> None:
    leaves = digests(count + 1)
    tree = UnitTree(leaves[:count])
    position = data.draw(st.integers(0, count - 1))
    proof = tree.proof(position)
    assert proof == tree.proof(position)
    assert process_proof(leaves[position], proof) == tree.root == root_of(leaves[:count])
    assert process_proof(leaves[count], proof) != tree.root
    assert process_proof(leaves[position], proof[:-1]) != tree.root or not proof
    assert process_proof(leaves[position], (*proof, bytes(32))) != tree.root


def test_the_order_of_the_list_does_not_change_the_root() -> None:
    assert root_of(digests(50)) == root_of(reversed(digests(50)))


def test_the_same_unit_twice_is_refused_by_its_rows() -> None:
    leaves = digests(20)
    with pytest.raises(BadInput, match="units 4 and 18") as caught:
        UnitTree([*leaves[:17], leaves[3], *leaves[18:]])
    assert caught.value.row == 18


def test_no_units_make_no_tree() -> None:
    with pytest.raises(BadInput):
        root_of([])
