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
        zh, en = f"名称不是 UTF-8:{shown}", f"the name is not UTF-8: {shown}"
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
        zh, en = f"名称含有不允许的字符 {listed}:{shown!a}", f"the name has characters not allowed, {listed}: {shown!a}"
        raise UnsafeName(zh, en, mend=_MEND, file=shown)
    if name in ("", ".", "..", "-"):
        # `sha256sum -c` takes "-" for its standard input
        raise UnsafeName(f"名称不能是 {name!r}:{shown}", f"a name cannot be {name!r}: {shown}", mend=_MEND, file=shown)
    if len(name.encode()) > LONGEST_NAME:
        zh, en = f"名称超过 {LONGEST_NAME} 字节:{shown}", f"the name is longer than {LONGEST_NAME} bytes: {shown}"
        raise UnsafeName(zh, en, mend=_MEND, file=shown)


def check_collisions(names: Iterable[str], folder: str) -> None:
    """Raise UnsafeName when two names of one folder are the same under Unicode NFC or without regard to case."""
    seen: dict[str, str] = {}
    for name in names:
        other = seen.setdefault(_folded(name), name)
        if other is not name:
            shown = f"{folder}/{name}" if folder else name
            zh = f"两个名称只有大小写或 Unicode 写法不同:{other!r} 与 {shown!r}({other!a}、{shown!a})"
            en = f"two names differ only in case or Unicode form: {other!r} and {shown!r} ({other!a}, {shown!a})"
            raise UnsafeName(zh, en, mend=_MEND, file=shown)


def _folded(name: str) -> str:
    if name.isascii():
        return name.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
