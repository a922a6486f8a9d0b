"""The stand-ins of the verifier that runs alone give what the pinned packages give."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from coincurve import PrivateKey
from coincurve import PublicKey as Pinned
from hypothesis import given, settings
from hypothesis import strategies as st

from node.leaving.alone.keccak import keccak256
from node.leaving.alone.secp256k1 import PublicKey
from node.leaving.alone.sm3 import SM3, Hash
from node.leaving.verifier import make_verifier
from node.receipts.keccak import keccak
from node.receipts.verdict import EXIT_CODES
from storage.sm3 import sm3

VECTORS = Path(__file__).parents[2] / "vectors" / "receipts"
KEYS = st.integers(1, 2**128).map(lambda number: PrivateKey(number.to_bytes(32, "big")))


@given(st.binary(max_size=600))
def test_keccak(data: bytes) -> None:
    assert keccak256(data) == keccak(data)


@given(st.lists(st.binary(max_size=300), max_size=3))
def test_sm3(pieces: list[bytes]) -> None:
    running = Hash(SM3())
    for piece in pieces:
        running.update(piece)
    assert running.copy().finalize() == running.finalize() == sm3(b"".join(pieces))


@settings(max_examples=25, deadline=None)
@given(KEYS, st.binary(min_size=32, max_size=32))
def test_recovery(key: PrivateKey, digest: bytes) -> None:
    signature = key.sign_recoverable(digest, hasher=None)
    found = PublicKey.from_signature_and_message(signature, digest)
    assert found.format(compressed=False) == key.public_key.format(compressed=False)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 2**256), st.integers(1, 2**255), st.integers(0, 1), st.binary(min_size=32, max_size=32))
def test_a_made_up_signature_has_the_same_signer_or_none(r: int, s: int, parity: int, digest: bytes) -> None:
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    signature = (r % order or 1).to_bytes(32, "big") + s.to_bytes(32, "big") + bytes([parity])
    try:
        expected = Pinned.from_signature_and_message(signature, digest, hasher=None).format(compressed=False)
    except Exception:  # noqa: BLE001 - coincurve raises it bare
        with pytest.raises(ValueError, match="no such"):
            PublicKey.from_signature_and_message(signature, digest)
    else:
        assert PublicKey.from_signature_and_message(signature, digest).format(compressed=False) == expected


def test_the_program_is_the_same_each_time_and_agrees_with_the_vectors(tmp_path: Path) -> None:
    program = tmp_path / "verify.pyz"
    program.write_bytes(make_verifier())
    assert program.read_bytes() == make_verifier()
    rows = json.loads((VECTORS / "index.json").read_text(encoding="utf-8"))["receipts"]
    units = {name: row for name, row in rows.items() if "unit" in row["subject"] and not row["fingerprint"]}
    assert {row["answer"] for row in units.values()} >= {"yes", "no"}
    for name, row in sorted(units.items())[:12]:
        unit = tmp_path / "unit.json"
        unit.write_text(json.dumps(row["subject"]["unit"]), encoding="utf-8")
        receipt, anchor = VECTORS / "receipts" / f"{row['receipt']}.json", VECTORS / "anchors" / f"{row['anchor']}.json"
        command = [sys.executable, "-I", "-S", program, unit, receipt, "--anchor", anchor]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        assert ran.returncode == EXIT_CODES[row["answer"]], (name, ran.stdout, ran.stderr)
