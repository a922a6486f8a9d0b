"""A request to register one resource: its source, its description, and what makes a second request the same one."""

from __future__ import annotations

import hashlib
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from node.records.metadata import Metadata


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterRequest:
    """One resource to register.

    ``source`` is a file or a folder; ``left_out`` names files inside the folder that are no payload (relative POSIX
    paths, such as the description list that lies in it); ``row`` is its row in the list it came from. ``named`` is
    where people have the source when that is no path on disk, as of a member of a ZIP, and ``unpack`` gives a passing
    copy to read it from; ``expected`` is the content digest that a pre-check has just read there: other content is
    refused, the same is not copied twice.
    """

    source: Path
    metadata: Metadata
    left_out: frozenset[str] = frozenset()
    list_file: str | None = None
    row: int | None = None
    named: str | None = None
    unpack: Callable[[], AbstractContextManager[Path]] | None = None
    expected: bytes | None = None

    def __post_init__(self) -> None:
        self.metadata.check_as_input()

    @property
    def origin(self) -> str:
        """Where people have the source."""
        return self.named or str(self.source.absolute())

    @property
    def shown(self) -> str:
        """The source as it was given, for messages."""
        return self.named or str(self.source)

    def opened(self) -> AbstractContextManager[Path]:
        """Give the place to read it from, for as long as it is read."""
        return nullcontext(self.source) if self.unpack is None else self.unpack()

    def client_key(self, content_digest: bytes) -> str:
        """Give the key under which a repetition is recognised: `client_ref`, else source path and content digest."""
        if self.metadata.client_ref:
            return f"ref:{self.metadata.client_ref}"
        path = hashlib.sha256(self.origin.encode(errors="surrogateescape")).hexdigest()
        return f"path:{path}:{content_digest.hex()}"
