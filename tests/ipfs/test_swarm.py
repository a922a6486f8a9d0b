"""scripts/network ipfs: a swarm is founded, found again, broken and stopped; whoever lacks its key finds nothing."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from network_parts.engines import Missing
from network_parts.kubo import Kubo
from network_parts.swarm import Swarm, new_swarm_key

from storage.cid import RAW, Cid
from storage.errors import KuboSilent
from storage.kubo import KuboApi
from storage.kubo_blocks import KuboBlocks

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

ROOT = Path(__file__).parents[2]
DATA = "只在群内".encode()
CID = Cid(RAW, hashlib.sha256(DATA).digest())


def network(*arguments: str | Path) -> str:
    command = [str(ROOT / "scripts" / "network"), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def swarm(kubo_program: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Swarm]:  # noqa: ARG001
    folder = tmp_path_factory.mktemp("swarm") / "swarm"
    try:
        said = network("ipfs", folder, "--nodes", "3")
        swarm = Swarm.open(folder)
        assert [f'ipfs_api = "{member.url}"' in said for member in swarm.members] == [True] * 3
        yield swarm
    finally:
        Swarm.open(folder).stop()


async def one_block() -> AsyncIterator[tuple[Cid, bytes]]:
    yield CID, DATA


async def test_members_give_each_other_what_they_have_and_strangers_nothing(swarm: Swarm, tmp_path: Path) -> None:
    first, second, _ = swarm.members
    stranger = Kubo.found(tmp_path / "stranger", swarm_key=new_swarm_key())
    stranger.know(swarm.members)
    stranger.start()
    try:
        async with KuboApi(first.url) as one, KuboApi(second.url) as other, KuboApi(stranger.url) as third:
            assert await KuboBlocks(one).bring([CID], one_block(), pin=True) == 1
            await KuboBlocks(other).pin(CID, "DEMO0001-2026-00000001-X", patience=30)
            assert await KuboBlocks(other).get(CID) == DATA
            with pytest.raises(KuboSilent) as caught:
                await KuboBlocks(third).pin(CID, "stolen", patience=3)
            assert str(CID) in caught.value.words.zh
            assert not await KuboBlocks(third).has(CID)
        assert stranger.peers() == set()
    finally:
        stranger.stop()


def test_it_is_broken_stopped_and_found_again(swarm: Swarm) -> None:
    assert (swarm.folder / "swarm.key").stat().st_mode & 0o777 == 0o600
    assert all((one.folder / "swarm.key").stat().st_mode & 0o777 == 0o600 for one in swarm.members)
    assert "3/3" in network("pause", swarm.folder, "2").replace("2/3", "3/3")
    assert "paused" in network("status", swarm.folder)
    network("resume", swarm.folder, "2")
    network("kill", swarm.folder, "3")
    assert "stopped" in network("status", swarm.folder)
    network("stop", swarm.folder)
    assert [one.pid() for one in swarm.members] == [None] * 3
    assert "3/3" in network("start", swarm.folder)
    assert network("status", swarm.folder).count("2 peers") == 3
    with pytest.raises(Missing):
        Swarm.found(swarm.folder, nodes=1)
