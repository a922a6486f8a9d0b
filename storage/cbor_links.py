"""Reading dag-cbor blocks: their links, and a way through them by map keys and list positions.

Source: the dag-cbor specification: CBOR whose only tag is 42, a link as bytes that begin with 0x00.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import cbor2

from storage.cid import Cid
from storage.errors import Damaged, MalformedId

if TYPE_CHECKING:
    from collections.abc import Callable

_LINK = 42
_BYTES, _TEXT, _TAG = 2, 3, 6
_ONE_BYTE, _EIGHT_BYTES = 24, 27
"""RFC 8949, 3: from 24 to 27 the head's argument stands in the next 1, 2, 4 or 8 bytes."""
DEEPEST = 256
"""Maps and lists inside each other."""


def read_cbor(data: bytes, *, link: Callable[[bytes], Any] = Cid.from_foreign) -> Any:
    """Give what a block says, its links as `Cid` or what else is made of them; raise Damaged when it is no dag-cbor."""
    stream = io.BytesIO(data)
    try:
        _check_tags(data)
        value = cbor2.CBORDecoder(stream, tag_hook=lambda tag, _: link(_linked(tag))).decode()
        _check_depth(value)
    except (cbor2.CBORDecodeError, MalformedId, ValueError, RecursionError, TypeError, MemoryError) as error:
        raise _malformed() from error
    if stream.tell() != len(data):
        raise _malformed()
    return value


def cbor_links(value: Any) -> list[Cid]:
    """Give the links in a block's value, in the order in which they stand."""
    found: list[Cid] = []
    waiting = [value]
    while waiting:
        match waiting.pop():
            case Cid() as cid:
                found.append(cid)
            case dict() as mapping:
                waiting.extend(reversed(list(mapping.values())))
            case list() as items:
                waiting.extend(reversed(items))
    return found


def _check_tags(data: bytes) -> None:
    """Raise ValueError unless every tag is a link's: others let a few bytes stand for any amount of value."""
    place = 0
    while place < len(data):
        major, short = data[place] >> 5, data[place] & 0x1F
        if short > _EIGHT_BYTES:
            raise ValueError(short)  # indefinite lengths are no dag-cbor
        more = 1 << short - _ONE_BYTE if short >= _ONE_BYTE else 0
        argument = int.from_bytes(data[place + 1 : place + 1 + more]) if more else short
        place += 1 + more
        if major in (_BYTES, _TEXT):
            place += argument
        elif major == _TAG and argument != _LINK:
            raise ValueError(argument)


def _linked(tag: cbor2.CBORTag) -> bytes:
    if tag.tag != _LINK or not isinstance(tag.value, bytes) or tag.value[:1] != b"\0":
        raise ValueError(tag.tag)
    return tag.value[1:]


def _check_depth(value: Any) -> None:
    level, depth = [value], 0
    while level:
        if (depth := depth + 1) > DEEPEST:
            raise ValueError(depth)
        level = [
            item
            for one in level
            if isinstance(one, dict | list)
            for item in (one.values() if isinstance(one, dict) else one)
        ]


def _malformed() -> Damaged:
    return Damaged("数据块不是 dag-cbor", "the block is no dag-cbor")
