"""What the metadata of a resource is composed of: an identifier, a source in its lineage, the role of a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier:
    """A name that others gave it; ``scheme`` is one of `SCHEMES`. It is an alias: never minted, never checked here."""

    scheme: str
    value: str

    def to_json(self) -> dict[str, Any]:
        """Give it as in the metadata."""
        return {"scheme": self.scheme, "value": self.value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a resource was made from, and how.

    ``number`` is the source's registration number, empty for an original that is not registered (the book that was
    scanned); ``relation`` is a code of the vocabulary; ``confidence`` is in thousandths, None when not said.
    """

    relation: str
    number: str = ""
    tool: str = ""
    version: str = ""
    confidence: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Give it as in the metadata: said fields only."""
        said: dict[str, Any] = {"number": self.number, "relation": self.relation, "tool": self.tool}
        said |= {"version": self.version}
        said = {name: text for name, text in said.items() if text}
        return said if self.confidence is None else said | {"confidence": self.confidence}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRole:
    """What a file, or every file of a folder, is for within a many-file resource; ``role`` is one of `ROLES`."""

    path: str
    role: str

    def to_json(self) -> dict[str, Any]:
        """Give it as in the metadata."""
        return {"path": self.path, "role": self.role}
