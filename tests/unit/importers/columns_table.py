"""The table of columns on the page: `PYTHONPATH=. .venv/bin/python tests/unit/importers/columns_table.py` writes it."""

from __future__ import annotations

from pathlib import Path

from node.importers.columns import COLUMNS, WORDS

PAGE = Path(__file__).parents[3] / "node" / "importers" / "README.md"
START, END = "<!-- columns -->\n", "<!-- end of columns -->\n"


def table() -> str:
    """Give the rows, one a column."""
    lines = ["| 列名 | field | Dublin Core | meaning | words | also |", "|---|---|---|---|---|---|"]
    for column in COLUMNS:
        words = "、".join(WORDS[column.field].values()) if column.rule == "word" else ""
        dc = f"`{column.dc}`" if column.dc else ""
        meaning = f"{column.meaning.zh}<br>{column.meaning.en}"
        lines.append(f"| {column.zh} | `{column.field}` | {dc} | {meaning} | {words} | {'、'.join(column.also)} |")
    return "\n".join(lines) + "\n"


def page() -> str:
    """Give the page with the rows as the table of columns has them."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(START)
    return before + START + table() + END + rest.partition(END)[2]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
