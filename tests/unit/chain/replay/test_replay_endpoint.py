"""Endpoints that lie or break: each ends in a named error or in the next endpoint, never in a false yes."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web

from node.chain import errors
from node.chain.replay import fetch
from node.chain.replay.difference import Difference
from node.chain.replay.fetch import Blocks, blocks_of
from node.errors import BadInput


async def over_http(answer: Any, use: Any) -> Any:
    """Serve a function from batch to answer (or to a response) and use it by its URL."""

    async def handler(request: web.Request) -> web.StreamResponse:
        given = await answer(await request.json())
        return given if isinstance(given, web.StreamResponse) else web.json_response(given)

    application = web.Application(client_max_size=1 << 26)
    application.router.add_post("/", handler)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]  # noqa: SLF001 - the port it took
    try:
        async with blocks_of(f"http://127.0.0.1:{port}/") as blocks:
            return await use(blocks)
    finally:
        await runner.cleanup()


async def test_an_honest_one_by_its_url(forge: Any) -> None:
    async def use(blocks: Blocks) -> Any:
        return await blocks.head(), await blocks.read(0, 1), await blocks.read(1, 1)

    head, first, second = await over_http(forge.answer, use)
    assert head == 1
    assert [first, second] == [forge.answers[:1], forge.answers[1:]], "of their size nothing is known at first"


async def test_fewer_answers_than_questions(forge: Any) -> None:
    async def short(batch: Any) -> Any:
        found = await forge.answer(batch)
        return found[: max(1, len(found) - 1)]

    async def use(blocks: Blocks) -> Any:
        await blocks.read(0, 1)
        return await blocks.read(0, 1)

    with pytest.raises(errors.NotJsonRpc):
        await over_http(short, use)


@pytest.mark.parametrize("answer", [None, {}, "x", [None], 7, web.Response(status=503), web.Response(text="<html>")])
async def test_answers_that_are_no_batch(answer: Any) -> None:
    async def lying(_: Any) -> Any:
        return answer

    with pytest.raises(errors.NotJsonRpc):
        await over_http(lying, lambda blocks: blocks.head())


async def test_nobody_listens_or_it_is_no_url() -> None:
    async with blocks_of("http://127.0.0.1:1/") as blocks:
        with pytest.raises(errors.Unreachable):
            await blocks.head()
    with pytest.raises(BadInput):
        async with blocks_of("file:///etc/hostname"):
            pass


async def test_an_answer_without_end(monkeypatch: Any) -> None:
    monkeypatch.setattr(fetch, "LARGEST_ANSWER", 1 << 20)

    async def large(_: Any) -> Any:
        return web.Response(body=b" " * (2 << 20))

    with pytest.raises(errors.TooLarge):
        await over_http(large, lambda blocks: blocks.read(0, 0))


async def test_batches_shrink_where_answers_are_too_large(forge: Any, auditor: Any) -> None:
    async def small(batch: Any) -> Any:
        if len(batch) > 3:
            raise errors.TooLarge("太大", "too large")
        return await forge.answer(batch)

    for _ in range(40):
        forge.add()
    assert (await auditor.replay(small, origin=forge.origin)).height == 41


async def test_batches_shrink_where_blocks_are_full() -> None:
    sizes = []

    async def full(batch: Any) -> Any:
        sizes.append(len(batch))
        return [{"result": {"transactions": [{}] * 90}} for _ in batch]

    blocks, first = Blocks(full, name="x"), 0
    while first < 12:
        first += len(await blocks.read(first, 99))
    assert sizes == [1, 2, 2, 2, 2, 2, 2]


@pytest.mark.parametrize(
    ("lie", "said"),
    [
        ({"error": {"code": -32000, "message": "rate limit"}}, "rate limit"),
        ({"result": None}, "gave no block at 0"),
        ({"result": "0x"}, "gave no block at 0"),
        ({"result": []}, "gave no block at 0"),
    ],
)
async def test_answers_that_hold_no_block(forge: Any, auditor: Any, lie: Any, said: Any) -> None:
    async def lying(batch: Any) -> Any:
        return [{"id": request["id"]} | lie for request in batch]

    with pytest.raises(errors.EndpointFailure, match=said):
        await auditor.replay(lying, origin=forge.origin)


async def test_a_head_that_is_no_number(forge: Any, auditor: Any) -> None:
    async def lying(batch: Any) -> Any:
        if batch[0]["method"] == "eth_blockNumber":
            return [{"id": 0, "result": "latest"}]
        return await forge.answer(batch)

    with pytest.raises(errors.EndpointFailure, match="its head is no number"):
        await auditor.replay(lying, origin=forge.origin)


async def gone(_: Any) -> Any:
    raise errors.Unreachable("连接失败", "no connection")


async def test_a_liar_is_left_for_the_next_endpoint(forge: Any, auditor: Any) -> None:
    for _ in range(9):
        forge.add()

    async def lying(batch: Any) -> Any:
        found = await forge.answer(batch)
        for item in found:
            if isinstance(item["result"], dict) and item["result"]["number"] == "0x7":
                item["result"] = item["result"] | {"stateRoot": "0x" + "11" * 32}
        return found

    assert (await auditor.replay(gone, lying, forge.answer, origin=forge.origin)).height == 10
    turned = [(told[1], type(told[2])) for told in auditor.told if told[0] == "turned"]
    assert turned == [("endpoint 0", errors.Unreachable), ("endpoint 1", Difference)]
    assert auditor.told[-1][1] > 0, "what the liar gave truly was not fetched again"


async def test_when_all_lie_the_lie_is_named(forge: Any, auditor: Any) -> None:
    forge.add(seals=[])
    with pytest.raises(Difference, match=r"extraData\.seals"):
        await auditor.replay(gone, forge.answer, gone, origin=forge.origin)


async def test_what_a_quorum_sealed_wrongly_no_other_endpoint_makes_good(forge: Any, auditor: Any) -> None:
    forge.add(state_root=b"\1" * 32)
    with pytest.raises(Difference, match="stateRoot"):
        await auditor.replay(forge.answer, gone, origin=forge.origin)
    assert not [told for told in auditor.told if told[0] == "turned"]


async def test_an_endpoint_of_another_chain(forge: Any, auditor: Any) -> None:
    own = forge.origin
    other = type(forge)(chain_id=forge.chain_id, founder=forge.founder, members=[5, 6, 7, 8])
    with pytest.raises(Difference) as caught:
        await auditor.replay(other.answer, origin=own)
    assert (caught.value.height, caught.value.name) == (0, "hash")
