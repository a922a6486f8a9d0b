"""A replay that was interrupted: killed in the middle, or gone on with another history or an older head."""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from node.chain.replay.difference import Difference
from node.errors import Unavailable

CHILD = Path(__file__).with_name("replaying_child.py")
ROOT = Path(__file__).parents[4]


async def serve(answer: Any) -> tuple[web.AppRunner, str]:
    """Serve a function from request to response; give the runner and the URL."""
    application = web.Application(client_max_size=1 << 26)
    application.router.add_post("/", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]  # noqa: SLF001 - the port it took
    return runner, f"http://127.0.0.1:{port}/"


async def test_killed_at_any_moment_it_goes_on(forge: Any, auditor: Any, signed: Any, keys: Any) -> None:
    for nonce in range(1, 241):
        forge.add(signed(keys.founder, nonce, calldata=bytes.fromhex("6001600055") + bytes([nonce])))
        forge.add()

    async def answer(request: web.Request) -> web.Response:
        batch = await request.json()
        await asyncio.sleep(0.003 * len(batch))  # so that there is a middle to be killed in
        return web.json_response(await forge.answer(batch))

    runner, url = await serve(answer)
    chance, begun, told = random.Random(5), [], ""
    try:
        for _ in range(40):
            told, code = await _run(url, auditor.state, forge.origin, kill_after=chance.uniform(0.2, 0.7))
            if "begin" in told or told[:1].isdigit():
                begun.append(int(told.split()[0]))
            if code == 0:
                break
    finally:
        await runner.cleanup()
    assert told.splitlines()[-1] == f"reached {forge.head} {forge.headers[-1].state_root.hex()}"
    assert begun == sorted(begun)
    assert len(set(begun)) > 1, "it was never killed in the middle"
    again = await auditor.replay(forge.answer, origin=forge.origin)
    assert (again.height, auditor.steps) == (forge.head, 0)


async def _run(url: str, state: Path, origin: Any, *, kill_after: float) -> tuple[str, int]:
    child = await asyncio.create_subprocess_exec(
        sys.executable, str(CHILD), url, str(state), cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    given = {
        "chain_id": origin.chain_id,
        "genesis_hash": origin.genesis_hash.hex(),
        "validators": [address.hex() for address in origin.validators],
        "registry": origin.registry.hex(),
        "registry_code_hash": origin.registry_code_hash.hex(),
    }
    child.stdin.write(json.dumps(given).encode())  # type: ignore[union-attr]
    child.stdin.close()  # type: ignore[union-attr]
    first = await child.stdout.readline()  # type: ignore[union-attr]
    try:
        rest = await asyncio.wait_for(child.stdout.read(), kill_after)  # type: ignore[union-attr]
    except TimeoutError:
        child.kill()
        rest = await child.stdout.read()  # type: ignore[union-attr]
    return (first + rest).decode(), await child.wait()


async def test_another_sealed_history_is_never_gone_on_with(forge: Any, auditor: Any) -> None:
    forge.add()
    reached = await auditor.replay(forge.answer, origin=forge.origin)
    forge.headers.pop()
    forge.answers.pop()
    forge.add(timestamp=reached.time + 5)
    forge.add()
    with pytest.raises(Difference) as caught:
        await auditor.replay(forge.answer, origin=forge.origin)
    assert (caught.value.height, caught.value.name, caught.value.sealed) == (2, "hash", True)


async def test_another_history_that_nobody_sealed_is_the_endpoints_fault(forge: Any, auditor: Any) -> None:
    forge.add()
    await auditor.replay(forge.answer, origin=forge.origin)
    forge.headers.pop()
    honest = forge.answers.pop()
    forge.add(timestamp=1_700_000_009, seals=[])
    with pytest.raises(Difference) as caught:
        await auditor.replay(forge.answer, origin=forge.origin)
    assert (caught.value.name, caught.value.sealed) == ("hash", False)
    forge.answers[-1] = honest
    assert (await auditor.replay(forge.answer, origin=forge.origin)).height == 2


async def test_an_endpoint_that_is_behind(forge: Any, auditor: Any) -> None:
    forge.add()
    await auditor.replay(forge.answer, origin=forge.origin)
    forge.headers.pop()
    with pytest.raises(Unavailable, match="is at 1, the replay at 2"):
        await auditor.replay(forge.answer, origin=forge.origin)


async def test_nothing_unsealed_is_ever_gone_on_from(forge: Any, auditor: Any) -> None:
    """A liar gives unsealed headers and stops answering: what was kept of them would be believed by the next replay."""
    for _ in range(8):
        forge.add(seals=[])
    with pytest.raises(Difference, match="seals"):
        await auditor.replay(forge.answer, origin=forge.origin)
    for lies in (forge.headers, forge.answers):
        del lies[2:]
    forge.add()
    assert (await auditor.replay(forge.answer, origin=forge.origin)).height == 2
