"""The empty accounts that GoQuorum leaves where Ethereum deletes them, and what one who does not know it sees."""

from __future__ import annotations

from typing import Any

import pytest

from node.chain.embedded.evm import EvmRules
from node.chain.embedded.state import State
from node.chain.replay.difference import Difference
from node.chain.replay.goquorum import GoQuorumState
from node.chain.replay.rules import Engine
from node.receipts.keccak import keccak

GOQUORUM = {"rules": EvmRules(state_class=GoQuorumState)}


def calling(opcode: str, address: int) -> bytes:
    """Give init code that calls a precompile with nothing: CALL (f1), STATICCALL (fa), or CALL and then a revert."""
    value = "6000" if opcode == "f1" else ""
    return bytes.fromhex(f"6000600060006000{value}60{address:02x}5a{opcode}00")


def undone(address: int) -> bytes:
    return bytes.fromhex(f"6000600060006000600060{address:02x}5af160006000fd")


def stands(forge: Any, address: int) -> bool:
    """Tell whether the state has an account of its own at a precompile's address."""
    state = State(forge.nodes.get, forge.headers[-1].state_root)
    name = bytes(19) + bytes([address])
    return bool(state._trie(state._state_root).get(keccak(name)))  # noqa: SLF001 - absent and empty look alike above


@pytest.mark.parametrize(
    ("blocks", "stays"),
    [
        ([["f1"]], False),
        ([["f1", "f1"]], True),  # the second creates what the first left as deleted
        ([["f1"], ["f1"]], False),  # in another block nothing is left as deleted
        ([["f1", "fa"]], False),  # a STATICCALL touches
        ([["fa", "f1"]], True),
        ([["f1", "f1", "f1"]], True),  # it stands, and is not touched
        ([["f1", "f1"], ["f1"]], True),
        ([["f1", "f1", "fa"]], False),
        ([["f1", "f1"], ["fa"]], False),
        ([["f1", "undone"]], False),
        ([["f1", "f1", "undone"]], True),
    ],
)
@pytest.mark.parametrize("address", [2, 3, 4])
async def test_which_empty_accounts_stay(
    *, forge: Any, auditor: Any, signed: Any, keys: Any, blocks: Any, stays: Any, address: Any
) -> None:
    nonce, ever = 0, False
    for calls in blocks:
        codes = [undone(address) if call == "undone" else calling(call, address) for call in calls]
        raws = [signed(keys.founder, nonce + place, calldata=code) for place, code in enumerate(codes, 1)]
        nonce += len(raws)
        forge.add(*raws, rules=GOQUORUM)
        ever = ever or stands(forge, address)
    assert stands(forge, address) == stays
    reached = await auditor.replay(forge.answer, origin=forge.origin, engine=Engine.GOQUORUM)
    assert reached.height == len(blocks) + 1
    if ever:
        auditor.state = auditor.state.with_name("besu.db")
        with pytest.raises(Difference) as caught:
            await auditor.replay(forge.answer, origin=forge.origin)
        assert (caught.value.name, caught.value.sealed) == ("stateRoot", True)


async def test_a_plain_transaction_to_a_precompile(forge: Any, signed: Any, keys: Any) -> None:
    forge.add(*(signed(keys.founder, nonce, to=bytes(19) + b"\4") for nonce in (1, 2)), rules=GOQUORUM)
    assert stands(forge, 4)
