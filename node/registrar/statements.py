"""The words of signed statements: what an attestation is, and what it concludes, by the registry's codes."""

from __future__ import annotations

from node.errors import Words

KINDS = {
    1: Words("联署", "co-signature"), 2: Words("核查意见", "finding"), 3: Words("批次验收", "lot-acceptance"),
    4: Words("修复", "repair"), 5: Words("销毁", "destruction"),
}  # fmt: skip
VERDICTS = {1: Words("通过", "yes"), 2: Words("不通过", "no"), 3: Words("存疑", "doubtful")}


def word_of(code: int, known: dict[int, Words]) -> Words:
    """Give the words for a code; one that has none is its number."""
    return known.get(code, Words(str(code), str(code)))
