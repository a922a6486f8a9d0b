"""The payload of a bag, read once: the digests that its manifest and each of its receipts are held against."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from node.offline import digests_of
from node.receipts.subject import FileSubject, Subject, TreeSubject
from node.records.manifest import manifest_of
from storage.sm3 import sm3
from storage.walk import walk

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Path below ``data/`` → SHA-256, and SM3 where it was asked for."""

    sha256: dict[str, bytes]
    sm3: dict[str, bytes]

    @classmethod
    def of(cls, data: Path, *, with_sm3: bool) -> Measured:
        """Read every file; raise BadInput or StorageError when one cannot be read or cannot be payload."""
        first: dict[str, bytes] = {}
        second: dict[str, bytes] = {}
        for file in walk(data).files:
            first[file.path], digest = digests_of(data / file.path, with_sm3=with_sm3)
            if digest is not None:
                second[file.path] = digest
        return cls(sha256=first, sm3=second)

    def content_digest(self, kind: str) -> bytes:
        """Give the content digest of a payload of this kind."""
        if kind == "file" and len(self.sha256) == 1:
            return next(iter(self.sha256.values()))
        return hashlib.sha256(manifest_of(self.sha256)).digest()

    def subject(self, kind: str, *, with_sm3: bool) -> Subject:
        """Give the facts that a receipt for a payload of this kind is about."""
        if kind == "file" and len(self.sha256) == 1:
            return FileSubject(sha256=next(iter(self.sha256.values())), sm3=next(iter(self.sm3.values()), None))
        second = sm3(manifest_of(self.sm3)) if with_sm3 else None
        return TreeSubject(manifest=manifest_of(self.sha256), sm3=second)
