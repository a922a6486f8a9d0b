"""What a transaction must be before it is executed: bound to this chain, at a price that the engine takes.

py-evm does not look at the chain id. What it does check (signature, nonce, balance, gas) is not repeated here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.chain.replay.difference import Difference
from node.chain.replay.rules import Engine
from node.errors import Words
from node.receipts import strict_rlp
from node.receipts.errors import BadProof
from node.receipts.transaction import ACCESS_LIST, FEE_MARKET

if TYPE_CHECKING:
    from node.chain.replay.block import Block
    from node.receipts.strict_rlp import Item

_UNPROTECTED = (27, 28)
_PRIVATE = (37, 38)
_EIP155_OFFSET = 35
_PUBLIC = Words("公开交易", "a public transaction")
_CANONICAL = Words("规范编码的交易", "a canonical transaction")


def check_transactions(block: Block, *, chain_id: int, engine: Engine) -> int:
    """Check the transactions of a sealed block; give how many name no chain (from before EIP-155, which engines take).

    Raises:
        Difference: one is of another chain, or of a kind that GoQuorum's public state does not hold.
    """
    return sum(
        _check(block, place, raw, chain_id=chain_id, engine=engine) for place, raw in enumerate(block.transactions)
    )


def _check(block: Block, place: int, raw: bytes, *, chain_id: int, engine: Engine) -> bool:
    price, v, named = _fields(block, place, raw)
    if engine is Engine.GOQUORUM:
        if price:
            raise _difference(block, f"transactions[{place}].gasPrice", 0, price)
        if named is not None and raw[0] != ACCESS_LIST and v in _PRIVATE:
            private = Words(f"{v},私有交易", f"{v}, a private one")
            raise _difference(block, f"transactions[{place}].v", _PUBLIC, private)
    if named is not None and named != chain_id:
        raise _difference(block, f"transactions[{place}].chainId", chain_id, named)
    return named is None


def _fields(block: Block, place: int, raw: bytes) -> tuple[int, int, int | None]:
    """Give gas price, v and the chain that the transaction names."""
    try:
        if raw[0] == ACCESS_LIST:
            items = strict_rlp.decode_list(raw[1:], 11, "transaction")
            return _int(items[2]), _int(items[8]), _int(items[0])
        if raw[0] == FEE_MARKET:  # a Berlin network has none, and its headers no base fee
            raise _difference(block, f"transactions[{place}].type", Words("0 或 1", "0 or 1"), raw[0])
        items = strict_rlp.decode_list(raw, 9, "transaction")
        v = _int(items[6])
    except BadProof as error:
        raise _difference(block, f"transactions[{place}]", _CANONICAL, error.words) from error
    if v in _UNPROTECTED:
        return _int(items[1]), v, None
    return _int(items[1]), v, (v - _EIP155_OFFSET) // 2


def _int(item: Item) -> int:
    return strict_rlp.to_int(item)


def _difference(block: Block, field: str, expected: object, found: object) -> Difference:
    return Difference(block.header.number, field, expected=expected, found=found, sealed=True)
