"""zhicang upgrade: bring a home of an older format to this version's: keep what changes, migrate, check the whole."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from node.auditor.audit import audit
from node.cli.session import home_of, mark_demonstration
from node.errors import Doubtful
from node.runtime import open_for_reading
from node.upgrading import upgrade_home

if TYPE_CHECKING:
    import argparse

    from node.cli.output import Output
    from node.home import Home


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare no options of its own."""


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Upgrade; what a kill left is gone on with."""
    home = home_of(arguments)
    mark_demonstration(home.identity(), output)
    done = upgrade_home(home)
    if done.kept is not None:
        kept = f"{done.kept.file} (SHA-256 {done.kept.sha256.hex()})"
        output.say(f"原日志已留存:{kept}", f"the journal as it was: {kept}")
    findings = asyncio.run(_audit(home, output))
    output.record({"summary": {"from": done.found, "to": done.format, "findings": findings}})
    output.say(f"日志格式 {done.found} → {done.format};自检有 {findings} 处不符", f"journal format {done.found} → {done.format}; {findings} findings of the audit")
    if findings:
        output.fail(Doubtful.exit_code)


async def _audit(home: Home, output: Output) -> int:
    count = 0
    with open_for_reading(home) as node:
        async for finding in audit(node, step=lambda: None):
            count += 1
            output.record(finding.to_json(output.language))
    return count
