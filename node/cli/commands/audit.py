"""zhicang audit: the node on itself."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from node.auditor.audit import audit
from node.cli.session import home_of, mark_demonstration
from node.errors import Doubtful
from node.runtime import open_for_reading

if TYPE_CHECKING:
    import argparse

    from node.auditor.finding import Finding
    from node.cli.output import Output

_CHECKS = {"finality": "最终性", "chain": "链", "payload": "载荷", "index": "索引", "journal": "日志", "proof": "证明"}


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare no options of its own."""


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Check everything and print each finding."""
    asyncio.run(_audit(arguments, output))


async def _audit(arguments: argparse.Namespace, output: Output) -> None:
    count = 0
    with open_for_reading(home_of(arguments)) as node:
        mark_demonstration(node.identity, output)
        resources = node.journal.resources.count()
        with output.progress("自检", "audit", 3 * resources + 1) as progress:
            async for finding in audit(node, step=progress.step):
                count += 1
                output.record(finding.to_json(output.language))
                output.say(_told(finding, "zh"), _told(finding, "en"))
    output.record({"summary": {"resources": resources, "findings": count}})
    if count:
        output.fail(Doubtful.exit_code)
        output.say(f"自检 {resources} 件资源:有 {count} 处不符", f"{resources} resources checked: {count} findings")
    else:
        output.say(f"自检 {resources} 件资源:链、载荷、索引、日志、证明一致", f"{resources} resources checked: chain, payload, index, journal and proofs agree")


def _told(finding: Finding, language: str) -> str:
    said, zh = finding.to_json(language), language == "zh"
    lines = [f"[{_CHECKS[finding.check] if zh else finding.check}] {said['name']}"]
    lines += [f"    {'应为' if zh else 'expected'} {said['expected']}", f"    {'实为' if zh else 'found   '} {said['found']}"]
    if finding.consequence is not None:
        lines.append(f"    {'因此' if zh else 'hence   '} {said['consequence']}")
    return "\n".join([*lines, f"    → {said['mend']}"])
