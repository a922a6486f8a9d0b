"""The executor against Ethereum's executable specification (fork Berlin): the same transactions, the same roots."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Any

import pytest
from ethereum.crypto.hash import Hash32
from ethereum.forks.berlin import vm
from ethereum.forks.berlin.bloom import logs_bloom
from ethereum.forks.berlin.fork import process_transaction
from ethereum.forks.berlin.fork_types import Address
from ethereum.forks.berlin.state import State, state_root
from ethereum.forks.berlin.transactions import LegacyTransaction
from ethereum.forks.berlin.trie import root
from ethereum_rlp import rlp
from ethereum_types.numeric import U64, U256, Uint

from contracts import calls
from contracts.records import UnitBatch
from node.chain.embedded.executor import Outcome, UnexecutableError, execute
from node.chain.embedded.genesis import genesis_header
from node.receipts.first_header import BLANK_ROOT

CHAIN_ID = 770_001
MINER = bytes.fromhex("00000000000000000000000000000000000000aa")


@dataclass
class Pair:
    """Our executor and the specification, header after header on the same history."""

    def __post_init__(self) -> None:
        self.nodes: dict[bytes, bytes] = {}
        self.state_root = BLANK_ROOT
        self.height = 0
        self.hashes = [bytes([7]) * 32]
        self.reference = State()

    def run(self, transactions: list[bytes]) -> Outcome:
        self.height += 1
        header = replace(
            genesis_header(validator=MINER, timestamp=1_700_000_000 + self.height), number=self.height, miner=MINER
        )
        outcome = execute(
            header,
            transactions,
            parent_state_root=self.state_root,
            chain_id=CHAIN_ID,
            read_node=self.nodes.get,
            previous_hash=lambda height: self.hashes[height],
        )
        expected = self._reference(header, transactions)
        assert outcome.state_root == bytes(state_root(self.reference))
        assert outcome.receipts_root == bytes(root(expected.receipts_trie))
        assert outcome.transactions_root == bytes(root(expected.transactions_trie))
        assert outcome.gas_used == int(expected.block_gas_used)
        assert outcome.logs_bloom == bytes(logs_bloom(expected.block_logs))
        self.nodes.update(outcome.nodes)
        self.state_root = outcome.state_root
        self.hashes.append(bytes([self.height % 251]) * 32)
        return outcome

    def _reference(self, header: Any, transactions: Any) -> Any:
        environment = vm.BlockEnvironment(
            chain_id=U64(CHAIN_ID),
            state=self.reference,
            block_gas_limit=Uint(header.gas_limit),
            block_hashes=[Hash32(block_hash) for block_hash in self.hashes[-256:]],
            coinbase=Address(header.miner),
            number=Uint(header.number),
            time=U256(header.timestamp),
            difficulty=Uint(header.difficulty),
        )
        output = vm.BlockOutput()
        for index, raw in enumerate(transactions):
            process_transaction(environment, output, rlp.decode_to(LegacyTransaction, raw), Uint(index))
        return output


@pytest.fixture
def pair() -> Pair:
    return Pair()


def test_the_registry_deployed_and_used(pair: Any, site: Any, keys: Any, signed: Any, make_entry: Any) -> None:
    deployed = pair.run(site.founding_transactions())
    assert [made.succeeded for made in deployed.tx_receipts] == [True]
    assert deployed.tx_receipts[0].contract == site.registry
    batch = UnitBatch(
        root=b"\1" * 32, list_digest=b"\2" * 32, claimed=10_000, cid=bytes.fromhex("01551220") + b"\2" * 32,
        programme=b"\3" * 32, period=2023, lot=bytes(32), counting_rule=b"\4" * 32, parent=bytes(32),
    )  # fmt: skip
    acts = [
        calls.encode_register(make_entry(1)),
        calls.encode_register_many([make_entry(number) for number in range(2, 30)]),
        calls.encode_register_many([make_entry(29), make_entry(30)]),  # one of them is there already
        calls.encode_register(make_entry(1)),  # reverts
        calls.encode_commit_units(batch),
        b"\x12\x34\x56\x78",  # no such function
    ]
    raws = [signed(keys.registrar, nonce, to=site.registry, calldata=act) for nonce, act in enumerate(acts)]
    outcome = pair.run(raws)
    assert [made.succeeded for made in outcome.tx_receipts] == [True, True, True, False, True, False]
    assert pair.run([signed(keys.stranger, 0, to=site.registry, calldata=acts[0])]).tx_receipts[0].succeeded is False


CONTEXT = bytes.fromhex(
    "600040600055 41600155 42600255 43600355 44600455 45600555 46600655 3a600755 33600855"
    "6001430340600955 60ff430340600a55 610100430340600b55 610101430340600c55 4340600d55 00"
)  # fmt: skip
"""Stores BLOCKHASH(0), COINBASE, TIMESTAMP, NUMBER, DIFFICULTY, GASLIMIT, CHAINID, GASPRICE, CALLER, and the block
hashes 1, 255, 256 (the last that there is), 257 and 0 below its own height."""


def test_the_block_context_and_the_last_256_hashes(pair: Any, keys: Any, signed: Any) -> None:
    pair.run([signed(keys.founder, 0, calldata=CONTEXT)])
    for _ in range(260):
        pair.run([])
    outcome = pair.run([signed(keys.founder, 1, calldata=CONTEXT)])
    assert outcome.tx_receipts[0].succeeded


def test_storage_cleared_refunded_and_destroyed(pair: Any, keys: Any, signed: Any) -> None:
    write_then_clear = bytes.fromhex("6001600055 6000600055 6001600155 00")
    destroy = bytes.fromhex("33ff")
    touch_precompiles = bytes.fromhex("6000600060006000600060045af1 6000600060006000600060025af1 00")
    create = bytes.fromhex("6133ff60005260026000 6002601e6000f0 00")
    codes = [write_then_clear, destroy, touch_precompiles, create, b"\xfe", b"", b"\x00"]
    outcome = pair.run([signed(keys.founder, nonce, calldata=code) for nonce, code in enumerate(codes)])
    assert [made.succeeded for made in outcome.tx_receipts] == [True, True, True, True, False, True, True]


@pytest.mark.parametrize("seed", range(6))
def test_random_programs(pair: Any, keys: Any, signed: Any, seed: Any) -> None:
    """Init code drawn from the opcodes that matter here, with small operands, so that much of it runs for a while."""
    chance = random.Random(seed)
    operations = bytes.fromhex(
        "01020304050608090a0b101112131415161718191a1b1c1d20303132333435363738393a3d3e3f404142434445464750515253545558595a5b"
        "8081828390919293a0a1a2a3f0f1f2f3f4f5fafdff"
    )
    ends = set()
    for first in (0, 25):
        raws = []
        for nonce in range(first, first + 25):
            code = bytearray()
            for _ in range(chance.randrange(10, 120)):
                code += bytes([0x60, chance.choice((0, 1, 2, 4, 32, 64, 255))]) * chance.randrange(1, 5)
                code.append(chance.choice(operations))
            raws.append(signed(keys.founder, nonce, calldata=bytes(code), gas=400_000))
        ends |= {made.succeeded for made in pair.run(raws).tx_receipts}
    assert ends == {True, False}


def test_code_beyond_the_limit_of_mainnet_deploys_up_to_64_kib(keys: Any, signed: Any) -> Any:
    """The specification stops at 24,576 bytes; QBFT networks of this kind set 65,536, and so do we."""
    header = replace(genesis_header(validator=MINER, timestamp=1), number=1, miner=MINER)

    def deployed(length: int) -> bool:
        returns = bytes.fromhex(f"62{length:06x}6000f3")
        outcome = execute(
            header, [signed(keys.founder, 0, calldata=returns, gas=30_000_000)], parent_state_root=BLANK_ROOT,
            chain_id=CHAIN_ID, read_node={}.get, previous_hash=lambda _: None,
        )  # fmt: skip
        return outcome.tx_receipts[0].succeeded

    assert deployed(65_536)
    assert not deployed(65_537)


@pytest.mark.parametrize("fields", [{"nonce": 1}, {"value": 1}, {"gas": 20_000}, {"gas": 100_000_001}])
def test_what_cannot_stand_is_named_by_its_place(keys: Any, signed: Any, fields: Any) -> None:
    header = replace(genesis_header(validator=MINER, timestamp=1), number=1, miner=MINER)
    given = {"nonce": 0} | fields
    raw = signed(keys.founder, given.pop("nonce"), **given)
    with pytest.raises(UnexecutableError, match="transaction 0"):
        execute(
            header, [raw], parent_state_root=BLANK_ROOT, chain_id=CHAIN_ID, read_node={}.get,
            previous_hash=lambda _: None,
        )  # fmt: skip
