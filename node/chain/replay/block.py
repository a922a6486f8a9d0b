"""A block as a replay takes it: header, extra data and raw transactions, read strictly from a JSON-RPC answer."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from node.chain.replay.difference import Difference
from node.errors import Doubtful, Words
from node.receipts.header import Extra, header_from_json
from node.receipts.keccak import keccak
from node.receipts.transaction_answer import transaction_from_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from node.receipts.header import Header


_HEADER = Words("规范的 QBFT 区块头", "a canonical QBFT header")


@dataclass(frozen=True, kw_only=True)
class Block:
    """One block; its hash is computed, never taken from the answer."""

    header: Header
    extra: Extra
    transactions: tuple[bytes, ...]

    @functools.cached_property
    def block_hash(self) -> bytes:
        """The block hash: round 0, no seals."""
        return keccak(replace(self.header, extra_data=replace(self.extra, round=0, seals=()).encode()).encode())

    @functools.cached_property
    def seal_digest(self) -> bytes:
        """What its validators seal: its own round, no seals."""
        return keccak(replace(self.header, extra_data=replace(self.extra, seals=()).encode()).encode())


def read_block(answer: Mapping[str, Any], height: int) -> Block:
    """Read the answer of ``eth_getBlockByNumber(height, true)``.

    Raises:
        Difference: a field is missing or not canonical, a transaction is of a type that the network does not have, or
            the answer's own hash is not the header's.
    """
    try:
        header = header_from_json(answer)
        extra = Extra.decode(header.extra_data)
    except Doubtful as error:
        raise Difference(height, "header", expected=_HEADER, found=error.words) from error
    if header.number != height:
        raise Difference(height, "number", expected=height, found=header.number)
    listed = answer.get("transactions")
    if not isinstance(listed, list):
        raise Difference(height, "transactions", expected=Words("列表", "a list"), found=type(listed).__name__)
    raws = []
    for place, item in enumerate(listed):
        try:
            raws.append(transaction_from_json(item))
        except (Doubtful, AttributeError, KeyError, TypeError) as error:
            said: object = error.words if isinstance(error, Doubtful) else repr(item)[:80]
            expected = Words("已知类型的交易", "a transaction of a known type")
            raise Difference(height, f"transactions[{place}]", expected=expected, found=said) from error
    block = Block(header=header, extra=extra, transactions=tuple(raws))
    if answer.get("hash") != (computed := "0x" + block.block_hash.hex()):
        raise Difference(height, "hash", expected=computed, found=answer.get("hash"))
    return block
