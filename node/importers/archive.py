"""A ZIP as a delivery: looked through before a byte is unpacked, and refused when it is made to do harm.

Nothing is ever extracted by name: members are read as streams, so a path that climbs out of the folder ("zip slip")
has nowhere to go; it is refused all the same, because the payload would be stored under it.
"""

from __future__ import annotations

import stat
import zipfile
from typing import TYPE_CHECKING

from node.errors import BadInput, Words
from node.importers.delivery import Delivery, Entry, Fault, forget_archive, name_faults
from storage.walk import is_never_payload

if TYPE_CHECKING:
    from pathlib import Path

MOST_MEMBERS = 1_000_000
LARGEST_RATIO = 200
"""Times that a member may grow when unpacked; scans hardly grow, a bomb does a thousandfold."""
SMALL = 64 << 20
"""Bytes up to which a member may grow as it likes."""
_UTF_8, _ENCRYPTED = 0x800, 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
_REPACK = Words("先看看是什么,再重新压缩,或直接给文件夹", "see what it is; pack it again or give a folder")


def open_zip(path: Path) -> Delivery:
    """Look through a ZIP; raise BadInput when it must not be unpacked or is none."""
    forget_archive()
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError) as error:
        zh, en = "不是完好的 ZIP 文件", "no sound ZIP file"
        raise BadInput(zh, en, mend=Words("请重新复制或压缩", "copy or pack it again"), file=str(path)) from error
    if len(members) > MOST_MEMBERS:
        raise BadInput("成员超过一百万个", "more than a million members", mend=_REPACK, file=str(path))
    _refuse_overlaps(path, members)
    files: dict[str, Entry] = {}
    ignored: list[str] = []
    for member in members:
        name = _name_of(member)
        _refuse(path, member, name)
        if member.is_dir():
            continue
        if is_never_payload(name.rpartition("/")[2]) or name.startswith("__MACOSX/"):
            ignored.append(name)
        elif name in files:
            raise _bad(path, name, "同一路径出现两次", "the same path twice")
        else:
            # opened by its place in the directory: the name that zipfile shows may be decoded wrongly
            files[name] = Entry(member.file_size, member.filename, str(path))
    prefix = _common_folder(files)
    files = {name.removeprefix(prefix): files[name] for name in sorted(files)}
    return Delivery(
        place=path, kind="zip", files=files, ignored=tuple(sorted(ignored)), faults=tuple(_name_faults(files))
    )


def _name_of(member: zipfile.ZipInfo) -> str:
    """Give a member's name; packers on Chinese Windows write GBK and do not say so."""
    if member.flag_bits & _UTF_8:
        return member.filename
    try:
        data = member.filename.encode("cp437")
    except UnicodeEncodeError:
        return member.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return member.filename


def _refuse(path: Path, member: zipfile.ZipInfo, name: str) -> None:
    parts = name.rstrip("/").split("/")
    if name.startswith("/") or "\\" in name or ":" in parts[0] or any(part in ("", ".", "..") for part in parts):
        raise _bad(path, name, "路径会跑出文件夹之外", "the path leads out of the folder")
    if member.flag_bits & _ENCRYPTED:
        raise _bad(path, name, "加了密码", "it is encrypted")
    mode = member.external_attr >> 16
    if mode and not stat.S_ISREG(mode) and not stat.S_ISDIR(mode) and stat.S_IFMT(mode):
        raise _bad(path, name, "是符号链接或特殊文件", "a symbolic link or a special file")
    if member.compress_type not in _METHODS:
        raise _bad(path, name, f"压缩方法 {member.compress_type} 不会解", f"compression method {member.compress_type}")
    if member.file_size > SMALL and member.file_size > LARGEST_RATIO * max(member.compress_size, 1):
        zh = f"解开后大 {LARGEST_RATIO} 倍以上,像是压缩炸弹"
        raise _bad(path, name, zh, f"it grows more than {LARGEST_RATIO} times when unpacked, like a bomb")


def _refuse_overlaps(path: Path, members: list[zipfile.ZipInfo]) -> None:
    """Refuse members that share bytes: the bombs that pass every other test are made so."""
    end = 0
    for member in sorted(members, key=lambda member: member.header_offset):
        if member.header_offset < end:
            raise _bad(path, _name_of(member), "与另一成员共用同一段数据,像是压缩炸弹", "it shares bytes with another")
        end = member.header_offset + 30 + member.compress_size


def _bad(path: Path, name: str, zh: str, en: str) -> BadInput:
    return BadInput(f"成员“{name[:100]}”{zh}", f"member {name[:100]!r}: {en}", mend=_REPACK, file=str(path))


def _common_folder(files: dict[str, Entry]) -> str:
    """Give the one folder that everything lies in, with its slash, or nothing: packers put it around what they pack."""
    tops = {name.partition("/")[0] if "/" in name else "" for name in files}
    return f"{tops.pop()}/" if len(tops) == 1 and "" not in tops else ""


def _name_faults(files: dict[str, Entry]) -> list[Fault]:
    folders: dict[str, set[str]] = {}
    for path in files:
        while path:
            path, _, name = path.rpartition("/")  # noqa: PLW2901 - climbing from the file to the top
            folders.setdefault(path, set()).add(name)
    return [fault for folder, names in sorted(folders.items()) for fault in name_faults(folder, sorted(names))]
