"""The rules of a QBFT header under the validators in force, and its seals.

The set in force comes from the anchor and the votes of earlier headers, never from the header under test. Not checked:
the gas limit's steps and whether the proposer had the turn, which GoQuorum does not check either; and whether the time
is true: it is what the proposer asserted.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from node.chain.replay.difference import Difference
from node.errors import Words
from node.receipts.errors import BadProof
from node.receipts.first_header import BLANK_ROOT
from node.receipts.header import EMPTY_UNCLES_HASH, MIX_HASH
from node.receipts.ordered_trie import root_of
from node.receipts.seals import quorum
from node.receipts.signature import lower_s, recover

if TYPE_CHECKING:
    from collections.abc import Sequence

    from node.chain.replay.block import Block
    from node.chain.replay.reached import Reached
    from node.chain.replay.rules import Origin, Rules

_IN_FORCE = Words("在任的验证节点", "a validator in force")


def check_genesis(block: Block, origin: Origin) -> None:
    """Check that a chain begins as the anchor says, with an empty state; raise Difference."""
    _equal(block, "hash", origin.genesis_hash, block.block_hash)
    _equal(block, "extraData.validators", origin.validators, block.extra.validators)
    _equal(block, "stateRoot", BLANK_ROOT, block.header.state_root)


def check_header(block: Block, *, reached: Reached, rules: Rules) -> None:
    """Check a header against its parent and the validators in force; raise Difference."""
    header, validators = block.header, reached.tally.validators
    _equal(block, "parentHash", reached.block_hash, header.parent_hash)
    _equal(block, "sha3Uncles", EMPTY_UNCLES_HASH, header.uncles_hash)
    _equal(block, "difficulty", 1, header.difficulty)
    _equal(block, "mixHash", MIX_HASH, header.mix_hash)
    _equal(block, "nonce", bytes(8), header.nonce)
    _equal(block, "extraData.validators", validators, block.extra.validators)
    if header.miner not in validators:
        raise Difference(header.number, "miner", expected=_IN_FORCE, found=header.miner)
    if header.timestamp < (earliest := reached.time + rules.period):
        later = Words(f"{earliest} 或更晚", f"{earliest} or later")
        raise Difference(header.number, "timestamp", expected=later, found=header.timestamp)


def check_body(block: Block) -> None:
    """Check that the transactions are those of the header; raise Difference."""
    root = root_of(block.transactions) if block.transactions else BLANK_ROOT
    _equal(block, "transactionsRoot", root, block.header.transactions_root)


def check_seals(block: Block, validators: Sequence[bytes]) -> None:
    """Check that a quorum of the validators in force sealed a header, each once, and nobody else; raise Difference.

    More than a quorum is welcome here. A seal with a high s is read as its other form: seals lie outside the hash.
    """
    signers = []
    for place, seal in enumerate(block.extra.seals):
        field = f"extraData.seals[{place}]"
        try:
            signers.append(recover(block.seal_digest, lower_s(seal)))
        except BadProof as error:
            raise _unsealed(block, field, Words("对此区块头的封签", "a seal over this header"), error.words) from error
        if signers[-1] not in validators:
            raise _unsealed(block, field, Words("在任验证节点的封签", "the seal of a validator in force"), signers[-1])
    twice = [signer for signer, count in Counter(signers).items() if count > 1]
    if twice:
        raise _unsealed(block, "extraData.seals", Words("每个验证节点一枚", "each validator once"), twice)
    if len(signers) < (needed := quorum(len(validators))):
        enough = Words(f"{len(validators)} 枚中至少 {needed} 枚", f"{needed} or more of {len(validators)}")
        raise _unsealed(block, "extraData.seals", enough, len(signers))


def _equal(block: Block, field: str, expected: object, found: object) -> None:
    if expected != found:
        raise Difference(block.header.number, field, expected=expected, found=found)


def _unsealed(block: Block, field: str, expected: object, found: object) -> Difference:
    return Difference(block.header.number, field, expected=expected, found=found)
