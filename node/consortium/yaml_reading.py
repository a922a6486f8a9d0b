"""Reading a YAML file strictly: every value with its line, every field once, nothing unknown.

Scalars stay the text that was typed. So ``code: 01000001`` is no octal number, ``0x12…`` is no integer, and ``no`` is
not false; whoever asks for a number gets one, or an error that names file, line and field. Anchors and aliases are
refused: they serve nobody here, and a small file of them stands for a huge one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

from node.errors import BadInput, Words, chinese_reason

if TYPE_CHECKING:
    from pathlib import Path

LARGEST = 1 << 20
_MEND = Words("参照 node/consortium/README.md 的样例改正", "correct it after the example in node/consortium/README.md")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One value of the file: where it stands, and its node (a mapping, a list, or a scalar's text)."""

    file: str
    field: str
    node: yaml.Node

    def wrong(self, zh: str, en: str) -> BadInput:
        """Give the error that says what is wrong with this value."""
        row = self.node.start_mark.line + 1 if self.node.start_mark is not None else None
        return BadInput(zh, en, mend=_MEND, file=self.file, row=row, field=self.field or None)

    def mapping(self, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> dict[str, Place]:
        """Read a mapping with these fields; raise BadInput for a missing, unknown or repeated one."""
        if not isinstance(self.node, yaml.MappingNode):
            raise self.wrong("应为“字段: 值”", "must be a mapping of fields")
        found: dict[str, Place] = {}
        for key, value in self.node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else ""
            place = Place(file=self.file, field=f"{self.field}.{name}" if self.field else name, node=value)
            if name not in (*required, *optional):
                known = "、".join((*required, *optional))
                raise place.wrong(f"没有这个字段;可用的是 {known}", f"no such field; there are {known}")
            if name in found:
                raise place.wrong("这个字段写了两次", "this field is given twice")
            found[name] = place
        for name in required:
            if name not in found:
                place = Place(file=self.file, field=f"{self.field}.{name}" if self.field else name, node=self.node)
                raise place.wrong("缺这个字段", "this field is missing")
        return found

    def items(self) -> list[Place]:
        """Read a list."""
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.wrong("应为列表", "must be a list")
        return [
            Place(file=self.file, field=f"{self.field}[{place}]", node=node)
            for place, node in enumerate(self.node.value)
        ]

    def text(self) -> str:
        """Read a scalar as it was typed."""
        if not isinstance(self.node, yaml.ScalarNode):
            raise self.wrong("应为一个值", "must be one value")
        return str(self.node.value)

    def integer(self, *, least: int, most: int) -> int:
        """Read a decimal integer between two bounds (inclusive)."""
        text = self.text()
        if re.fullmatch("[0-9]{1,18}", text, re.ASCII) is None or not least <= int(text) <= most:
            raise self.wrong(f"应为 {least} 至 {most} 的整数", f"must be an integer from {least} to {most}")
        return int(text)

    def choice(self, choices: dict[str, bool]) -> bool:
        """Read one of a few words, and give what it stands for."""
        text = self.text()
        if text not in choices:
            named = "、".join(choices)
            raise self.wrong(f"不能是 {text[:40]!r},可以是 {named}", f"cannot be {text[:40]!r}, but {named}")
        return choices[text]


def read_yaml(path: Path) -> Place:
    """Read a file's one document; raise BadInput that says where it is no YAML."""
    name = str(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadInput(f"读不到:{chinese_reason(error)}", f"cannot be read: {error.strerror}", file=name) from error
    if len(data) > LARGEST:
        raise BadInput(f"超过 {LARGEST} 字节", f"it has more than {LARGEST} bytes", file=name)
    try:
        text = data.decode()
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, yaml.BaseLoader)):
            raise BadInput("不接受 YAML 的锚和别名(& 与 *)", "anchors and aliases (& and *) are refused", file=name)
        node = yaml.compose(text, yaml.BaseLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        row = None if mark is None else mark.line + 1
        problem = getattr(error, "problem", None) or str(error)
        raise BadInput(f"不是合法的 YAML:{problem}", f"not YAML: {problem}", file=name, row=row) from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise BadInput("不是 UTF-8 的 YAML 文件", "no YAML file in UTF-8", file=name) from error
    if node is None:
        raise BadInput("文件是空的", "the file is empty", file=name)
    return Place(file=name, field="", node=node)
