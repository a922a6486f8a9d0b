"""Which names can be kept for ever, on any system, and be checked by `sha256sum -c` without escapes."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from storage.errors import UnsafeName, Words

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST_NAME = 255
"""Bytes; the limit of the file systems that payloads live on."""
_FORBIDDEN = frozenset("%\\/")
_FORBIDDEN_CATEGORIES = frozenset({"Cc", "Zl", "Zp", "Cs"})
_MEND = Words("请改名后重做", "rename it, then do it again")


def decode_name(name: bytes, shown: str) -> str:
    """Give a file's or folder's name as text; raise UnsafeName, telling the path as shown, when it cannot be kept."""
    try:
        text = name.decode()
    except UnicodeDecodeError as error:
        zh, en = "名称不是 UTF-8", "the name is not UTF-8"
        raise UnsafeName(zh, en, mend=_MEND, file=shown) from error
    check_name(text, shown)
    return text


def check_name(name: str, shown: str) -> None:
    """Raise UnsafeName, telling the path as shown, unless the name can be kept."""
    if name.isascii() and name.isprintable():
        bad = sorted(_FORBIDDEN.intersection(name))
    else:
        bad = sorted({c for c in name if c in _FORBIDDEN or unicodedata.category(c) in _FORBIDDEN_CATEGORIES})
    if bad:
        listed = ", ".join(ascii(character) for character in bad)
        zh, en = f"名称含有不允许的字符 {listed}", f"the name has characters not allowed: {listed}"
        raise UnsafeName(zh, en, mend=_MEND, file=shown)
    if name in ("", ".", "..", "-"):
        # `sha256sum -c` takes "-" for its standard input
        raise UnsafeName(f"名称不能是 {name!r}", f"a name cannot be {name!r}", mend=_MEND, file=shown)
    if len(name.encode()) > LONGEST_NAME:
        zh, en = f"名称超过 {LONGEST_NAME} 字节", f"the name is longer than {LONGEST_NAME} bytes"
        raise UnsafeName(zh, en, mend=_MEND, file=shown)


def check_collisions(names: Iterable[str], folder: str) -> None:
    """Raise UnsafeName when two names of one folder are the same under Unicode NFC or without regard to case."""
    seen: dict[str, str] = {}
    for name in names:
        other = seen.setdefault(_folded(name), name)
        if other is not name:
            shown = f"{folder}/{name}" if folder else name
            points = _points(other), _points(name)
            zh = f"与同一文件夹的 {other!r} 只有大小写或 Unicode 写法不同({points[0]} 与 {points[1]})"
            en = f"differs only in case or Unicode form from {other!r} beside it ({points[0]} and {points[1]})"
            raise UnsafeName(zh, en, mend=_MEND, file=shown)


def _points(name: str) -> str:
    """Give a name's code points beyond ASCII, which tell two alike names apart."""
    return " ".join(f"U+{ord(letter):04X}" for letter in name if not letter.isascii()) or name


def _folded(name: str) -> str:
    if name.isascii():
        return name.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
