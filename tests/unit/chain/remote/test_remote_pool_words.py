"""The words by which engines say what became of a transaction that was offered."""

from __future__ import annotations

from typing import Any

import pytest

from node.chain.pool_words import PoolAnswer, pool_answer

SAID = [
    (None, PoolAnswer.TAKEN),
    ("already known", PoolAnswer.KNOWN),
    ("transaction already imported", PoolAnswer.KNOWN),
    ("Known transaction", PoolAnswer.KNOWN),
    ("nonce too low: next nonce 4, tx nonce 3", PoolAnswer.SPENT),
    ("Nonce too low", PoolAnswer.SPENT),
    ("txpool is full", PoolAnswer.LATER),
    ("nonce too high: next nonce 4, tx nonce 6; gaps are not kept", PoolAnswer.LATER),
    ("Transaction nonce is too distant from current sender nonce", PoolAnswer.LATER),
    ("replacement transaction underpriced", PoolAnswer.LATER),
    ("gas price must be 0 on this chain", PoolAnswer.REFUSED),
    ("invalid sender", PoolAnswer.REFUSED),
    ("intrinsic gas too low: have 1, want 2", PoolAnswer.REFUSED),
    ("oversized data: transaction size 70000, limit 65536", PoolAnswer.REFUSED),
]


@pytest.mark.parametrize(("message", "answer"), SAID)
def test_an_engines_words_are_understood(message: str | None, answer: PoolAnswer) -> None:
    assert pool_answer(None if message is None else {"code": -32000, "message": message}) is answer


@pytest.mark.parametrize("error", ["nonsense", 5, [], {}, {"message": None}])
def test_what_is_not_understood_is_a_refusal(error: Any) -> None:
    assert pool_answer(error) is PoolAnswer.REFUSED
