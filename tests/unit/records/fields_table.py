"""The table of fields on the page: `PYTHONPATH=. .venv/bin/python tests/unit/records/fields_table.py` writes it."""

from __future__ import annotations

from pathlib import Path

from node.records.metadata import metadata_schema

PAGE = Path(__file__).parents[3] / "node" / "records" / "README.md"
START, END = "<!-- fields -->\n", "<!-- end of fields -->\n"


def table() -> str:
    """Give the rows, one a field, as the schema describes them."""
    lines = ["| field | what it says, and its term elsewhere | form |", "|---|---|---|"]
    schema = metadata_schema()
    for name, field in schema["properties"].items():
        form = field.get("type") or field["$ref"].rpartition("/")[2]
        if inside := field.get("items", {}).get("properties"):
            form = f"{form} of {', '.join(inside)}"
        form = ", ".join(f"`{code}`" for code in field["enum"]) if "enum" in field else form
        needed = " **required**" if name in schema["required"] else ""
        lines.append(f"| `{name}`{needed} | {field['description']} | {form} |")
    return "\n".join(lines) + "\n"


def page() -> str:
    """Give the page with the rows as the schema has them."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(START)
    return before + START + table() + END + rest.partition(END)[2]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
