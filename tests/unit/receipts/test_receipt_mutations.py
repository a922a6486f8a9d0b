"""Every character of a valid receipt, changed in turn: the answer is never yes, and never an unforeseen error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from node.receipts.anchor import TrustAnchor
from node.receipts.errors import MalformedReceipt
from node.receipts.folding import fold
from node.receipts.receipt import Receipt
from node.receipts.verify import verify

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conftest import Vector, Vectors

HEX = b"0123456789abcdef"


def mutations(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Change each byte: a hexadecimal digit into another, so that the file stays well-formed; else its lowest bit."""
    for place, byte in enumerate(data):
        other = HEX[HEX.index(byte) ^ 1] if byte in HEX else byte ^ 1
        yield place, data[:place] + bytes([other]) + data[place + 1 :]


@pytest.mark.parametrize("name", ["valid-file-four-validators", "valid-unit-one-validator", "valid-status"])
def test_no_changed_byte_is_ever_accepted(name: str, vectors: Vectors) -> None:
    vector = vectors.receipt(name)
    steps_that_failed = answers_to(vector, mutations(vector.data))
    expected = {"event", "tx-receipt", "transaction", "header", "seals"} | ({"status"} if "status" in name else set())
    assert steps_that_failed >= expected | ({"unit-path"} if "unit" in name else {"content", "metadata"})


def test_no_changed_byte_of_manifest_or_metadata_is_ever_accepted(vectors: Vectors) -> None:
    vector = vectors.receipt("valid-tree-one-validator")
    first, last = vector.data.index(b'"log_index"'), vector.data.index(b'"transaction"')
    changed = ((place, data) for place, data in mutations(vector.data) if first <= place < last)
    assert answers_to(vector, changed) >= {"content", "metadata", "event"}


def answers_to(vector: Vector, changed: Iterable[tuple[int, bytes]]) -> set[str]:
    """Give the steps at which changed receipts failed; fail when one is accepted.

    A signature that was changed is that of a key which nobody knows: no, or above what the anchor knows, unanswerable.
    """
    steps_that_failed = set()
    trust = fold(vector.anchor)
    for place, data in changed:
        try:
            receipt = Receipt.from_json_bytes(data)
        except MalformedReceipt:
            continue
        verdict = verify(vector.subject, receipt, trust)
        assert verdict.answer in {"no", "anchor-too-old"}, (place, data[max(0, place - 40) : place + 40])
        assert verdict.failed is not None
        steps_that_failed.add(verdict.failed.name)
    return steps_that_failed


@pytest.mark.parametrize("name", ["valid-file-four-validators", "valid-unit-one-validator"])
def test_no_shortened_receipt_is_ever_accepted(name: str, vectors: Vectors) -> None:
    data = vectors.receipt(name).data
    for length in range(0, len(data), 7):
        with pytest.raises(MalformedReceipt):
            Receipt.from_json_bytes(data[:length])


def test_an_anchor_of_another_chain_accepts_nothing(vectors: Vectors) -> None:
    one, four = vectors.receipt("valid-file-one-validator"), vectors.receipt("valid-file-four-validators")
    known = TrustAnchor.from_json_bytes(vectors.anchor("known-1"))
    assert verify(four.subject, four.receipt, known).answer == "no"
    for vector, anchor in ((one, four.anchor), (four, one.anchor)):
        assert verify(vector.subject, vector.receipt, anchor).answer == "anchor-too-old"
