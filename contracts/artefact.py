"""The compiled registry that ships with this software; read when asked for, written by scripts/compile-contracts."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts.errors import DamagedArtefact

ARTEFACT = Path(__file__).with_name("artefact.json")
SOURCES = Path(__file__).with_name("solidity")


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefact:
    """What the compiler gave: interface, code that deploys and code that then stands on chain, and what it was made of.

    ``sources`` maps each source's name to the SHA-256 of its text (hexadecimal), OpenZeppelin's included; ``compiler``
    is its version with commit; ``storage_layout`` is the compiler's own description of the slots.
    """

    abi: list[dict[str, Any]]
    creation_code: bytes
    runtime_code: bytes
    compiler: str
    settings: dict[str, Any]
    sources: dict[str, str]
    storage_layout: dict[str, Any]

    @property
    def code_hash(self) -> bytes:
        """The code hash of a deployed registry's account: keccak-256 of its runtime code."""
        from eth_hash.auto import keccak

        return keccak(self.runtime_code)

    def stale_sources(self, folder: Path = SOURCES) -> tuple[str, ...]:
        """Name our own sources in `folder` that are missing or no longer what the artefact was compiled from."""
        return tuple(
            name
            for name, digest in self.sources.items()
            if not name.startswith("@")
            and (not (folder / name).is_file() or hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest)
        )


def load(path: Path = ARTEFACT) -> Artefact:
    """Read an artefact; raise DamagedArtefact unless it is one of this format."""
    try:
        document = json.loads(path.read_bytes())
        return _FORMATS[document["format"]](document)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        zh, en = f"随附的合约编译结果无法读取:{error!r}", f"the compiled registry cannot be read: {error!r}"
        raise DamagedArtefact(zh, en, file=str(path)) from error


def _read_format_1(document: dict[str, Any]) -> Artefact:
    return Artefact(
        abi=document["abi"],
        creation_code=bytes.fromhex(document["creation_code"].removeprefix("0x")),
        runtime_code=bytes.fromhex(document["runtime_code"].removeprefix("0x")),
        compiler=document["compiler"]["version"],
        settings=document["compiler"]["settings"],
        sources=document["sources"],
        storage_layout=document["storage_layout"],
    )


_FORMATS = {1: _read_format_1}
