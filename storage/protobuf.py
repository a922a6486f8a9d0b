"""The few forms of protobuf that dag-pb needs, written and read: varints, fields, and one link of a node.

Source: the Protocol Buffers encoding, and the dag-pb specification (PBLink: Hash, Name, Tsize, in this order).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.cid import Cid

_LENGTH_DELIMITED, _VARINT = 2, 0
_LONGEST_VARINT = 10
"""Bytes of a 64-bit number."""


def varint(value: int) -> bytes:
    """Write an unsigned number, seven bits a byte, the lowest first."""
    if value <= 0x7F:  # noqa: PLR2004 - seven bits a byte
        return bytes((value,))
    parts = bytearray()
    while value > 0x7F:  # noqa: PLR2004 - seven bits a byte
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    parts.append(value)
    return bytes(parts)


def field_of(tag: int, data: bytes) -> bytes:
    """Write a field of bytes; the tag carries number and type."""
    return bytes((tag,)) + varint(len(data)) + data


def link_of(name: str, cid: Cid, dag_size: int) -> bytes:
    """Write one link as field 2 of a PBNode."""
    body = field_of(0x0A, cid.binary) + field_of(0x12, name.encode()) + b"\x18" + varint(dag_size)
    return field_of(0x12, body)


def read_varint(data: bytes, position: int) -> tuple[int, int]:
    """Read a number; give it and the place behind it. Raise IndexError at the data's end, ValueError beyond 64 bits."""
    value = shift = 0
    for end in range(position, position + _LONGEST_VARINT):
        byte = data[end]
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:  # noqa: PLR2004 - the last byte of a varint
            return value, end + 1
    raise ValueError(position)


def fields_of(data: bytes) -> Iterator[tuple[int, bytes | int]]:
    """Give the fields of a message as (number, value); raise ValueError or IndexError when it is none."""
    position = 0
    while position < len(data):
        tag, position = read_varint(data, position)
        value, position = read_varint(data, position)
        if tag & 7 == _VARINT:
            yield tag >> 3, value
        elif tag & 7 == _LENGTH_DELIMITED and position + value <= len(data):
            yield tag >> 3, data[position : position + value]
            position += value
        else:
            raise ValueError(tag)
