"""A second verifier, in JavaScript on ethers and @openzeppelin/merkle-tree, says of every vector what the first says.

It shares no code with ours. What both read is data: the vectors, the registry's ABI and the published JSON Schemas.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Vectors

ROOT = Path(__file__).parents[3]
PATIENCE = 600


@pytest.fixture(scope="module")
def judged(vectors: Vectors) -> list[dict[str, Any]]:
    """What it says of every anchor and every receipt."""
    where = subprocess.run(
        [ROOT / "scripts" / "install-engines", "--where", "js"], capture_output=True, text=True, check=False
    )
    if shutil.which("node") is None or where.returncode:
        pytest.skip("the JavaScript packages are not here; run scripts/install-engines js (needs nodejs and npm)")
    done = subprocess.run(
        ["node", ROOT / "tests" / "js" / "judge.cjs", vectors.folder], capture_output=True, text=True, check=False,
        env={**os.environ, "NODE_PATH": where.stdout.strip()}, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_it_reads_and_refuses_the_same_anchors(judged: list[dict[str, Any]], vectors: Vectors) -> None:
    said = {row["anchor"]: row["said"] for row in judged if "anchor" in row}
    assert said == vectors.index["anchors"]


def test_it_answers_the_same_and_fails_at_the_same_step(judged: list[dict[str, Any]], vectors: Vectors) -> None:
    said = {row["receipt"]: (row["fails"], row["answer"], row.get("why")) for row in judged if "receipt" in row}
    rows = vectors.index["receipts"]
    assert said.keys() == rows.keys()
    differ = {name: found for name, found in said.items() if found[:2] != (rows[name]["fails"], rows[name]["answer"])}
    assert differ == {}
