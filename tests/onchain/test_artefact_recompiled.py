"""The committed artefact is what its sources compile to, byte by byte; and the script says what it misses."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from npm_modules import COMPILE, npm_packages

CONTRACTS = Path(__file__).parents[2] / "contracts"


def run(script: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(script), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | environment)


def copy_of_the_sources(folder: Path) -> Path:
    """Lay out the script and its sources in a folder; give the script."""
    (folder / "scripts").mkdir()
    shutil.copytree(CONTRACTS / "solidity", folder / "contracts" / "solidity")
    for name in ("package.json", "package-lock.json", "artefact.json"):
        shutil.copyfile(CONTRACTS / name, folder / "contracts" / name)
    return Path(shutil.copy(COMPILE, folder / "scripts"))


def test_recompiling_gives_the_committed_bytes() -> None:
    npm_packages()
    done = run(COMPILE, "--check")
    assert done.returncode == 0, done.stderr


def test_a_changed_source_is_noticed_and_compiles_to_another_artefact(tmp_path: Path) -> None:
    npm_packages()
    script = copy_of_the_sources(tmp_path)
    source = tmp_path / "contracts" / "solidity" / "Claims.sol"
    source.write_text(source.read_text().replace("LONGEST_CID = 64", "LONGEST_CID = 63"))
    assert run(script, "--check").returncode == 1
    assert run(script).returncode == 0
    assert run(script, "--check").returncode == 0
    built, committed = (json.loads((place / "artefact.json").read_bytes()) for place in (source.parents[1], CONTRACTS))
    assert built["runtime_code"] != committed["runtime_code"]
    assert built["abi"] == committed["abi"]


def test_a_source_that_does_not_compile_leaves_the_artefact_alone(tmp_path: Path) -> None:
    npm_packages()
    script = copy_of_the_sources(tmp_path)
    (tmp_path / "contracts" / "solidity" / "ResourceRegistry.sol").write_text("pragma solidity 0.8.30; contract {")
    done = run(script)
    assert done.returncode == 1
    assert "ParserError" in done.stderr
    assert (tmp_path / "contracts" / "artefact.json").read_bytes() == (CONTRACTS / "artefact.json").read_bytes()


def test_without_node_the_script_says_what_to_install(tmp_path: Path) -> None:
    done = run(COMPILE, "--check", PATH=str(tmp_path))
    assert done.returncode == 3
    assert "node is not installed" in done.stderr
    assert "apt-get install nodejs npm" in done.stderr


def test_without_a_package_source_the_script_says_so_and_leaves_nothing_half_installed(tmp_path: Path) -> None:
    npm_packages()
    nowhere = {"npm_config_registry": "http://127.0.0.1:9", "npm_config_fetch_retries": "0"}
    done = run(COMPILE, "--check", XDG_CACHE_HOME=str(tmp_path), npm_config_cache=str(tmp_path / "npm"), **nowhere)
    assert done.returncode == 3, done.stderr
    assert "npm could not install" in done.stderr
    assert not list((tmp_path / "zhicang" / "contracts").iterdir())


def test_the_lock_file_pins_every_package_by_digest_and_names_no_place() -> None:
    packages = json.loads((CONTRACTS / "package-lock.json").read_bytes())["packages"]
    pinned = {name: entry for name, entry in packages.items() if name}
    assert {"node_modules/solc", "node_modules/@openzeppelin/contracts"} <= pinned.keys()
    assert all(entry["integrity"].startswith("sha512-") and "resolved" not in entry for entry in pinned.values())
    assert pinned["node_modules/solc"]["version"] == "0.8.30"
    assert pinned["node_modules/@openzeppelin/contracts"]["version"] == "5.3.0"
