"""What scripts/network does to a real network, and that nothing of it stays behind."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from network_parts.engines import QBFT, Missing
from network_parts.process import wait_until

from node.receipts.header import Extra, header_from_json
from node.receipts.seals import check_seals, trim_seals

if TYPE_CHECKING:
    from network_parts.network import Network
    from network_parts.validator import Validator

ROOT = Path(__file__).parents[2]


def script(*arguments: str | Path) -> str:
    """Run scripts/network; give what it prints."""
    command = [ROOT / "scripts" / "network", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def stands(validator: Validator) -> bool:
    """Tell whether a validator's head stays where it is for three periods."""
    before = validator.height()
    time.sleep(3)
    return validator.height() == before


def header_at(network: Network, height: int) -> dict[str, str]:
    block: dict[str, str] = network.validators[0].call("eth_getBlockByNumber", hex(height), False)
    return block


def test_the_engine_makes_the_genesis_hash_that_was_computed(network: Network) -> None:
    for validator in network.validators:
        assert validator.call("eth_getBlockByNumber", "0x0", False)["hash"] == network.genesis_hash
        assert int(validator.call("eth_chainId"), 16) == network.chain_id


def test_live_headers_keep_our_rules(network: Network) -> None:
    network.wait_for_height(3)
    founding = tuple(bytes.fromhex(validator.address[2:]) for validator in network.validators)
    for height in range(1, 4):
        block = header_at(network, height)
        header = header_from_json(block)
        assert "0x" + header.block_hash.hex() == block["hash"]
        assert check_seals(trim_seals(header), founding)


def test_one_killed_validator_does_not_stop_the_others(network: Network) -> None:
    said = script("kill", network.folder, "2")
    assert (said.count("killed"), "3 run, 3 are needed: enough" in said) == (1, True), said
    assert network.validator(2).pid() is None
    network.wait_for_height(network.height() + 4)
    assert "started" in script("start", network.folder, "2")
    wait_until(lambda: (network.validator(2).height() or 0) >= network.height() - 1, limit=60, what="2 lags behind")


def test_two_paused_validators_halt_the_network_until_they_go_on(network: Network) -> None:
    said = [script("pause", network.folder, number) for number in ("3", "4")]
    assert ("paused" in said[0], "stands still" in said[1]) == (True, True), said
    assert network.validator(3).paused()
    command = [ROOT / "scripts" / "network", "start", network.folder]
    refused = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (refused.returncode, "paused: number 3, 4" in refused.stderr) == (3, True), refused
    status = script("status", network.folder)
    assert status.count("paused") == 2
    alive = network.validator(1)
    wait_until(lambda: stands(alive), limit=60, what="two validators of four go on alone")
    for number in ("3", "4"):
        script("resume", network.folder, number)
    network.wait_for_height(network.height() + 2)



def test_a_parted_network_halts_and_heals_without_two_histories(network: Network) -> None:
    script("part", network.folder, "1", "2")
    wait_until(lambda: stands(network.validator(1)) and stands(network.validator(3)), limit=60, what="a half goes on")
    halted = network.height()
    script("mend", network.folder)
    network.wait_for_height(halted + 2)
    wait_until(
        lambda: all((validator.height() or 0) > halted for validator in network.validators), limit=60, what="not healed"
    )
    hashes = {one.call("eth_getBlockByNumber", hex(halted), False)["hash"] for one in network.validators}
    assert len(hashes) == 1


def test_a_validator_is_voted_out_and_in(network: Network) -> None:
    address = network.validators[-1].address
    said = script("vote", network.folder, "remove", address)
    out = int(said.split()[-1])
    network.wait_for_height(out + 1)
    listed = [Extra.decode(bytes.fromhex(header_at(network, height)["extraData"][2:])) for height in (out, out + 1)]
    assert [len(extra.validators) for extra in listed] == [4, 3]
    script("vote", network.folder, "add", address)
    assert len(network.sealers_after(network.height())) == 4


def test_stop_ends_every_process_also_one_that_is_paused(network: Network) -> None:
    script("pause", network.folder, "1")
    pids = [validator.pid() for validator in network.validators]
    assert None not in pids
    script("stop", network.folder)
    assert [validator.pid() for validator in network.validators] == [None] * 4
    script("start", network.folder)
    assert len({*pids, *(validator.pid() for validator in network.validators)}) == 8


def test_the_pid_of_another_process_is_not_taken_for_a_validator(network: Network, tmp_path: Path) -> None:
    (tmp_path / "pid").write_text(str(os.getpid()))
    stranger = dataclasses.replace(network.validators[0], folder=tmp_path)
    assert stranger.pid() is None
    stranger.kill()


def test_a_folder_without_a_network_is_refused_in_words(tmp_path: Path) -> None:
    command = [ROOT / "scripts" / "network", "start", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "holds no network" in done.stderr


def test_without_the_engine_the_installing_command_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, network: Network
) -> None:
    network.validators[0].kill()
    with monkeypatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path))
        assert QBFT.installed() is None
        with pytest.raises(Missing, match="scripts/install-engines qbft"):
            network.validators[0].start()
