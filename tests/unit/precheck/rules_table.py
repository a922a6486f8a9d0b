"""The table of rules on the page: `PYTHONPATH=. .venv/bin/python tests/unit/precheck/rules_table.py` writes it anew."""

from __future__ import annotations

import re
from pathlib import Path

from node.precheck.finding import RULES, SEVERITIES

PAGE = Path(__file__).parents[3] / "node" / "precheck" / "README.md"
START, END = "<!-- rules -->\n", "<!-- end of rules -->\n"


def table() -> str:
    """Give the rows, one a rule."""
    lines = ["| rule | how bad | what you bring | what we say | how to mend it |", "|---|---|---|---|---|"]
    for rule in RULES.values():
        cells = [f"{words.zh}<br>{words.en}" for words in (rule.brought, rule.said, rule.mend)]
        severity = SEVERITIES[rule.severity]
        lines.append(f"| `{rule.code}` | {severity.zh} {severity.en} | " + " | ".join(map(_plain, cells)) + " |")
    return "\n".join(lines) + "\n"


def page() -> str:
    """Give the page with the rows as the rules have them."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(START)
    return before + START + table() + END + rest.partition(END)[2]


def _plain(text: str) -> str:
    return re.sub(r"\{([a-z_]+)(?:!r)?\}", r"*\1*", text).replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
