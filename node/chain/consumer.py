"""Which transaction consumed a nonce: searched by an engine's hints, believed only with its proof.

Before an act is signed again with another nonce it must be certain that its own transaction can never land. An engine
that merely says so is not enough: it could have the act registered twice, or hide that it is registered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from node.chain.errors import Refused
from node.errors import Doubtful, Unavailable, ZhicangError

if TYPE_CHECKING:
    from node.chain.landed import Landed


class Searched(Protocol):
    """What the search asks: hints of counts and headers, and a transaction with its proof."""

    async def height(self) -> int:
        """Give the height of the head, by the engine's word."""

    async def next_nonce(self, address: bytes, *, height: int | None = None) -> int:
        """Give the first nonce of an account that no header up to a height has consumed, by the engine's word."""

    async def block(self, height: int) -> dict[str, Any]:
        """Give the raw header object at a height, with its transactions in full, by the engine's word."""

    async def find(self, tx_hash: bytes) -> Landed | None:
        """Find a transaction in a header, with its proof."""


async def consumer_of(engine: Searched, sender: bytes, nonce: int) -> Landed:
    """Give the proven transaction by which an account's nonce was consumed.

    Raises:
        Unavailable: the engine does not show one. It may forget old states (then the search has nothing to go by), or
            its word that the nonce is consumed is wrong.
    """
    try:
        low, high = 0, await engine.height()
        while low < high:  # the lowest height at which the count is above the nonce
            middle = (low + high) // 2
            if await engine.next_nonce(sender, height=middle) > nonce:
                high = middle
            else:
                low = middle + 1
        block = await engine.block(low)
        said = [
            bytes.fromhex(str(each["hash"]).removeprefix("0x"))
            for each in block["transactions"]
            if str(each.get("from")).lower() == "0x" + sender.hex() and int(str(each.get("nonce")), 16) == nonce
        ]
        for tx_hash in said:
            landed = await engine.find(tx_hash)
            if landed is not None and _is_it(landed, sender, nonce):
                return landed
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _not_shown(sender, nonce, repr(error)) from error
    except Refused as error:
        raise _not_shown(sender, nonce, error.words.en) from error
    raise _not_shown(sender, nonce, "no such transaction")


def _is_it(landed: Landed, sender: bytes, nonce: int) -> bool:
    transaction = landed.material.transaction()
    try:
        return transaction.nonce == nonce and transaction.sender() == sender
    except Doubtful:
        return False


def _not_shown(sender: bytes, nonce: int, why: str) -> ZhicangError:
    zh = f"节点称 0x{sender.hex()} 的交易序号 {nonce} 已用去,却给不出是哪笔交易({why});登记留在日志中"
    en = f"the engine says that nonce {nonce} of 0x{sender.hex()} is consumed but shows by no transaction ({why})"
    return Unavailable(zh, en)
