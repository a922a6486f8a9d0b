"""A live GoQuorum network replayed: acts, validators voted out and in, its peculiarity, and an endpoint that lies."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest
from eth_account import Account
from network_parts.process import wait_until

from contracts import artefact, deploy
from node.chain.replay.difference import Difference
from node.chain.replay.fetch import Blocks, blocks_of
from node.chain.replay.replay import Replay, Watch
from node.chain.replay.rules import Engine, Origin, Rules
from node.chain.replay.work import Work

if TYPE_CHECKING:
    from pathlib import Path

    from network_parts.network import Network

CALL, STATICCALL = "6000600060006000600060{:02x}5af100", "600060006000600060{:02x}5afa00"
UNDONE = "6000600060006000600060{:02x}5af160006000fd"
"""Init code that calls a precompiled contract with nothing, and what else can become of that."""


class Sender:
    """A stranger with a key of his own, on a network that takes everybody's transactions."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._account = Account.create()
        self._nonce = 0
        self.address = bytes.fromhex(self._account.address[2:])

    def send(self, *calldatas: bytes, **fields: Any) -> list[int]:
        """Send transactions in one burst; give the heights that hold them."""
        hashes = []
        for calldata in calldatas:
            transaction = {"nonce": self._nonce, "gasPrice": 0, "gas": 8_000_000, "value": 0, "data": calldata}
            signed = self._account.sign_transaction({**transaction, "chainId": self._network.chain_id, **fields})
            hashes.append(
                self._network.validators[0].call("eth_sendRawTransaction", "0x" + signed.raw_transaction.hex())
            )
            self._nonce += 1
        receipts: dict[str, Any] = {}

        def landed() -> bool:
            for tx_hash in hashes:
                receipts[tx_hash] = self._network.validators[0].call("eth_getTransactionReceipt", tx_hash)
            return all(receipts.values())

        wait_until(landed, limit=60, what="the transactions did not land")
        return [int(receipts[tx_hash]["blockNumber"], 16) for tx_hash in hashes]


def origin_of(network: Network, registry: bytes) -> Origin:
    return Origin(
        chain_id=network.chain_id,
        genesis_hash=bytes.fromhex(network.genesis_hash[2:]),
        validators=tuple(sorted(bytes.fromhex(validator.address[2:]) for validator in network.validators)),
        registry=registry,
        registry_code_hash=artefact.load().code_hash,
    )


async def replayed(state: Path, origin: Origin, *endpoints: Blocks, **rules: Any) -> Any:
    chosen = Rules(engine=Engine.GOQUORUM, **rules) if "engine" not in rules else Rules(**rules)
    watch = Watch(begin=lambda *_: None, step=lambda: None, slow=lambda *_: None, turned=lambda *_: None)
    work = Work.open(state, origin=origin, rules=chosen)
    try:
        return await Replay(origin=origin, rules=chosen, work=work, watch=watch).run(endpoints)
    finally:
        work.close()


async def test_a_live_network_from_its_genesis(network: Network, tmp_path: Path) -> None:
    sender = Sender(network)
    sender.send(deploy.creation_calldata([sender.address], 1, []))
    origin = origin_of(network, deploy.registry_address(sender.address, 0))
    sender.send(*[bytes.fromhex("6001600055")] * 40)
    async with blocks_of(network.urls[0]) as blocks:
        first = await replayed(tmp_path / "replay.db", origin, blocks, every_seal=True)
        assert first.tally.validators == origin.validators
        assert first.transactions >= 41

        leaving = network.validators[3].address
        out = network.vote(leaving, add=False)
        sender.send(b"\0")
        back = network.vote(leaving, add=True)
        sender.send(b"\0")
        second = await replayed(tmp_path / "replay.db", origin, blocks, every_seal=True)
    changes = [(one.height, len(one.addresses)) for one in second.sets][-2:]
    assert changes == [(out + 1, 3), (back + 1, 4)]
    assert second.height > first.height
    async with blocks_of(network.urls[2]) as other:
        whole = await replayed(tmp_path / "anew.db", origin, other)
    assert whole.sets == second.sets
    assert whole.height >= second.height


async def test_the_empty_accounts_of_goquorum(network: Network, tmp_path: Path) -> None:
    sender = Sender(network)
    sender.send(deploy.creation_calldata([sender.address], 1, []))
    origin = origin_of(network, deploy.registry_address(sender.address, 0))
    chance = random.Random(3)
    for _ in range(8):
        kinds = chance.choices((CALL, STATICCALL, UNDONE), (4, 1, 1), k=24)
        sender.send(*(bytes.fromhex(kind.format(chance.choice((2, 3, 4)))) for kind in kinds))
    async with blocks_of(network.urls[0]) as blocks:
        await replayed(tmp_path / "goquorum.db", origin, blocks)
        with pytest.raises(Difference) as caught:
            await replayed(tmp_path / "besu.db", origin, blocks, engine=Engine.BESU)
    assert caught.value.name == "stateRoot"


async def test_an_endpoint_that_hides_a_transaction_is_left_for_another(network: Network, tmp_path: Path) -> None:
    sender = Sender(network)
    sender.send(deploy.creation_calldata([sender.address], 1, []))
    origin = origin_of(network, deploy.registry_address(sender.address, 0))
    hidden = sender.send(b"\0")[0]
    async with blocks_of(network.urls[0]) as honest:

        async def lying(batch: list[dict[str, Any]]) -> Any:
            found = await honest._answer(batch)  # noqa: SLF001 - a lie begins with the truth
            for response in found:
                if isinstance(response["result"], dict) and int(response["result"]["number"], 16) == hidden:
                    response["result"]["transactions"] = []
            return found

        with pytest.raises(Difference) as caught:
            await replayed(tmp_path / "lie.db", origin, Blocks(lying, name="liar"))
        assert (caught.value.height, caught.value.name, caught.value.sealed) == (hidden, "transactionsRoot", False)
        reached = await replayed(tmp_path / "lie.db", origin, Blocks(lying, name="liar"), honest)
    assert reached.height >= hidden
