"""Chain check: headers linked, sealed and true to what they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from node.auditor.finding import INCIDENT, Finding, said_by
from node.errors import Words, ZhicangError
from node.receipts.header import Header, header_from_json
from node.receipts.ordered_trie import root_of
from node.receipts.seals import check_seals
from node.receipts.transaction_answer import transaction_from_json
from node.receipts.tx_receipt import tx_receipt_from_json

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from node.chain.engine import Engine
    from node.home import Identity

Problem = tuple[Words, Words | str]


async def check_headers(engine: Engine, identity: Identity, *, step: Callable[[], None]) -> AsyncIterator[Finding]:
    """Check each header from genesis to the head, with its transactions and receipts."""
    parent: Header | None = None
    for height in range(await engine.height() + 1):
        step()
        header: Header | None = None
        problem: Problem | None
        try:
            block = await engine.block(height)
            header = header_from_json(block)
            problem = _header_problem(header, block, parent, identity)
            if problem is None and block["transactions"]:
                problem = _content_problem(header, block, await engine.tx_receipts(block))
        except (ZhicangError, ValueError, KeyError, TypeError) as error:
            problem = Words("可读的区块头", "a header that can be read"), said_by(error)
        if problem is not None:
            yield Finding(
                check="chain", id=f"header {height}", name=Words(f"区块头 {height}", f"header {height}"),
                expected=problem[0], found=problem[1], mend=INCIDENT,
            )  # fmt: skip
        parent = header


def _header_problem(
    header: Header, block: dict[str, Any], parent: Header | None, identity: Identity
) -> Problem | None:
    if block["hash"] != "0x" + header.block_hash.hex():
        return _equal_to("哈希", "hash", header.block_hash), block["hash"]
    if header.number == 0:
        matches = header.block_hash.hex() == identity.genesis_hash
        genesis = _equal_to("创世区块", "genesis", bytes.fromhex(identity.genesis_hash))
        return None if matches else (genesis, header.block_hash.hex())
    if parent is not None and header.parent_hash != parent.block_hash:
        return _equal_to("父区块", "parent", parent.block_hash), header.parent_hash.hex()
    check_seals(header, (bytes.fromhex(identity.validator),))
    return None


def _content_problem(
    header: Header, block: dict[str, Any], tx_receipts: list[dict[str, Any]]
) -> Problem | None:
    found = root_of([tx_receipt_from_json(each).encode() for each in tx_receipts])
    if found != header.receipts_root:
        return _equal_to("交易回执根", "receipts root", header.receipts_root), found.hex()
    found = root_of([transaction_from_json(each) for each in block["transactions"]])
    if found != header.transactions_root:
        return _equal_to("交易根", "transactions root", header.transactions_root), found.hex()
    return None


def _equal_to(zh: str, en: str, digest: bytes) -> Words:
    return Words(f"{zh} 0x{digest.hex()}", f"{en} 0x{digest.hex()}")
