"""Canonical JSON: the one byte string of a value, and the strict way back.

Source: RFC 8785 (JCS), restricted to what a record may hold: objects, arrays, strings, integers of at most 53 bits,
true, false and null. Floats, duplicate keys and keys outside the Basic Multilingual Plane are refused; with these
restrictions the standard library's encoder gives the bytes of RFC 8785 (shown by a property test).
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any, NoReturn

from node.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping

JsonValue = None | bool | int | str | list[Any] | dict[str, Any]

LARGEST_INTEGER = 2**53 - 1
DEEPEST = 64
"""Levels of nesting that are read."""
_STRINGS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_BRACKETS = re.compile(rb"[][{}]")
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def encode(value: JsonValue | Mapping[str, Any]) -> bytes:
    """Give the canonical UTF-8 bytes of a value that `decode` would accept; raise BadInput for a lone surrogate."""
    try:
        return _ENCODER.encode(value).encode()
    except UnicodeEncodeError as error:
        raise BadInput("含有残缺的 Unicode 代理项", "a lone Unicode surrogate") from error


def digest(value: JsonValue | Mapping[str, Any]) -> bytes:
    """Give the SHA-256 (32 bytes) of a value's canonical bytes."""
    return hashlib.sha256(encode(value)).digest()


def decode(data: bytes) -> Any:
    """Read one JSON value from UTF-8 bytes in any layout.

    Raises:
        BadInput: not UTF-8, not JSON, or a float, a duplicate key, an integer beyond 53 bits or more than 64 levels.
            (A lone surrogate that was written as an escape is found by `encode`.)
    """
    _refuse_deep(data)
    try:
        return _DECODER.decode(data.decode())
    except UnicodeDecodeError as error:
        raise BadInput(f"第 {error.start} 字节不是 UTF-8", f"byte {error.start} is not UTF-8") from error
    except json.JSONDecodeError as error:
        zh = f"从第 {error.pos + 1} 个字符起不是合法的 JSON"
        raise BadInput(zh, f"not JSON from character {error.pos + 1} on: {error.msg}") from error


def decode_canonical(data: bytes) -> Any:
    """Read one JSON value and refuse every spelling of it but the canonical one."""
    value = decode(data)
    if encode(value) != data:
        raise BadInput("不是规范形式(RFC 8785)的 JSON", "not in the canonical form of RFC 8785")
    return value


def _refuse_deep(data: bytes) -> None:
    """Raise BadInput when JSON nests deeper than `DEEPEST`, before a parser goes down into it.

    The parser's own guard is the interpreter's recursion limit, which libraries raise (py-evm to 100,000) until a
    hostile file can exhaust the stack and kill the process.
    """
    if data.count(b"{") + data.count(b"[") <= DEEPEST:
        return
    depth = 0
    for bracket in _BRACKETS.findall(_STRINGS.sub(b"", data)):
        depth += 1 if bracket in b"{[" else -1
        if depth > DEEPEST:
            raise BadInput(f"嵌套超过 {DEEPEST} 层", f"nested deeper than {DEEPEST} levels")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise BadInput(f"键 {twice!r} 重复", f"duplicate key {twice!r}", field=twice)
    for name in value:
        if not name.isascii() and max(name) > "\uffff":
            raise BadInput(f"键 {name!r} 含有基本平面以外的字符", f"key {name!r} has a character beyond the BMP")
    return value


def _integer(text: str) -> int:
    # 17 characters hold every accepted integer; longer ones are refused before they cost time
    if len(text) > 17 or abs(int(text)) > LARGEST_INTEGER:  # noqa: PLR2004
        raise BadInput(f"整数 {text[:24]} 超过 53 位", f"integer {text[:24]} is beyond 53 bits")
    return int(text)


def _refuse_float(text: str) -> NoReturn:
    raise BadInput(f"不接受小数 {text[:24]}", f"the float {text[:24]} is not accepted")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_refuse_float, parse_constant=_refuse_float
)
