"""anvil reorganises on command, which QBFT never does: the node names it, keeps evidence and stops writing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from engines import anvil
from eth_keys.datatypes import PrivateKey
from unsealed import Unsealed

from node.chain.engine import Engine
from node.chain.errors import BrokenFinality
from node.chain.finality import Finality
from node.chain.incident import IncidentFolder

if TYPE_CHECKING:
    from pathlib import Path

CREATION = bytes.fromhex("6006600c60003960066000f360006000a000")


async def test_a_reorganisation_of_what_was_proven_is_an_incident(tmp_path: Path) -> None:
    async with anvil(tmp_path) as running:
        incidents = IncidentFolder(tmp_path / "incidents")
        finality = Finality(
            chain_id=running.chain_id, checked=Unsealed(), incidents=incidents, known=lambda _: None, newest=None,
            clock=lambda: 0, grace=0.5,
        )  # fmt: skip
        engine = Engine(running.w3, chain_id=running.chain_id, checked=running.checked, finality=finality)
        key = PrivateKey(running.key)

        async def create(nonce: int) -> Any:
            tx_hash, raw = engine.sign(key, to=None, calldata=CREATION, nonce=nonce, gas=200_000)
            await engine.send(raw)
            return await engine.wait(tx_hash, limit=20)

        first, second = await create(0), await create(1)
        assert second.height > first.height
        await engine.confirm_finality()
        answer = await running.w3.provider.make_request("anvil_reorg", [1, []])  # type: ignore[arg-type]
        assert "error" not in answer, answer
        with pytest.raises(BrokenFinality, match="two different headers"):
            await engine.confirm_finality()
        [incident] = incidents.standing()
        assert (incident.kind, incident.height) == ("two-headers", second.height)
        assert incident.proven == "0x" + second.material.header.hex()
        assert incident.now != incident.proven
