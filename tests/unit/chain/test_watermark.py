"""An older copy signs nothing; an honest home is never locked out, whatever step a crash stopped it at."""

from __future__ import annotations

import asyncio
import json
import shutil
from typing import Any

import pytest

from node.chain.embedded.errors import RefusedError
from node.errors import Doubtful, Unavailable

STEPS = ("executed", "sealed", "intended", "committed", "settled")
STOP = b"\x00"


class Crash(BaseException):
    """A kill, as far as the code after the step can tell."""


async def _seal(site: Any, signed: Any, keys: Any, *nonces: Any) -> Any:
    async with site.open() as chain:
        for nonce in nonces:
            await site.send_all(chain, signed(keys.founder, nonce, calldata=STOP))
        return chain.head


async def _crash_at(site: Any, raw: Any, step: Any) -> None:
    def crash(done: Any) -> None:
        if done == step:
            raise Crash

    async with site.open(crash_point=crash) as chain:
        await chain.send(raw)
        for _ in range(400):
            if chain.stopped is not None or chain._sealing._task.done():  # noqa: SLF001 - the task's end is the crash
                return
            await asyncio.sleep(0.005)
        raise AssertionError("the step was not reached")


@pytest.mark.parametrize("step", STEPS)
async def test_after_a_crash_the_head_is_old_or_sealed(site: Any, signed: Any, keys: Any, step: Any) -> None:
    old = await _seal(site, signed, keys, 0)
    raw = signed(keys.founder, 1, calldata=STOP)
    await _crash_at(site, raw, step)
    async with site.open() as chain:
        if step in {"executed", "sealed"}:
            assert chain.head == old
            await site.send_all(chain, raw)
        assert chain.head.height == 2
        await site.send_all(chain, signed(keys.founder, 2, calldata=STOP))
        assert chain.head.height == 3


async def test_the_header_that_a_crash_left_is_committed_with_the_same_bytes(site: Any, signed: Any, keys: Any) -> None:
    await _seal(site, signed, keys, 0)
    await _crash_at(site, signed(keys.founder, 1, calldata=STOP), "intended")
    carried = json.loads(site.watermark.read_bytes())["carried"]
    async with site.open() as chain:
        assert chain.head.header.encode().hex() == carried["header"]
        found = await chain.rpc.call("eth_getBlockReceipts", ["latest"])
        assert [receipt["status"] for receipt in found] == ["0x1"]
    mark = json.loads(site.watermark.read_bytes())
    assert (mark["height"], mark["carried"]) == (2, None)


@pytest.mark.parametrize("behind", [1, 2])
async def test_an_older_copy_put_back_does_not_seal(site: Any, signed: Any, keys: Any, behind: Any) -> None:
    await _seal(site, signed, keys, 0)
    shutil.copytree(site.path.parent, site.folder / "copy")
    await _seal(site, signed, keys, *range(1, 1 + behind))
    shutil.rmtree(site.path.parent)
    (site.folder / "copy").rename(site.path.parent)
    with pytest.raises(Unavailable, match="older copy") as caught:
        async with site.open():
            pass
    assert "旧副本" in caught.value.words.zh
    assert caught.value.exit_code == 3
    reader = site.open(sealing_key=None)
    assert reader.head.height == 1
    await reader.close()


async def test_other_history_of_the_same_length_does_not_seal(site: Any, signed: Any, keys: Any) -> None:
    await _seal(site, signed, keys, 0)
    shutil.copytree(site.path.parent, site.folder / "copy")
    await _seal(site, signed, keys, 1)
    shutil.rmtree(site.path.parent)
    (site.folder / "copy").rename(site.path.parent)
    async with site.open(watermark=site.folder / "elsewhere.json") as chain:  # another machine seals on the copy
        await site.send_all(chain, signed(keys.founder, 1, calldata=b"\x00\x00"))
    with pytest.raises(Unavailable, match="other history"):
        async with site.open():
            pass


async def test_a_carried_header_that_was_changed_is_not_committed(site: Any, signed: Any, keys: Any) -> None:
    await _seal(site, signed, keys, 0)
    await _crash_at(site, signed(keys.founder, 1, calldata=STOP), "intended")
    mark = json.loads(site.watermark.read_bytes())
    mark["carried"]["transactions"] = [signed(keys.founder, 1, calldata=b"\x00\x00").hex()]
    site.watermark.write_text(json.dumps(mark))
    with pytest.raises(Doubtful, match="does not fit its transactions"):
        async with site.open():
            pass


@pytest.mark.parametrize("text", ["", "{}", "null", '{"format": 2}', "[1]"])
async def test_a_watermark_that_cannot_be_read_stops(site: Any, signed: Any, keys: Any, text: Any) -> None:
    await _seal(site, signed, keys, 0)
    site.watermark.write_text(text)
    with pytest.raises(Unavailable, match="cannot be used"):
        async with site.open():
            pass


async def test_a_watermark_that_lags_is_moved_up(site: Any, signed: Any, keys: Any) -> None:
    await _seal(site, signed, keys, 0)
    lagging = site.watermark.read_bytes()
    head = await _seal(site, signed, keys, 1)
    site.watermark.write_bytes(lagging)
    async with site.open():
        assert json.loads(site.watermark.read_bytes())["hash"] == head.block_hash.hex()


async def test_without_a_path_nothing_is_remembered(site: Any, signed: Any, keys: Any) -> None:
    async with site.open(watermark=None) as chain:
        await site.send_all(chain, signed(keys.founder, 0, calldata=STOP))
    assert not site.watermark.exists()


async def test_a_watermark_that_cannot_be_written_stops_before_the_commit(site: Any, signed: Any, keys: Any) -> None:
    await _seal(site, signed, keys, 0)
    async with site.open() as chain:
        shutil.rmtree(site.watermark.parent)
        site.watermark.parent.write_text("a file where the folder was")
        await chain.send(signed(keys.founder, 1, calldata=STOP))
        for _ in range(400):
            if chain.stopped is not None:
                break
            await asyncio.sleep(0.005)
        assert "watermark" in str(chain.stopped)
        assert chain.head.height == 1


async def test_a_full_disk_stops_the_sealing_and_loses_nothing(site: Any, signed: Any, keys: Any) -> None:
    raw = signed(keys.founder, 1, calldata=bytes(60_000), gas=5_000_000)
    async with site.open() as chain:
        await site.send_all(chain, signed(keys.founder, 0, calldata=STOP))
        disk = chain._writable._connection  # noqa: SLF001 - the limit stands for the disk's end
        disk.execute(f"PRAGMA max_page_count = {disk.execute('PRAGMA page_count').fetchone()[0]}")
        tx_hash = await chain.send(raw)
        with pytest.raises(RefusedError, match="database or disk is full"):
            await site.receipt(chain, "0x" + tx_hash.hex())
        assert isinstance(chain.stopped, Unavailable)
        assert chain.head.height == 1
    async with site.open() as chain:
        assert chain.head.height == 2
        assert (await site.receipt(chain, "0x" + tx_hash.hex()))["blockNumber"] == "0x2"
