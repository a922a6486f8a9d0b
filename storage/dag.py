"""Reading dag-pb nodes: the links of a file or folder node.

Source: the dag-pb specification (PBNode, PBLink) and UnixFS (Data). Only nodes of the profile unixfs-v1-2025 are read;
their bytes were checked against their CID before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.cid import Cid
from storage.errors import Damaged, MalformedId
from storage.unixfs import Link

if TYPE_CHECKING:
    from collections.abc import Iterator

_FOLDER, _FILE = 1, 2
_LENGTH_DELIMITED, _VARINT = 2, 0


def file_links(data: bytes) -> list[Link]:
    """Give the children of a file's node in order; raise Damaged when it is none."""
    return _links(data, _FILE)


def folder_links(data: bytes) -> list[Link]:
    """Give the entries of a folder's node in order; raise Damaged when it is none."""
    return _links(data, _FOLDER)


def _links(data: bytes, kind: int) -> list[Link]:
    links: list[Link] = []
    found = 0
    try:
        for number, value in _fields(data):
            if number == 2 and isinstance(value, bytes):  # noqa: PLR2004 - PBNode.Links
                parts = dict(_fields(value))
                links.append(Link(_text(parts[2]), Cid.from_binary(_bytes(parts[1])), _number(parts[3])))
            elif number == 1 and isinstance(value, bytes):
                found = _number(dict(_fields(value))[1])
    except (KeyError, IndexError, ValueError, MalformedId) as error:
        raise _malformed() from error
    if found != kind:
        raise _malformed()
    return links


def _fields(data: bytes) -> Iterator[tuple[int, bytes | int]]:
    """Give the fields of a protobuf message as (number, value)."""
    position = 0
    while position < len(data):
        tag, position = _varint(data, position)
        value, position = _varint(data, position)
        if tag & 7 == _VARINT:
            yield tag >> 3, value
        elif tag & 7 == _LENGTH_DELIMITED and position + value <= len(data):
            yield tag >> 3, data[position : position + value]
            position += value
        else:
            raise ValueError(tag)


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:  # noqa: PLR2004 - the last byte of a varint
            return value, position


def _bytes(value: bytes | int) -> bytes:
    if isinstance(value, int):
        raise ValueError(value)  # noqa: TRY004 - malformed data, not a wrong call
    return value


def _text(value: bytes | int) -> str:
    return _bytes(value).decode()


def _number(value: bytes | int) -> int:
    if isinstance(value, bytes):
        raise ValueError(value)  # noqa: TRY004 - malformed data, not a wrong call
    return value


def _malformed() -> Damaged:
    return Damaged("数据块不是这类 UnixFS 节点", "the block is no UnixFS node of this kind")
