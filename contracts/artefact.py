"""The compiled registry that ships with the software: ABI, code, storage layout, compiler and source digests."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eth_hash.auto import keccak

FILE = Path(__file__).with_name("artefact.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefact:
    """The pinned artefact; ``sources`` maps each source to the SHA-256 of its text."""

    abi: list[dict[str, Any]]
    creation_code: bytes
    runtime_code: bytes
    compiler: str
    sources: dict[str, str]

    @property
    def code_hash(self) -> bytes:
        """The keccak-256 of the code that a deployed registry has."""
        digest: bytes = keccak(self.runtime_code)
        return digest


def load() -> Artefact:
    """Read the artefact."""
    value = json.loads(FILE.read_bytes())
    return Artefact(
        abi=value["abi"],
        creation_code=bytes.fromhex(value["creationCode"][2:]),
        runtime_code=bytes.fromhex(value["runtimeCode"][2:]),
        compiler=value["compiler"],
        sources=value["sources"],
    )
