"""CAR version 1: a stream of blocks behind a header that names the roots.

Source: the CARv1 specification. Each section is a varint length, a CID and the block's bytes; the header is dag-cbor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from storage.block_source import LARGEST_BLOCK
from storage.cbor_links import read_cbor
from storage.cid import Cid, some_cid_length
from storage.errors import BadCar, Damaged, MalformedId, UncheckableBlock
from storage.protobuf import read_varint, varint

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

LARGEST_HEADER = 1 << 16
_LONGEST_CID = 64
_LINK = b"\xd8\x2a\x58"
_LONGEST_VARINT = 10
_SHORT = 23
"""Items of a list whose number CBOR writes into the first byte."""


def car_header(*roots: Cid) -> bytes:
    """Write the header of a CAR with at most 255 roots, its length before it."""
    count = bytes((0x80 + len(roots),)) if len(roots) <= _SHORT else bytes((0x98, len(roots)))
    links = b"".join(_LINK + bytes((len(root.binary) + 1,)) + b"\0" + root.binary for root in roots)
    body = b"\xa2\x65roots" + count + links + b"\x67version\x01"
    return varint(len(body)) + body


def car_section(cid: Cid, data: bytes) -> bytes:
    """Write one block."""
    return varint(len(cid.binary) + len(data)) + cid.binary + data


def read_header(file: BinaryIO, name: str, *, link: Callable[[bytes], Cid | None] = Cid.from_foreign) -> list[Cid]:
    """Read the header at the beginning of a file; give the roots. Raise BadCar, naming the file.

    Roots of which ``link`` makes None are left out.
    """
    length = _length(file, name, LARGEST_HEADER)
    body = file.read(length or 0)
    if not length or len(body) < length:
        raise _bad(name, "文件头不完整", "the header is not whole")
    try:
        header = read_cbor(body, link=link)
    except Damaged as error:
        raise _bad(name, "文件头不是 dag-cbor", "the header is no dag-cbor") from error
    return _roots(header, name)


def read_section(file: BinaryIO, name: str) -> tuple[Cid, bytes] | None:
    """Read the next block, unverified; None at the end. Raise BadCar, or UncheckableBlock, naming the file."""
    length = _length(file, name, LARGEST_BLOCK + _LONGEST_CID)
    if length is None:
        return None
    body = file.read(length)
    if len(body) < length:
        raise _bad(name, "文件中途结束", "it ends in the middle of a block")
    try:
        cid, begin = Cid.prefix_of(body)
    except MalformedId as error:
        kind = BadCar if some_cid_length(body) is None else UncheckableBlock
        raise _bad(name, "有数据块的 CID 无法核对", "a block has a CID that cannot be checked here", kind) from error
    return cid, body[begin:]


def bad_car(name: str, zh: str, en: str) -> BadCar:
    """Give the error for a CAR that is not what it should be."""
    return _bad(name, zh, en)


def _length(file: BinaryIO, name: str, most: int) -> int | None:
    """Read a length; None at the end of the file."""
    digits = b""
    while byte := file.read(1):
        digits += byte
        if byte[0] < 0x80 or len(digits) == _LONGEST_VARINT:  # noqa: PLR2004 - the last byte of a varint
            break
    if not digits:
        return None
    try:
        length, _ = read_varint(digits, 0)
    except (ValueError, IndexError) as error:
        raise _bad(name, "长度字段不完整", "a length is not whole") from error
    if length > most:
        zh, en = f"有一段长 {length} 字节,超过允许的 {most}", f"a section of {length} bytes is over the {most} allowed"
        raise _bad(name, zh, en)
    return length


def _roots(header: Any, name: str) -> list[Cid]:
    if not isinstance(header, dict) or header.get("version") != 1:
        raise _bad(name, "不是 CAR 第 1 版", "it is no CAR of version 1")
    roots = header.get("roots")
    if not isinstance(roots, list) or not all(root is None or isinstance(root, Cid) for root in roots):
        raise _bad(name, "文件头没有根", "the header has no roots")
    return [root for root in roots if root is not None]


def _bad(name: str, zh: str, en: str, kind: type[BadCar] = BadCar) -> BadCar:
    return kind(f"CAR 文件不可用:{zh}", f"not a usable CAR: {en}", file=name)
