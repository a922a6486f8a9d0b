"""The mapping file 映射文件: what the headings of a list in another layout mean, and what holds for every row.

A TOML file::

    format = 1
    ignored = ["箱号"]   # columns that are not taken; others that nobody knows are refused or told
    [columns]            # heading as it stands in the list, or MARC tag and subfield → field
    "档案题名" = "题名"
    "905$d" = "call_number"
    [constants]          # for cells that are empty or columns that are not there
    type = "报纸"
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from node.errors import BadInput, Words, chinese_reason
from node.importers.columns import COLUMNS, field_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FORMAT = 1
LARGEST = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """Headings → fields, constants by field, headings that are left out, and which are known without being mapped."""

    columns: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    ignored: frozenset[str] = frozenset()
    vocabulary: Callable[[str], str | None] = field_of

    def field(self, heading: str) -> str | None:
        """Give the field that a heading means, or None."""
        return self.columns.get(heading) or self.vocabulary(heading)


def read_mapping(path: Path, vocabulary: Callable[[str], str | None] = field_of) -> Mapping:
    """Read a mapping file; ``vocabulary`` knows the headings of what is mapped. Raise BadInput with what is wrong."""
    try:
        data = path.read_bytes()[: LARGEST + 1]
        value = tomllib.loads(data.decode("utf-8-sig"))
    except OSError as error:
        zh, en = f"读不到映射文件:{chinese_reason(error)}", f"the mapping file cannot be read: {error.strerror}"
        raise BadInput(zh, en, file=str(path)) from error
    except (ValueError, RecursionError) as error:
        mend = Words("映射文件是 UTF-8 的 TOML 文件", "a mapping file is TOML in UTF-8")
        zh, en = f"映射文件写法不对:{error}", f"the mapping file is malformed: {error}"
        raise BadInput(zh, en, mend=mend, file=str(path)) from error
    try:
        return _mapping(value, vocabulary)
    except BadInput as error:
        error.file = str(path)
        raise


def _mapping(value: dict[str, object], vocabulary: Callable[[str], str | None]) -> Mapping:
    if value.get("format") != FORMAT:
        zh, en = f"映射文件的 format 应为 {FORMAT}", f"the mapping file's format must be {FORMAT}"
        raise BadInput(zh, en, field="format")
    for name in value.keys() - {"format", "ignored", "columns", "constants"}:
        raise BadInput(f"映射文件没有“{name}”一节", f"a mapping file has no part {name!r}", field=name)
    columns, constants = _texts(value, "columns"), _texts(value, "constants")
    ignored = value.get("ignored", [])
    if not isinstance(ignored, list) or not all(isinstance(name, str) for name in ignored):
        zh, en = "ignored 应是列名的数组", "ignored must be an array of headings"
        raise BadInput(zh, en, field="ignored")
    return Mapping(
        ignored=frozenset(ignored),
        columns={heading: _field(name, vocabulary) for heading, name in columns.items()},
        constants={_field(name, vocabulary): text for name, text in constants.items()},
        vocabulary=vocabulary,
    )


def _texts(value: dict[str, object], name: str) -> dict[str, str]:
    part = value.get(name, {})
    if not isinstance(part, dict) or not all(isinstance(item, str) for item in part.values()):
        raise BadInput(f'“{name}”里应为 名 = "值"', f'{name} must hold lines of the form name = "value"', field=name)
    return part


def _field(name: str, vocabulary: Callable[[str], str | None]) -> str:
    found = vocabulary(name)
    if found is None:
        mend = Words(
            "可用:" + "、".join(column.zh for column in COLUMNS), "one of: " + ", ".join(c.field for c in COLUMNS)
        )
        raise BadInput(f"没有“{name}”这一项", f"there is no field {name!r}", mend=mend, field=name)
    return found
