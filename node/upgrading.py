"""Upgrading a home that an older version wrote: its journal is kept as it was, then migrated.

A kill leaves the journal before or after a step, and perhaps a hidden half copy that the next run replaces.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from node.backup.copying import copy_database
from node.errors import Unavailable, Words
from storage.durable import sync_folder
from storage.journal_schema import FORMAT
from storage.journal_steps import STEPS, format_of, upgrade_journal

if TYPE_CHECKING:
    from pathlib import Path

    from node.home import Home

_KEPT = "before-upgrade"
"""The folder of the home that keeps each journal as it was; nobody but a person removes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Where the journal is kept as it was, with the SHA-256 of that file."""

    file: Path
    sha256: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgraded:
    """The format that was found, the one that is there now, and what was kept: None where nothing had to be done."""

    found: int
    format: int
    kept: Kept | None


def upgrade_home(home: Home) -> Upgraded:
    """Bring a home to this version's format, what a kill left too; raise Unavailable where there is no way."""
    with home.locked():
        found = format_of(home.journal)
        if found == FORMAT:
            return Upgraded(found=found, format=FORMAT, kept=None)
        if found not in STEPS:
            mend = Words("换用写下它的那一版软件或更新的版本", "use the version that wrote it, or a newer one")
            zh, en = f"日志的格式 {found} 不能升级到 {FORMAT}", f"format {found} of the journal cannot become {FORMAT}"
            raise Unavailable(zh, en, mend=mend, file=str(home.journal))
        kept = _keep(home, found)
        upgrade_journal(home.journal)
    return Upgraded(found=found, format=FORMAT, kept=kept)


def _keep(home: Home, found: int) -> Kept:
    """Copy the journal by SQLite's own means, under a name that it gets when it is whole.

    The name has its SHA-256: who goes back to a kept journal, works on and upgrades again, keeps both.
    """
    folder = home.path / _KEPT
    folder.mkdir(mode=0o700, exist_ok=True)
    hidden = folder / f".journal-{found}.db"
    hidden.unlink(missing_ok=True)
    copy_database(home.journal, hidden)
    with hidden.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").digest()
    target = folder / f"journal-{found}-{sha256.hex()[:16]}.db"
    hidden.rename(target)
    sync_folder(folder)
    sync_folder(home.path)
    return Kept(file=target, sha256=sha256)
