"""Strict reading of JSON objects: exactly these fields, each of its type and within its bounds.

The formats read with it (receipt, anchor, proof file) are digested or compared byte for byte, so there is one spelling
of everything: canonical JSON, lower-case hexadecimal, no unknown and no missing field.
"""

from __future__ import annotations

import re
from typing import Any

from node.errors import BadInput
from node.records import canonical

_HEX = re.compile("[0-9a-f]*")
LARGEST = canonical.LARGEST_INTEGER


class Fields:
    """One JSON object that is being read; `where` is its dotted place in the document.

    Every method raises BadInput with ``field`` set when the value is missing or of another form.
    """

    def __init__(self, value: Any, names: tuple[str, ...], *, where: str = "") -> None:
        self._where = where
        if not isinstance(value, dict):
            raise self._wrong("", "应为对象", "must be an object")
        for name in value.keys() - set(names):
            raise self._wrong(name, "是未知的字段", "is an unknown field")
        for name in names:
            if name not in value:
                raise self._wrong(name, "缺失", "is missing")
        self._value = value

    def fixed(self, name: str, expected: Any) -> None:
        """Demand one value."""
        value = self._value[name]
        if value != expected or type(value) is not type(expected):
            written = canonical.encode(expected).decode()
            raise self._wrong(name, f"应为 {written}", f"must be {written}")

    def integer(self, name: str, *, least: int = 0, most: int = LARGEST) -> int:
        """Read an integer between two bounds (inclusive)."""
        value = self._value[name]
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise self._wrong(name, f"应为 {least} 至 {most} 的整数", f"must be an integer from {least} to {most}")
        return value

    def boolean(self, name: str) -> bool:
        """Read true or false."""
        value = self._value[name]
        if not isinstance(value, bool):
            raise self._wrong(name, "应为 true 或 false", "must be true or false")
        return value

    def text(self, name: str, *, pattern: str = ".{1,200}") -> str:
        """Read text that matches a regular expression as a whole."""
        value = self._value[name]
        if not isinstance(value, str) or re.fullmatch(pattern, value, re.DOTALL) is None:
            raise self._wrong(name, "不是应有的文字", "is not the text expected")
        return value

    def digest(self, name: str) -> bytes:
        """Read a SHA-256 as `sha256sum` prints it: 64 lower-case hexadecimal digits without prefix."""
        return self._hexadecimal(name, self._value[name], prefix="", width=32)

    def digest_or_none(self, name: str) -> bytes | None:
        """Read such a digest, or null."""
        return None if self._value[name] is None else self.digest(name)

    def hexadecimal(self, name: str, *, width: int | None = None) -> bytes:
        """Read bytes as Ethereum writes them: ``0x`` and lower-case hexadecimal; `width` in bytes."""
        return self._hexadecimal(name, self._value[name], prefix="0x", width=width)

    def hexadecimal_list(self, name: str, *, most: int, width: int | None = None) -> tuple[bytes, ...]:
        """Read a list of at most `most` such byte strings."""
        return tuple(
            self._hexadecimal(name, item, prefix="0x", width=width) for item in self.items(name, most=most)
        )

    def items(self, name: str, *, most: int) -> list[Any]:
        """Read a list of at most `most` items of any type."""
        value = self._value[name]
        if not isinstance(value, list) or len(value) > most:
            raise self._wrong(name, f"应为不超过 {most} 项的列表", f"must be a list of at most {most} items")
        return value

    def object(self, name: str, names: tuple[str, ...]) -> Fields:
        """Read a nested object with exactly these fields."""
        return Fields(self._value[name], names, where=self._place(name))

    def raw(self, name: str) -> Any:
        """Give a value as it stands."""
        return self._value[name]

    def _hexadecimal(self, name: str, value: Any, *, prefix: str, width: int | None) -> bytes:
        digits = value.removeprefix(prefix) if isinstance(value, str) and value.startswith(prefix) else "?"
        if _HEX.fullmatch(digits) is None or len(digits) % 2 or (width is not None and len(digits) != 2 * width):
            size = "" if width is None else f"{width} 字节"
            zh = f"应为{size}小写十六进制" + (f"({prefix} 开头)" if prefix else "")
            en = ("" if width is None else f"{width} bytes of ") + "lower-case hexadecimal" + f" after {prefix!r}"
            raise self._wrong(name, zh, f"must be {en}")
        return bytes.fromhex(digits)

    def _place(self, name: str) -> str:
        return f"{self._where}.{name}" if self._where and name else self._where or name

    def _wrong(self, name: str, zh: str, en: str) -> BadInput:
        place = self._place(name)[:100] or "(document)"
        return BadInput(f"字段 {place} {zh}", f"field {place} {en}", field=place)


def read_document(data: bytes, *, limit: int) -> Any:
    """Read a canonical JSON document of at most `limit` bytes; raise BadInput for anything else."""
    if len(data) > limit:
        zh, en = f"共 {len(data)} 字节,超过上限 {limit}", f"{len(data)} bytes, more than the limit of {limit}"
        raise BadInput(zh, en)
    return canonical.decode_canonical(data)


def to_hex(data: bytes) -> str:
    """Write bytes as Ethereum does: ``0x`` and lower-case hexadecimal."""
    return "0x" + data.hex()
