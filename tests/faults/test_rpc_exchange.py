"""Endpoints that do not answer as they should: each ends in its named error, or in the next URL's answer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from lying_endpoint import Endpoint, honest, listening_all, running

from node.chain.errors import (
    Ahead,
    Behind,
    EndpointFailure,
    Forged,
    NoEndpoint,
    NotJsonRpc,
    OtherChain,
    Stalled,
    TooLarge,
    Unreachable,
)
from node.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

PATIENCE = 0.8


@pytest.fixture
async def chain(tmp_path: Path) -> AsyncIterator[Any]:
    async with running(tmp_path) as it:
        yield it


async def html(_request: web.Request, _asked: Any) -> web.StreamResponse:
    return web.Response(text="<html><body>502 Bad Gateway</body></html>", content_type="text/html", status=502)


async def stalls(_request: web.Request, _asked: Any) -> web.StreamResponse:
    await asyncio.sleep(30)
    raise AssertionError("nobody waits so long")


async def trickles(request: web.Request, _asked: Any) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    for _ in range(300):
        await response.write(b" ")
        await asyncio.sleep(0.1)
    return response


async def breaks_off(request: web.Request, _asked: Any) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"jsonrpc":"2.0","id":')
    request.transport.close()  # type: ignore[union-attr]
    return response


async def half_a_json(_request: web.Request, _asked: Any) -> web.StreamResponse:
    return web.Response(body=b'{"jsonrpc":"2.0","id":1,"resu', content_type="application/json")


async def claims_ten_gigabytes(request: web.Request, _asked: Any) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": str(10 << 30)})
    await response.prepare(request)
    await response.write(b" " * 1000)
    await asyncio.sleep(5)
    return response


async def never_ends(request: web.Request, _asked: Any) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    for _ in range(2000):
        await response.write(b" " * (1 << 16))
    return response


async def deep(_request: web.Request, _asked: Any) -> web.StreamResponse:
    return web.Response(body=b"[" * 100_000, content_type="application/json")


async def redirects(_request: web.Request, _asked: Any) -> web.StreamResponse:
    raise web.HTTPTemporaryRedirect("http://127.0.0.1:9/")


def other_id(_method: str, _params: Any, answer: Any) -> Any:
    return answer | {"id": 10**9}


def a_number(_method: str, _params: Any, _answer: Any) -> Any:
    return 5


def an_error_of_no_kind(_method: str, _params: Any, answer: Any) -> Any:
    return {"jsonrpc": "2.0", "id": answer["id"], "error": 5}


def other_chain_id(method: str, _params: Any, answer: Any) -> Any:
    return answer | {"result": "0x1"} if method == "eth_chainId" else answer


def other_genesis(method: str, params: Any, answer: Any) -> Any:
    if method == "eth_getBlockByNumber" and params[0] == "0x0":
        answer["result"]["hash"] = "0x" + "ab" * 32
    return answer


def no_header(method: str, _params: Any, answer: Any) -> Any:
    return answer | {"result": None} if method == "eth_getBlockByNumber" else answer


def unsealed_head(method: str, params: Any, answer: Any) -> Any:
    if method == "eth_getBlockByNumber" and params[0] == "latest":
        answer["result"]["gasUsed"] = "0x7"
    return answer


BROKEN_OFF = [
    (html, NotJsonRpc), (stalls, Stalled), (trickles, Stalled), (breaks_off, Unreachable), (half_a_json, NotJsonRpc),
    (claims_ten_gigabytes, TooLarge), (never_ends, TooLarge), (deep, NotJsonRpc), (redirects, NotJsonRpc),
]  # fmt: skip
LIES = [
    (other_id, NotJsonRpc), (a_number, NotJsonRpc), (an_error_of_no_kind, NotJsonRpc), (other_chain_id, OtherChain),
    (other_genesis, OtherChain), (no_header, NotJsonRpc), (unsealed_head, Forged),
]  # fmt: skip
SPOILT = [
    *(pytest.param({"break_off": how}, error, id=how.__name__) for how, error in BROKEN_OFF),
    *(pytest.param({"lie": how}, error, id=how.__name__) for how, error in LIES),
]


@pytest.mark.parametrize(("spoilt", "error"), SPOILT)
async def test_one_url_ends_in_a_named_error(chain: Any, spoilt: dict[str, Any], error: type[EndpointFailure]) -> None:
    site, embedded = chain
    endpoint = Endpoint(embedded.rpc, **spoilt)
    async with listening_all([endpoint]):
        with pytest.raises(error) as caught:
            async with site.attach(endpoint.url, genesis_hash=embedded.genesis_hash, patience=PATIENCE):
                pytest.fail("attached")
    assert caught.value.exit_code == 3
    assert endpoint.url.rstrip("/") in caught.value.words.zh
    assert endpoint.url.rstrip("/") in caught.value.words.en


@pytest.mark.parametrize(("spoilt", "error"), SPOILT)
async def test_the_next_url_answers_instead(chain: Any, spoilt: dict[str, Any], error: type[EndpointFailure]) -> None:
    del error
    site, embedded = chain
    bad, good = Endpoint(embedded.rpc, **spoilt), Endpoint(embedded.rpc)
    async with (
        listening_all([bad, good]),
        site.attach(bad.url, good.url, genesis_hash=embedded.genesis_hash, patience=PATIENCE) as attached,
    ):
        assert await attached.engine.height() == embedded.head.header.number
        asked = len(good.asked)
        assert await attached.w3.eth.chain_id == embedded.chain_id
        assert good.asked[asked:] == ["eth_chainId"]


async def test_an_engine_that_breaks_later_is_left_for_the_next(chain: Any) -> None:
    site, embedded = chain
    first, second = Endpoint(embedded.rpc), Endpoint(embedded.rpc)
    async with (
        listening_all([first, second]),
        site.attach(first.url, second.url, genesis_hash=embedded.genesis_hash, patience=PATIENCE) as attached,
    ):
        assert second.asked == []
        first.break_off = half_a_json
        assert await attached.engine.height() == embedded.head.header.number
        assert second.asked[-1] == "eth_blockNumber"
        batch = await attached.w3.provider.make_batch_request([("eth_chainId", []), ("eth_blockNumber", [])])
        height = hex(embedded.head.header.number)
        assert [answer["result"] for answer in batch] == [hex(embedded.chain_id), height]


async def test_one_that_hangs_is_left_alone_for_longer_than_it_took(chain: Any) -> None:
    """Else an act would wait for it again and again: it hung for 0.8 s, so it rests 3.2 s and not the usual second."""
    site, embedded = chain
    began: list[Any] = []

    async def hangs(request: web.Request, asked: Any) -> web.StreamResponse:
        began.append(asked)
        return await stalls(request, asked)

    hanging, good = Endpoint(embedded.rpc, break_off=hangs), Endpoint(embedded.rpc)
    async with (
        listening_all([hanging, good]),
        site.attach(hanging.url, good.url, genesis_hash=embedded.genesis_hash, patience=PATIENCE) as attached,
    ):
        for _ in range(15):
            assert await attached.engine.height() == embedded.head.header.number
            await asyncio.sleep(0.1)
        assert len(began) == 1


def other_engine(method: str, _params: Any, answer: Any) -> Any:
    """Tell of an engine that seals empty headers too."""
    return answer | {"result": "Geth/quorum-v24.4.0"} if method == "web3_clientVersion" else answer


async def test_a_head_of_yesterday_is_passed_over(chain: Any) -> None:
    site, embedded = chain
    endpoint = Endpoint(embedded.rpc, lie=other_engine)
    async with listening_all([endpoint]):
        tomorrow = site.now + 86_400
        with pytest.raises(Behind):
            async with site.attach(endpoint.url, genesis_hash=embedded.genesis_hash, clock=lambda: tomorrow):
                pytest.fail("attached")


async def test_an_embedded_chain_that_idles_is_not_behind(chain: Any) -> None:
    site, embedded = chain
    endpoint = Endpoint(embedded.rpc)
    async with listening_all([endpoint]):
        tomorrow = site.now + 86_400
        attaching = site.attach(endpoint.url, genesis_hash=embedded.genesis_hash, clock=lambda: tomorrow)
        async with attaching as attached:
            assert await attached.engine.height() == embedded.head.header.number


async def test_validators_that_the_anchor_does_not_know_yet_ask_for_a_newer_anchor(chain: Any) -> None:
    site, embedded = chain
    endpoint = Endpoint(embedded.rpc)
    others = {"validators_at": lambda _: (bytes(20),), "known_up_to": 0}
    async with listening_all([endpoint]):
        with pytest.raises(Ahead, match="the anchor knows them by height 0 only") as caught:
            async with site.attach(endpoint.url, genesis_hash=embedded.genesis_hash, **others):
                pytest.fail("attached")
        assert caught.value.code == "anchor-too-old"
        assert "anchor update" in caught.value.mend.en
        with pytest.raises(Forged):
            async with site.attach(endpoint.url, genesis_hash=embedded.genesis_hash, **others | {"known_up_to": 9}):
                pytest.fail("attached")


async def test_nobody_listens_anywhere(chain: Any) -> None:
    site, embedded = chain
    with pytest.raises(NoEndpoint) as caught:
        async with site.attach("http://127.0.0.1:9/", "http://127.0.0.1:7/", genesis_hash=embedded.genesis_hash):
            pytest.fail("attached")
    assert [type(failure) for failure in caught.value.failures] == [Unreachable, Unreachable]


async def test_an_outage_is_waited_out(chain: Any) -> None:
    site, embedded = chain
    endpoint = Endpoint(embedded.rpc)
    async with (
        listening_all([endpoint]),
        site.attach(endpoint.url, genesis_hash=embedded.genesis_hash, patience=PATIENCE, outage=20) as attached,
    ):
        endpoint.break_off = html
        asking = asyncio.create_task(attached.engine.height())
        await asyncio.sleep(0.5)
        assert not asking.done()
        endpoint.break_off = None
        assert await asking == embedded.head.header.number


async def test_another_registry_is_another_chain(chain: Any) -> None:
    site, embedded = chain
    endpoint = Endpoint(embedded.rpc, lie=honest)
    async with listening_all([endpoint]):
        with pytest.raises(OtherChain):
            async with site.attach(endpoint.url, genesis_hash=embedded.genesis_hash, code_hash=bytes(32)):
                pytest.fail("attached")


@pytest.mark.parametrize("url", ["", "ftp://127.0.0.1/", "http://", "127.0.0.1:8545", "http://[::1", "ws://localhost"])
async def test_what_is_no_url_is_bad_input(chain: Any, url: str) -> None:
    site, embedded = chain
    with pytest.raises(BadInput):
        async with site.attach(url, genesis_hash=embedded.genesis_hash):
            pytest.fail("attached")


async def test_a_password_in_a_url_authenticates_and_is_never_told(chain: Any) -> None:
    site, embedded = chain
    seen: list[str] = []

    async def asks_for_a_password(request: web.Request, _asked: Any) -> web.StreamResponse | None:
        seen.append(request.headers.get("Authorization", ""))
        return web.Response(text="no", status=401)

    endpoint = Endpoint(embedded.rpc, break_off=asks_for_a_password)
    async with listening_all([endpoint]):
        with pytest.raises(NotJsonRpc) as caught:
            async with site.attach(
                endpoint.url.replace("//", "//user:secret@"), genesis_hash=embedded.genesis_hash, patience=PATIENCE
            ):
                pytest.fail("attached")
    assert seen[0].startswith("Basic ")
    assert "secret" not in caught.value.words.zh + caught.value.words.en + str(caught.value.__cause__)
