"""What an auditor knows before a replay: where the chain began, and the rules of its network."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from node.receipts.founding import Founding


class Engine(enum.Enum):
    """The software that seals; the rules of both are QBFT's, less what is said where it matters.

    The embedded chain is replayed as Besu's.
    """

    BESU = "besu"
    GOQUORUM = "goquorum"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The founding of a chain, from a trust anchor; hashes of 32 bytes, addresses of 20, the validators ascending."""

    chain_id: int
    genesis_hash: bytes
    validators: tuple[bytes, ...]
    registry: bytes
    registry_code_hash: bytes

    @classmethod
    def of(cls, founding: Founding) -> Origin:
        """Take it from the founding part of a trust anchor."""
        return cls(
            chain_id=founding.chain_id,
            genesis_hash=founding.genesis_hash,
            validators=founding.validators,
            registry=founding.registry,
            registry_code_hash=founding.registry_code_hash,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the genesis file of a network says and its genesis header does not.

    A wrong value makes an honest chain fail; none makes a forged one pass that a quorum did not seal.

    Args:
        engine: whose peculiarities to follow.
        period: least seconds between two headers.
        epoch: every so many headers the votes are forgotten.
        code_size_limit: bytes of a contract's code.
        every_seal: check the seals of headers without transactions and votes too.
    """

    engine: Engine = Engine.BESU
    period: int = 1
    epoch: int = 30_000
    code_size_limit: int = 65_536
    every_seal: bool = False
