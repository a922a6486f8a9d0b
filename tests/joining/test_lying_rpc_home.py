"""A home whose endpoint lies, as its user sees it: a named error, and a later run that ends what the journal keeps."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "faults"))

from lying_endpoint import Endpoint, listening
from test_rpc_exchange import html, other_chain_id
from test_rpc_lies import failed, no_logs, on_block, on_receipts, without_seal

from node.chain.incident import TWO_HEADERS, Incident, IncidentFolder

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from joining_desk import Desk, Ran

REGISTER = ("register", "one.txt", "--period", "2023", "--client-ref", "one", "--json")


class Forward:
    """Passes requests on to the network's own endpoint."""

    def __init__(self, url: str) -> None:
        self.url = url

    async def answer(self, request: dict[str, Any]) -> Any:
        async with aiohttp.ClientSession() as session, session.post(self.url, json=request) as answer:
            return await answer.json()


@pytest.fixture
async def endpoint(desk: Desk) -> AsyncIterator[Endpoint]:
    """An endpoint between the home and its network; the home joined while it was honest."""
    async with listening(Endpoint(Forward(desk.url))) as made:  # type: ignore[arg-type]
        joins = list(desk.joins("14000001"))
        joins[joins.index(desk.url)] = made.url
        await typed(desk, *joins)
        yield made


async def typed(desk: Desk, *arguments: str | Path) -> Ran:
    return await asyncio.to_thread(desk.run, "home", *arguments)


def once_sent(endpoint: Endpoint, lie: Any) -> Any:
    """Lie from the moment on that a transaction was sent."""

    def then(method: str, params: Any, answer: Any) -> Any:
        return lie(method, params, answer) if "eth_sendRawTransaction" in endpoint.asked else answer

    return then


async def assert_finished(desk: Desk, endpoint: Endpoint) -> None:
    """The same command ends the act, once; its receipt holds."""
    endpoint.lie, endpoint.break_off = Endpoint(endpoint.dispatcher).lie, None
    ran = await typed(desk, *REGISTER)
    assert ran.code == 0, ran.out + ran.err
    assert ran.lines[0]["status"] == "registered"
    number = ran.lines[0]["resource_id"]
    assert (await typed(desk, "receipt", number, "-o", "one.json")).code == 0
    anchor = desk.network / "anchor.json"
    assert (await typed(desk, "verify", "one.txt", "one.json", "--anchor", anchor)).code == 0
    listed = (await typed(desk, "list", "--json")).lines
    assert [line["resource_id"] for line in listed if "resource_id" in line] == [number]


FORGERIES = {
    "a failed receipt": on_receipts(failed),
    "a header without seal": on_block(without_seal),
}


@pytest.mark.parametrize("lie", FORGERIES.values(), ids=FORGERIES)
async def test_forged_answers_end_the_command_by_name_and_the_next_run_finishes(
    desk: Desk, endpoint: Endpoint, lie: Any
) -> None:
    endpoint.lie = once_sent(endpoint, lie)
    ran = await typed(desk, *REGISTER)
    assert ran.code == 3, ran.out + ran.err
    assert [line["error"]["code"] for line in ran.lines if "error" in line] == ["forged-answer"]
    await assert_finished(desk, endpoint)


REFUSED = {
    "another chain": ({"lie": other_chain_id}, "other-chain"),
    "HTML": ({"break_off": html}, "endpoint-not-json-rpc"),
}


@pytest.mark.parametrize(("spoilt", "code"), REFUSED.values(), ids=REFUSED)
async def test_an_endpoint_that_is_none_is_named_at_once(
    desk: Desk, endpoint: Endpoint, spoilt: dict[str, Any], code: str
) -> None:
    for name, value in spoilt.items():
        setattr(endpoint, name, value)
    ran = await typed(desk, *REGISTER)
    assert ran.code == 3, ran.out + ran.err
    assert [line["error"]["code"] for line in ran.lines if "error" in line] == [code]
    await assert_finished(desk, endpoint)


async def test_an_outage_in_the_middle_is_waited_out(desk: Desk, endpoint: Endpoint) -> None:
    gone = asyncio.Event()

    async def away(request: Any, asked: Any) -> Any:
        if "eth_sendRawTransaction" not in endpoint.asked:
            return None
        gone.set()
        return await html(request, asked)

    endpoint.break_off = away
    running = asyncio.create_task(typed(desk, *REGISTER))
    await gone.wait()
    await asyncio.sleep(3)
    assert not running.done()
    endpoint.break_off = None
    ran = await running
    assert ran.code == 0, ran.out + ran.err


async def test_the_next_url_is_used_where_the_first_one_lies(desk: Desk, endpoint: Endpoint) -> None:
    settings = desk.folder / "home" / "zhicang.toml"
    settings.write_text(settings.read_text().replace(f'["{endpoint.url}"]', f'["{endpoint.url}", "{desk.url}"]'))
    assert desk.url in settings.read_text()
    endpoint.lie = once_sent(endpoint, on_receipts(no_logs))
    ran = await typed(desk, *REGISTER)
    assert ran.code == 0, ran.out + ran.err
    await assert_finished(desk, endpoint)


async def test_the_audit_of_a_network_home_proves_anew_what_is_final_and_is_loud_about_incidents(
    desk: Desk, endpoint: Endpoint
) -> None:
    assert (await typed(desk, *REGISTER)).code == 0
    ran = await typed(desk, "audit", "--json")
    assert (ran.code, ran.lines[-1]["summary"]["findings"]) == (0, 0), ran.out
    endpoint.lie = on_receipts(failed)
    assert (await typed(desk, "audit")).code == 3
    endpoint.lie = Endpoint(endpoint.dispatcher).lie
    IncidentFolder(desk.folder / "home" / "incidents").report(
        Incident(kind=TWO_HEADERS, found=1, chain_id=1, height=2, proven="0x01", now="0x02", head=3)
    )
    ran = await typed(desk, "audit", "--json")
    assert ran.code == 1, ran.out + ran.err
    assert [line["check"] for line in ran.lines if "check" in line] == ["finality"]
    refused = await typed(desk, "register", "two.txt", "--period", "2023", "--json")
    assert [line["error"]["code"] for line in refused.lines if "error" in line] == ["broken-finality"]
