"""What is verified: the facts of a file, a folder or a unit, computed by the caller, who may touch disks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from node.errors import BadInput
from node.records import canonical


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSubject:
    """One file, by the SHA-256 of its bytes (32 bytes); the receipt of a tree takes it as one of its members.

    ``sm3`` is the SM3 of the same bytes, None where the receipt says none of the content.
    """

    sha256: bytes
    sm3: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeSubject:
    """A whole folder, by its canonical manifest; ``sm3`` is the SM3 of the same manifest with SM3 digests, or None."""

    manifest: bytes
    sm3: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitSubject:
    """A unit's JSON object, as delivered or as its batch's list holds it (with resource_id and salt)."""

    value: dict[str, Any]

    @classmethod
    def parse(cls, data: bytes) -> UnitSubject:
        """Read a unit's JSON in any layout; raise BadInput unless it is an object that has a canonical form.

        It may nest 64 levels deep; a `value` from elsewhere is its caller's to bound.
        """
        value = canonical.decode(data)
        if not isinstance(value, dict):
            raise BadInput("知识单元应为 JSON 对象", "a unit must be a JSON object")
        canonical.encode(value)
        return cls(value=value)


Subject = FileSubject | TreeSubject | UnitSubject
