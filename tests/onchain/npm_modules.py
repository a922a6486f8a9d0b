"""The npm packages that the contract is compiled with; a test that needs them is skipped where they cannot be had."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

COMPILE = Path(__file__).parents[2] / "scripts" / "compile-contracts"
NOT_AVAILABLE = 3


def npm_packages() -> Path:
    """Give node_modules, installed on first use; skip the test, saying what to run, where that cannot be."""
    done = subprocess.run([COMPILE, "--packages"], capture_output=True, text=True, check=False)
    if done.returncode == NOT_AVAILABLE:
        pytest.skip(f"run scripts/compile-contracts --packages: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip())
