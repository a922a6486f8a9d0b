"""Blocks one after another: each header checked, its seals where they count, its transactions executed, its roots met.

Pure over a function that reads trie nodes; new nodes are given to another. Whose fault a difference is follows from the
order: what the seals cover is checked after them and is the validators' (`Difference.sealed`); the rest may be the
endpoint's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from node.chain.embedded.evm import EvmRules
from node.chain.embedded.executor import UnexecutableError, execute
from node.chain.replay.acts import count_acts
from node.chain.replay.difference import Difference
from node.chain.replay.goquorum import GoQuorumState
from node.chain.replay.headers import check_body, check_header, check_seals
from node.chain.replay.rules import Engine
from node.chain.replay.transactions import check_transactions
from node.errors import Words
from node.receipts.first_header import BLANK_ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from node.chain.embedded.evm import NodeReader
    from node.chain.embedded.executor import Outcome
    from node.chain.replay.block import Block
    from node.chain.replay.reached import Reached
    from node.chain.replay.rules import Origin, Rules


class Executor:
    """Replays blocks on a state.

    Args:
        origin: the founding of the chain.
        rules: the rules of its network.
        read_node: gives a trie node or code by its keccak-256, or None.
        write_nodes: takes the new ones of a block.
    """

    def __init__(
        self,
        *,
        origin: Origin,
        rules: Rules,
        read_node: NodeReader,
        write_nodes: Callable[[dict[bytes, bytes]], None],
    ) -> None:
        self._origin = origin
        self._rules = rules
        self._read_node = read_node
        self._write_nodes = write_nodes
        peculiar: dict[str, Any] = {"state_class": GoQuorumState} if rules.engine is Engine.GOQUORUM else {}
        self._evm = EvmRules(code_size_limit=rules.code_size_limit, **peculiar)

    def replay(self, reached: Reached, block: Block, *, sealed: bool) -> Reached:
        """Check and execute the block after `reached`.

        Without transactions, without a vote and in the middle of the chain, a header is believed without its seals:
        the next header that is checked in full names it by its hash. `sealed` asks for the seals all the same: of the
        head, and of each header after which somebody may rely on what was reached.

        Raises:
            Difference: something does not fit.
        """
        validators = reached.tally.validators
        try:
            check_header(block, reached=reached, rules=self._rules)
        except Difference as difference:
            raise blamed(difference, block, validators) from difference
        check_body(block)
        if block.transactions or block.extra.vote or sealed or self._rules.every_seal:
            check_seals(block, validators)
        if not block.transactions:
            try:
                _meet(block, state_root=reached.state_root)
            except Difference as difference:
                raise blamed(difference, block, validators) from difference
            return reached.after(block, rules=self._rules)
        unprotected = check_transactions(block, chain_id=self._origin.chain_id, engine=self._rules.engine)
        outcome = self._execute(reached, block)
        _meet(
            block,
            state_root=outcome.state_root,
            receipts_root=outcome.receipts_root,
            logs_bloom=outcome.logs_bloom,
            gas_used=outcome.gas_used,
            sealed=True,
        )
        self._write_nodes(outcome.nodes)
        acts = count_acts((log for made in outcome.tx_receipts for log in made.logs), self._origin.registry)
        return reached.after(block, rules=self._rules, unprotected=unprotected, acts=acts)

    def _execute(self, reached: Reached, block: Block) -> Outcome:
        try:
            return execute(
                block.header,
                block.transactions,
                parent_state_root=reached.state_root,
                chain_id=self._origin.chain_id,
                read_node=self._read_node,
                previous_hash=reached.previous_hash,
                rules=self._evm,
            )
        except UnexecutableError as error:
            expected = Words("能执行的交易", "transactions that can be executed")
            found = Words("不能执行的交易", f"one that cannot: {error}")
            raise Difference(
                block.header.number, "transactions", expected=expected, found=found, sealed=True
            ) from error


def _meet(
    block: Block,
    *,
    state_root: bytes,
    receipts_root: bytes = BLANK_ROOT,
    logs_bloom: bytes = bytes(256),
    gas_used: int = 0,
    sealed: bool = False,
) -> None:
    """Compare what the header says with what execution gave; raise Difference."""
    header = block.header
    pairs = (
        ("gasUsed", gas_used, header.gas_used),
        ("receiptsRoot", receipts_root, header.receipts_root),
        ("logsBloom", logs_bloom, header.logs_bloom),
        ("stateRoot", state_root, header.state_root),
    )
    for field, expected, found in pairs:
        if expected != found:
            raise Difference(header.number, field, expected=expected, found=found, sealed=sealed)


def blamed(difference: Difference, block: Block, validators: Sequence[bytes]) -> Difference:
    """Give the difference as the validators' own fault where a quorum of them sealed the header."""
    try:
        check_seals(block, validators)
    except Difference:
        return difference
    return difference.blamed()
