"""What a home knows of a resource afterwards: statements about it, and what an amendment changed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from small_home import found_in, register, writing

from contracts.calls import AttestCall, encode_call
from node.errors import BadInput
from node.history import describe
from node.records.metadata import Metadata
from node.records.number import Number
from node.registrar.changeable import Because
from node.registrar.outcome import Refused, Registered
from node.registrar.request import RegisterRequest

if TYPE_CHECKING:
    from pathlib import Path


async def _lived(folder: Path) -> tuple[dict[str, Any], str]:
    home = await found_in(folder)
    source = folder / "一.txt"
    source.write_text("第一回\n")
    async with writing(home) as node:
        request = RegisterRequest(source=source, metadata=Metadata(title="旧题名", period=2023))
        (number,) = await register(node, [request])
        on_chain = Number.parse(number).on_chain()
        call = AttestCall(subject=on_chain, kind=2, digest=b"\5" * 32, verdict=3)
        settled = await node.registrar.act_once(kind="attest", subject=number, calldata=encode_call(call))
        assert settled.act.stage == "confirmed"
        changes = {"title": "新题名", "creator": "甲;乙"}
        node.registrar.editions.amend(number, changes, Because(reason=1), stage="stored")
        assert [each async for each in node.registrar.carry_out(approved=False)]
        row = node.journal.resources.by_number(number)
        assert row is not None
        return describe(node.journal, row), node.identity.registrar


def test_statements_and_changes_stand_among_the_events(tmp_path: Path) -> None:
    history, registrar = asyncio.run(_lived(tmp_path))
    events = {event["event"]: event for event in history["events"]}
    attested = events["attested"]
    assert (attested["kind"], attested["kind_code"]) == ("finding", 2)
    assert (attested["verdict"], attested["verdict_code"]) == ("doubtful", 3)
    assert attested["sha256"] == "05" * 32
    assert attested["account"].removeprefix("0x") == registrar.removeprefix("0x")
    assert attested["height"] > events["registered"]["height"]
    assert "chain" not in attested
    changes = events["amended"]["changes"]
    assert changes == {"title": {"from": "旧题名", "to": "新题名"}, "creator": {"from": "", "to": "甲;乙"}}


async def _replaced(folder: Path) -> list[Any]:
    """Register a resource in another's place while that one stands, and after it was withdrawn."""
    home = await found_in(folder)
    first, second = folder / "一.txt", folder / "二.txt"
    for source in (first, second):
        source.write_text(source.name)
    async with writing(home) as node:
        (number,) = await register(node, [RegisterRequest(source=first, metadata=Metadata(title="一", period=2023))])
        later = RegisterRequest(source=second, metadata=Metadata(title="二", period=2023, replaces=number))
        told = [each async for each in node.registrar.register([later], stored=lambda: None)]
        node.registrar.editions.withdraw(number, Because(reason=1), stage="stored")
        assert [each async for each in node.registrar.carry_out(approved=False)]
        return told + [each async for each in node.registrar.register([later], stored=lambda: None)]


def test_only_what_was_withdrawn_can_be_replaced(tmp_path: Path) -> None:
    live, withdrawn = asyncio.run(_replaced(tmp_path))
    assert isinstance(live, Refused)
    assert isinstance(live.error, BadInput)
    assert (live.error.field, live.error.words.en.endswith("is not withdrawn")) == ("replaces", True)
    assert isinstance(withdrawn, Registered)
