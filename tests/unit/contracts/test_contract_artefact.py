"""The compiled registry that ships: it belongs to the sources beside it, runs on Berlin, and deploys where foretold."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import rlp
from contract_samples import plain, type_of, values_of
from eth_abi.abi import encode
from eth_hash.auto import keccak
from hypothesis import given
from hypothesis import strategies as st

from contracts import artefact, deploy
from contracts.errors import DamagedArtefact, MalformedCall

ROOT = Path(__file__).parents[3]
PUSH1, PUSH32, PUSH0, BASEFEE, MCOPY, TLOAD, TSTORE = 0x60, 0x7F, 0x5F, 0x48, 0x5E, 0x5C, 0x5D


def opcodes(code: bytes) -> set[int]:
    """Give the opcodes of code, stepping over what they push."""
    found, place = set(), 0
    while place < len(code):
        found.add(code[place])
        place += code[place] - PUSH1 + 2 if PUSH1 <= code[place] <= PUSH32 else 1
    return found


def test_our_sources_are_those_it_was_compiled_from() -> None:
    assert artefact.load().stale_sources() == ()


def test_a_changed_or_missing_source_is_named(tmp_path: Path) -> None:
    for source in artefact.SOURCES.iterdir():
        (tmp_path / source.name).write_bytes(source.read_bytes())
    (tmp_path / "IResourceRegistry.sol").unlink()
    with (tmp_path / "ResourceRegistry.sol").open("a") as changed:
        changed.write(" ")
    assert set(artefact.load().stale_sources(tmp_path)) == {"IResourceRegistry.sol", "ResourceRegistry.sol"}


def test_compiler_and_settings_are_the_pinned_ones() -> None:
    compiled = artefact.load()
    assert compiled.compiler.startswith("0.8.30+commit.")
    assert compiled.settings["evmVersion"] == "berlin"
    assert compiled.settings["viaIR"] is True
    assert compiled.settings["optimizer"] == {"enabled": True, "runs": 200}
    assert compiled.settings["metadata"]["bytecodeHash"] == "none"


def test_it_names_the_digest_of_every_source_openzeppelins_included() -> None:
    sources = artefact.load().sources
    assert "@openzeppelin/contracts/utils/cryptography/ECDSA.sol" in sources
    assert "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol" in sources
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in sources.values())


def test_the_code_has_no_opcode_that_berlin_lacks() -> None:
    compiled = artefact.load()
    constructor, runtime, _ = compiled.creation_code.partition(compiled.runtime_code)
    assert runtime == compiled.runtime_code
    for code in (constructor, runtime):
        assert not opcodes(code) & {PUSH0, BASEFEE, MCOPY, TLOAD, TSTORE}


def test_a_record_takes_one_slot_and_nothing_in_storage_is_text() -> None:
    layout = artefact.load().storage_layout
    sizes = {kind["label"]: int(kind["numberOfBytes"]) for kind in layout["types"].values()}
    assert sizes["struct IResourceRegistry.RecordState"] == 32
    assert sizes["struct IResourceRegistry.UnitBatchState"] == 32
    assert not {"string", "bytes"} & sizes.keys()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 2}', '{"format": []}', '{"format": 1, "abi": []}'])
def test_an_artefact_that_cannot_be_read_is_named(tmp_path: Path, text: str) -> None:
    place = tmp_path / "artefact.json"
    place.write_text(text)
    with pytest.raises(DamagedArtefact) as caught:
        artefact.load(place)
    assert caught.value.file == str(place)


def test_an_artefact_with_odd_code_is_damaged(tmp_path: Path) -> None:
    document = json.loads(artefact.ARTEFACT.read_bytes())
    place = tmp_path / "artefact.json"
    place.write_text(json.dumps(document | {"runtime_code": "0x123"}))
    with pytest.raises(DamagedArtefact):
        artefact.load(place)
    with pytest.raises(DamagedArtefact):
        artefact.load(tmp_path / "none.json")


@given(values_of(deploy.FOUNDING))
def test_the_creation_calldata_is_the_code_and_the_founding(founding: deploy.Founding) -> None:
    calldata = deploy.creation_calldata(founding.governors, founding.threshold, founding.admissions)
    [constructor] = [item for item in artefact.load().abi if item["type"] == "constructor"]
    types = [type_of(parameter) for parameter in constructor["inputs"]]
    assert calldata == artefact.load().creation_code + encode(types, plain(founding))
    assert deploy.decode_creation(calldata) == founding


def test_another_creation_is_refused() -> None:
    good = deploy.creation_calldata([b"g" * 20], 1, [])
    for bad in (b"", b"\0" + good[1:], good[:-1], good + b"\0"):
        with pytest.raises(MalformedCall):
            deploy.decode_creation(bad)
    with pytest.raises(MalformedCall):
        deploy.creation_calldata([b"g" * 19], 1, [])


def test_it_stays_below_the_size_limit_of_eip_170_and_eip_3860() -> None:
    compiled = artefact.load()
    assert len(compiled.runtime_code) <= 24_576
    assert len(compiled.creation_code) <= 2 * 24_576


def test_governance_is_slot_zero_packed_as_proofs_read_it() -> None:
    layout = artefact.load().storage_layout
    first = layout["storage"][0]
    assert (first["slot"], first["offset"], first["label"]) == ("0", 0, "_governance")
    members = layout["types"][first["type"]]["members"]
    places = [(member["label"], member["slot"], member["offset"]) for member in members]
    assert places == [("sequence", "0", 0), ("epoch", "0", 8), ("threshold", "0", 16), ("governors", "0", 20)]


@given(st.binary(min_size=20, max_size=20), st.integers(0, 2**64 - 1))
def test_the_address_is_that_of_the_yellow_paper(deployer: bytes, nonce: int) -> None:
    assert deploy.registry_address(deployer, nonce) == keccak(rlp.encode([deployer, nonce]))[12:]


@pytest.mark.parametrize("nonce", [0, 1, 127, 128, 255, 256, 2**64 - 1])
def test_the_address_at_the_turning_points_of_rlp(nonce: int) -> None:
    assert deploy.registry_address(b"d" * 20, nonce) == keccak(rlp.encode([b"d" * 20, nonce]))[12:]


@pytest.mark.parametrize(("deployer", "nonce"), [(b"d" * 19, 0), (b"d" * 20, -1), (b"d" * 20, 2**64)])
def test_no_address_for_what_is_no_account(deployer: bytes, nonce: int) -> None:
    with pytest.raises(MalformedCall):
        deploy.registry_address(deployer, nonce)


def test_reading_calls_and_events_imports_no_library_and_reads_no_artefact() -> None:
    look = (
        "import sys; before = set(sys.modules); import contracts.events, contracts.calls; "
        "new = {name.split('.')[0] for name in set(sys.modules) - before}; "
        "print(sorted(new - set(sys.stdlib_module_names) - {'contracts'}), 'contracts.artefact' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", look], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] False"
