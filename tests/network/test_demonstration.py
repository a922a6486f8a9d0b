"""`scripts/network demo`: one command to a consortium that registers, whose receipts are verified by its anchor."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from command_line import zhicang
from network_parts.engines import QBFT
from network_parts.network import Network

ROOT = Path(__file__).parents[2]


def test_the_demonstration_founds_joins_and_registers(tmp_path: Path) -> None:
    if QBFT.installed() is None:
        pytest.skip("GoQuorum is not installed: run scripts/install-engines qbft")
    folder = tmp_path / "demo"
    try:
        command = [ROOT / "scripts" / "network", "demo", folder, "--json"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)
        assert {name: Path(home).name for name, home in told["homes"].items()} == {
            name: name for name in ("national", "shanxi", "zhejiang", "sichuan")
        }
        assert told["one_person"] == ["DEMO0033", "DEMO0051"]
        assert len(told["rpc_urls"]) == 4
        _registers_and_verifies(tmp_path, told)
        again = subprocess.run(command, capture_output=True, text=True, check=False)
        assert again.returncode == 3
        assert "not empty" in again.stderr
    finally:
        if (folder / "network" / "network.json").exists():
            network = Network.open(folder / "network")
            network.stop()
            assert [validator.pid() for validator in network.validators] == [None] * 4


def _registers_and_verifies(tmp_path: Path, told: dict[str, dict[str, str]]) -> None:
    page = tmp_path / "page.txt"
    page.write_text("第一页")
    home = told["homes"]["zhejiang"]
    registered = zhicang("--home", home, "register", page, "--period", "2023")
    assert registered.code == 0, registered
    number = registered.lines[0]["resource_id"]
    assert zhicang("--home", home, "receipt", number, "-o", tmp_path / "r.json").code == 0
    verified = zhicang("verify", page, tmp_path / "r.json", "--anchor", str(told["anchor"]))
    assert verified.code == 0, verified
    assert str(told["fingerprint"]) in json.dumps(verified.lines)
