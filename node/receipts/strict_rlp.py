"""RLP: the one encoding of nested byte strings, and the way back that accepts nothing else.

Source: Ethereum yellow paper, appendix B. Written here because a verifier should start fast (the rlp package takes
0.15 s to import) and because every refusal must be ours: a length in long form that fits the short one, a length with
leading zeros, a lone byte below 0x80 with a prefix, bytes after the end, nesting deeper than any header or transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.receipts.errors import BadProof

if TYPE_CHECKING:
    from collections.abc import Sequence

Item = bytes | list["Item"]
"""What decoding gives: byte strings and lists of items."""

DEEPEST = 8
_STRING, _LIST = 0x80, 0xC0
_LONGEST_SHORT = 55


def encode(item: bytes | Sequence[object]) -> bytes:
    """Give the RLP of a byte string or of a (nested) sequence of them."""
    if isinstance(item, bytes):
        if len(item) == 1 and item[0] < _STRING:
            return item
        return _prefix(len(item), _STRING) + item
    body = b"".join([encode(part) for part in item])  # type: ignore[arg-type]  # nested sequences of bytes
    return _prefix(len(body), _LIST) + body


def decode(data: bytes) -> Item:
    """Read one item that fills `data` entirely; raise BadProof unless it is canonically encoded."""
    item, end = _decode(data, 0, len(data), 0)
    if end != len(data):
        raise _bad("数据后有多余字节", "bytes after the end")
    return item


def from_int(number: int) -> bytes:
    """Give a quantity as big-endian bytes without leading zeros; zero is empty."""
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def to_int(item: Item, *, width: int = 32) -> int:
    """Read a quantity of at most `width` bytes; raise BadProof for leading zeros."""
    if not isinstance(item, bytes) or len(item) > width or item[:1] == b"\0":
        raise _bad("数值不是规范形式", "a quantity is not canonical")
    return int.from_bytes(item, "big")


def decode_list(data: bytes, length: int, what: str) -> list[Item]:
    """Read a list of exactly `length` items; `what` names it in the error."""
    item = decode(data)
    if not isinstance(item, list) or len(item) != length:
        raise _bad(f"{what} 不是 {length} 项的列表", f"{what} is not a list of {length} items")
    return item


def _prefix(length: int, base: int) -> bytes:
    if length <= _LONGEST_SHORT:
        return bytes([base + length])
    size = from_int(length)
    return bytes([base + _LONGEST_SHORT + len(size)]) + size


def _decode(data: bytes, start: int, end: int, depth: int) -> tuple[Item, int]:
    if start >= end or depth > DEEPEST:
        raise _bad("数据残缺或嵌套过深", "data end too early or nest too deeply")
    first = data[start]
    if first < _STRING:
        return data[start : start + 1], start + 1
    base = _LIST if first >= _LIST else _STRING
    body, stop = _extent(data, start, end, first - base)
    if base == _STRING:
        text = data[body:stop]
        if len(text) == 1 and text[0] < _STRING:
            raise _bad("单字节不应带前缀", "a lone byte has a prefix")
        return text, stop
    items: list[Item] = []
    while body < stop:
        item, body = _decode(data, body, stop, depth + 1)
        items.append(item)
    return items, stop


def _extent(data: bytes, start: int, end: int, size: int) -> tuple[int, int]:
    """Find where an item's body begins and stops; `size` is its first byte less the base of its kind."""
    body = start + 1
    length = size
    if size > _LONGEST_SHORT:
        body += size - _LONGEST_SHORT
        length_bytes = data[start + 1 : body]
        length = int.from_bytes(length_bytes, "big")
        if body > end or length_bytes[0] == 0 or length <= _LONGEST_SHORT:
            raise _bad("长度不是规范形式", "a length is not canonical")
    if body + length > end:
        raise _bad("数据残缺", "data end too early")
    return body, body + length


def _bad(zh: str, en: str) -> BadProof:
    return BadProof(f"RLP 编码不对:{zh}", f"bad RLP: {en}")
