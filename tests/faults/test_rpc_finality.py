"""Finality that was broken: named, evidence kept, writing stopped until an operator resolves it."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from lying_endpoint import Chain, Endpoint, listening_all, receipt_of, running, signed

from node.chain.errors import Behind, BrokenFinality
from node.chain.finality import Finality
from node.chain.incident import IncidentFolder
from node.errors import BadInput
from node.receipts.header import decode_header

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


class Forked:
    """Two copies of one home's chain, which the same key went on sealing apart, and what a verifier had proven."""

    def __init__(self, site: Chain, here: Any, there: Any) -> None:
        self.site, self.here, self.there = site, here, there

    def attach(self, endpoint: Endpoint, **changed: Any) -> Any:
        return self.site.attach(endpoint.url, genesis_hash=self.here.genesis_hash, **changed)


@pytest.fixture
async def forked(tmp_path: Path) -> AsyncIterator[Forked]:
    async with running(tmp_path) as (site, here):
        for folder in ("copy", "copy/incidents"):
            (tmp_path / folder).mkdir()
        for part in tmp_path.glob("chain.db*"):
            shutil.copy(part, tmp_path / "copy" / part.name)
        copied = Chain(tmp_path / "copy" / "chain.db", IncidentFolder(tmp_path / "copy" / "incidents"))
        async with copied.open() as there:
            yield Forked(site, here, there)


async def sealed(chain: Any, site: Chain, nonce: int, text: bytes) -> bytes:
    tx_hash, raw = signed(nonce, to=site.registry, calldata=text)
    await chain.send(raw)
    await receipt_of(chain, tx_hash)
    return tx_hash


async def test_two_headers_at_one_height_stop_the_writing(forked: Forked) -> None:
    ours = await sealed(forked.here, forked.site, 1, b"ours")
    theirs = await sealed(forked.there, forked.site, 1, b"theirs")
    endpoint = Endpoint(forked.here.rpc)
    async with listening_all([endpoint]), forked.attach(endpoint) as attached:
        proven = await attached.engine.wait(ours, limit=60)
        endpoint.dispatcher = forked.there.rpc
        with pytest.raises(BrokenFinality, match="two different headers") as caught:
            await attached.engine.wait(theirs, limit=60)
    assert (caught.value.code, caught.value.exit_code) == ("broken-finality", 3)
    [incident] = forked.site.incidents.standing()
    both = [decode_header(bytes.fromhex(text[2:])) for text in (incident.proven, incident.now)]
    assert both[0].block_hash == proven.material.decode_header().block_hash
    assert both[0].block_hash != both[1].block_hash
    assert both[0].number == both[1].number == incident.height == proven.height
    async with listening_all([endpoint]):
        with pytest.raises(BrokenFinality):
            async with forked.attach(endpoint):
                pytest.fail("attached while an incident stands")


async def test_a_confirmed_transaction_that_is_gone_is_found_when_attaching(forked: Forked) -> None:
    ours = await sealed(forked.here, forked.site, 1, b"ours")
    await sealed(forked.there, forked.site, 1, b"theirs")
    await sealed(forked.there, forked.site, 2, b"more")
    endpoint = Endpoint(forked.here.rpc)
    async with listening_all([endpoint]):
        async with forked.attach(endpoint) as attached:
            header = (await attached.engine.wait(ours, limit=60)).material.decode_header()
        forked.site.known[header.number] = header
        endpoint.dispatcher = forked.there.rpc
        with pytest.raises(BrokenFinality, match="two different headers"):
            async with forked.attach(endpoint):
                pytest.fail("attached")


async def test_a_head_below_what_is_proven_stops_the_writing(forked: Forked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("node.chain.remote.attach.Finality", hasty)
    ours = await sealed(forked.here, forked.site, 1, b"ours")
    endpoint = Endpoint(forked.here.rpc)
    async with listening_all([endpoint]):
        async with forked.attach(endpoint) as attached:
            header = (await attached.engine.wait(ours, limit=60)).material.decode_header()
        forked.site.known[header.number] = header
        endpoint.dispatcher = forked.there.rpc
        with pytest.raises(BrokenFinality, match="below a header"):
            async with forked.attach(endpoint):
                pytest.fail("attached")
        [incident] = forked.site.incidents.standing()
        assert (incident.kind, incident.height, incident.head) == ("head-below-proof", 2, 1)
        assert decode_header(bytes.fromhex(incident.now[2:])).number == 1


async def test_an_engine_that_is_catching_up_is_no_incident(forked: Forked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("node.chain.remote.attach.Finality", hasty)
    ours = await sealed(forked.here, forked.site, 1, b"ours")

    def syncing(method: str, _params: Any, answer: Any) -> Any:
        return answer | {"result": {"currentBlock": "0x1"}} if method == "eth_syncing" else answer

    endpoint, other = Endpoint(forked.here.rpc), Endpoint(forked.there.rpc, lie=syncing)
    async with listening_all([endpoint, other]):
        async with forked.attach(endpoint) as attached:
            header = (await attached.engine.wait(ours, limit=60)).material.decode_header()
        forked.site.known[header.number] = header
        with pytest.raises(Behind):
            async with forked.attach(other):
                pytest.fail("attached")
        assert forked.site.incidents.standing() == []
        urls = (other.url, endpoint.url)
        async with forked.site.attach(*urls, genesis_hash=forked.here.genesis_hash) as attached:
            assert await attached.engine.height() == header.number, "the other endpoint is asked instead"


async def test_an_operator_resolves_an_incident_and_the_evidence_stays(forked: Forked, tmp_path: Path) -> None:
    await test_two_headers_at_one_height_stop_the_writing(forked)
    incidents = forked.site.incidents
    [incident] = incidents.standing()
    with pytest.raises(BadInput):
        incidents.resolve("another", note="x")
    incidents.resolve(incident.name, note="the governors chose the first")
    incidents.require_none()
    [kept] = (tmp_path / "incidents").iterdir()
    assert json.loads(kept.read_bytes())["note"] == "the governors chose the first"


@pytest.mark.parametrize("damage", [b"", b"{}", b"[]", b'{"format":"zhicang-incident","version":2}', b"\xff"])
async def test_a_damaged_file_still_stops_the_writing(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "incidents").mkdir()
    (tmp_path / "incidents" / "20260101T000000Z-two-headers.json").write_bytes(damage)
    with pytest.raises(BrokenFinality):
        IncidentFolder(tmp_path / "incidents").require_none()


def hasty(**given: Any) -> Finality:
    return Finality(**given, grace=0.2)
