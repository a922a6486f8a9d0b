"""`zhicang network deploy`: the registry created once on the real network, and everything refused that is not it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from command_line import zhicang
from network_parts.demonstration import Demonstration

import contracts.artefact
from node.receipts.keccak import keccak

if TYPE_CHECKING:
    from pathlib import Path

    from network_parts.network import Network


def test_the_registry_is_created_once_and_a_repetition_finds_it(consortium: Demonstration) -> None:
    command = ("network", "deploy", consortium.consortium_folder, "--rpc", ",".join(consortium.network.urls))
    first, second = zhicang(*command), zhicang(*command)
    assert (first.code, second.code) == (0, 0), first
    assert second.lines[0]["sent"] is False
    assert second.lines[-1] == {"summary": {"deployed": 0, "known": 1}}
    assert first.lines[0]["height"] == second.lines[0]["height"]
    founding = consortium.consortium.anchor.founding
    code = consortium.network.validators[0].call("eth_getCode", "0x" + founding.registry.hex(), "latest")
    assert keccak(bytes.fromhex(code[2:])) == contracts.artefact.load().code_hash == founding.registry_code_hash


def test_a_dead_url_is_passed_over_and_a_dead_network_is_said(standing: Demonstration) -> None:
    dead, living = "http://127.0.0.1:9", standing.network.urls[1]
    assert zhicang("network", "deploy", standing.consortium_folder, "--rpc", f"{dead},{living}").code == 0
    ran = zhicang("network", "deploy", standing.consortium_folder, "--rpc", dead)
    assert ran.code == 3
    assert "127.0.0.1:9" in ran.error["message"]


def test_another_chain_is_refused(standing: Demonstration, network: Network, tmp_path: Path) -> None:
    other = Demonstration.found(tmp_path / "other")
    ran = zhicang("network", "deploy", other.consortium_folder, "--rpc", network.urls[0])
    assert ran.code == 3
    assert standing.consortium.anchor.founding.genesis_hash.hex() in ran.error["message"]


def test_files_of_two_foundings_do_not_go_together(standing: Demonstration, tmp_path: Path) -> None:
    other = Demonstration.found(tmp_path / "other")
    shutil.copy(standing.consortium_folder / "deployment.json", other.consortium_folder / "deployment.json")
    ran = zhicang("network", "deploy", other.consortium_folder, "--rpc", standing.network.urls[0])
    assert (ran.code, ran.error["file"]) == (2, "deployment.json")


def test_a_folder_without_a_founding_is_named(tmp_path: Path) -> None:
    ran = zhicang("network", "deploy", tmp_path, "--rpc", "http://127.0.0.1:9")
    assert (ran.code, ran.error["file"]) == (2, str(tmp_path / "deployment.json"))
    (tmp_path / "deployment.json").write_text('{"format":"other"}')
    assert zhicang("network", "deploy", tmp_path, "--rpc", "http://127.0.0.1:9").code == 2
