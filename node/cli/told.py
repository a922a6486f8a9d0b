"""A finding of the self-check as it is told: a JSON line, and a few lines for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from node.auditor.finding import Finding
    from node.cli.output import Output

_CHECKS = {"finality": "最终性", "chain": "链", "payload": "载荷", "index": "索引", "journal": "日志", "proof": "证明"}


def tell(finding: Finding, output: Output) -> None:
    """Print a finding."""
    output.record(finding.to_json(output.language))
    output.say(_told(finding, "zh"), _told(finding, "en"))


def _told(finding: Finding, language: str) -> str:
    said, zh = finding.to_json(language), language == "zh"
    lines = [f"[{_CHECKS[finding.check] if zh else finding.check}] {said['name']}"]
    lines += [f"    {'应为' if zh else 'expected'} {said['expected']}", f"    {'实为' if zh else 'found   '} {said['found']}"]
    if finding.consequence is not None:
        lines.append(f"    {'因此' if zh else 'hence   '} {said['consequence']}")
    return "\n".join([*lines, f"    → {said['mend']}"])
