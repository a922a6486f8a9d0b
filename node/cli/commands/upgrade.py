"""zhicang upgrade: bring a home of an older format to this version's: keep what changes, migrate, check the whole."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING

from node.auditor.audit import audit
from node.backup.copying import copy_database
from node.cli.session import home_of, mark_demonstration
from node.errors import Doubtful, Unavailable, Words
from node.runtime import open_for_reading
from storage.durable import sync_folder
from storage.journal_schema import FORMAT
from storage.journal_steps import STEPS, format_of, upgrade_journal

if TYPE_CHECKING:
    import argparse

    from node.cli.output import Output
    from node.home import Home

KEPT = "before-upgrade"
"""The folder of the home that keeps each journal as it was; nobody but a person removes it."""


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare no options of its own."""


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Upgrade; what a kill left is gone on with."""
    home = home_of(arguments)
    mark_demonstration(home.identity(), output)
    with home.locked():
        found = format_of(home.journal)
        if found != FORMAT:
            if found not in STEPS:
                mend = Words("换用写下它的那一版软件或更新的版本", "use the version that wrote it, or a newer one")
                zh, en = f"日志的格式 {found} 不能升级到 {FORMAT}", f"format {found} of the journal cannot become {FORMAT}"
                raise Unavailable(zh, en, mend=mend, file=str(home.journal))
            kept = _keep(home, found)
            output.say(f"原日志已留存:{kept}", f"the journal as it was: {kept}")
            upgrade_journal(home.journal)
    findings = asyncio.run(_audit(home, output))
    output.record({"summary": {"from": found, "to": FORMAT, "findings": findings}})
    output.say(f"日志格式 {found} → {FORMAT};自检有 {findings} 处不符", f"journal format {found} → {FORMAT}; {findings} findings of the audit")
    if findings:
        output.fail(Doubtful.exit_code)


def _keep(home: Home, found: int) -> str:
    """Copy the journal by SQLite's own means, under a name that it gets when it is whole."""
    folder = home.path / KEPT
    folder.mkdir(mode=0o700, exist_ok=True)
    target, hidden = folder / f"journal-{found}.db", folder / f".journal-{found}.db"
    if not target.exists():
        hidden.unlink(missing_ok=True)
        copy_database(home.journal, hidden)
        hidden.rename(target)
        sync_folder(folder)
        sync_folder(home.path)
    return f"{target} (SHA-256 {hashlib.sha256(target.read_bytes()).hexdigest()})"


async def _audit(home: Home, output: Output) -> int:
    count = 0
    with open_for_reading(home) as node:
        async for finding in audit(node, step=lambda: None):
            count += 1
            output.record(finding.to_json(output.language))
    return count
