"""Judges that know nothing of the node's own code paths: sha256sum, an OCFL validator, raw logs of the chain."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from typing import TYPE_CHECKING

import ocfl
from eth_hash.auto import keccak

if TYPE_CHECKING:
    from pathlib import Path

SIGNATURE = b"Registered(bytes8,bytes32,bytes32,uint8,uint32,bytes32,bytes,bytes32,uint16,bytes32,bytes32)"
ACCEPTED_WARNINGS = {"W004", "W005"}


def payload_folders(home: Path) -> list[Path]:
    return sorted(path for path in (home / "storage").rglob("payload") if path.is_dir())


def judge_digests(home: Path) -> None:
    for payload in payload_folders(home):
        command = ["sha256sum", "--quiet", "--strict", "-c", "../manifest-sha256.txt"]
        done = subprocess.run(command, cwd=payload, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{payload}: {done.stdout}{done.stderr}"


def judge_storage(home: Path) -> None:
    root = ocfl.StorageRoot(root=str(home / "storage"))
    root.validate(validate_objects=True, check_digests=True, log_warnings=False)
    assert root.num_objects == root.good_objects
    assert not root.errors


def numbers_on_chain(home: Path) -> list[tuple[str, str]]:
    """Give (number, content digest) of every Registered log, straight from the chain's file."""
    connection = sqlite3.connect(f"file:{home / 'chain.db'}?mode=ro", uri=True)
    sql = "SELECT topic2, topic3 FROM logs WHERE topic0 = ? ORDER BY height, log_index"
    rows = connection.execute(sql, (keccak(SIGNATURE),)).fetchall()
    connection.close()
    return [(number.rstrip(b"\0").decode(), digest.hex()) for number, digest in rows]


def judge_acknowledgements(home: Path, acknowledged: list[dict[str, object]]) -> None:
    on_chain = numbers_on_chain(home)
    assert len({number for number, _ in on_chain}) == len(on_chain), "a number stands twice on chain"
    for line in acknowledged:
        if "resource_id" in line:
            assert (line["resource_id"], line["sha256"]) in on_chain
            folder = next(path for path in (home / "storage").rglob(str(line["resource_id"])) if path.is_dir())
            inventory = json.loads((folder / "inventory.json").read_bytes())
            assert inventory["id"] == line["resource_id"]


def judge(home: Path, acknowledged: list[dict[str, object]]) -> None:
    judge_digests(home)
    judge_storage(home)
    judge_acknowledgements(home, acknowledged)
