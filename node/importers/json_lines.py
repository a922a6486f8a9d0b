"""Lists in JSON Lines: one object a line, keys as the headings of a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from node.errors import BadInput, Words
from node.importers.heading_row import no_headings
from node.importers.table import make_table
from node.records import canonical

if TYPE_CHECKING:
    from node.importers.mapping import Mapping
    from node.importers.table import Table

LONGEST_LINE = 1 << 20


def read_json_lines(name: str, data: bytes, mapping: Mapping) -> list[Table]:
    """Read a list; raise BadInput with the line that is wrong."""
    objects: list[dict[str, Any]] = []
    numbers: list[int] = []
    headings: dict[str, None] = {}
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            value = _object(line)
        except BadInput as error:
            error.file, error.row = name, number
            raise
        objects.append(value)
        numbers.append(number)
        headings.update(dict.fromkeys(value))
    table = make_table(
        [[value.get(heading, "") for heading in headings] for value in objects],
        numbers,
        headings=list(headings),
        mapping=mapping,
        file=name,
        encoding="jsonl",
    )
    if not any(table.fields):
        raise no_headings(name, " ".join(headings))
    return [table]


def _object(line: bytes) -> dict[str, str]:
    if len(line) > LONGEST_LINE:
        raise BadInput(f"这一行超过 {LONGEST_LINE} 字节", f"the line is longer than {LONGEST_LINE} bytes")
    value = canonical.decode(line)
    if not isinstance(value, dict):
        raise BadInput("这一行不是 JSON 对象", "the line is not a JSON object")
    return {name: _text(name, item) for name, item in value.items()}


def _text(name: str, value: Any) -> str:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ";".join(value)
    if isinstance(value, (dict, list)):
        mend = Words("清单的值应是文字、数字或文字的数组", "a value must be text, a number or an array of texts")
        raise BadInput("值的形式不对", "a value of the wrong form", mend=mend, field=name)
    return "" if value is None else str(value)
