"""What was brought, opened: the delivery and its lists, found without guessing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from node.errors import BadInput, Words, chinese_reason
from node.importers.archive import open_zip
from node.importers.bag import as_bag, is_bag
from node.importers.delivery import open_folder
from node.importers.lists import LARGEST_LIST, LIST_ENDINGS, READERS, read_list_bytes, read_list_file
from node.precheck.finding import find
from node.precheck.matching import posix_paths

if TYPE_CHECKING:
    from node.importers.delivery import Delivery
    from node.importers.mapping import Mapping
    from node.importers.table import Table
    from node.precheck.finding import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """A delivery with its lists; ``question`` is the finding that stops the check until somebody answers."""

    delivery: Delivery
    tables: list[Table]
    list_bytes: bytes = b""
    question: Finding | None = None


def open_brought(source: Path, *, list_file: Path | None, mapping: Mapping, without_list: bool) -> Brought:
    """Open a folder, a bag, a ZIP of either, or a list beside its files; raise BadInput for anything else.

    ``list_file`` is looked for inside the delivery first, then on disk; ``without_list`` says that there is none.
    """
    try:
        if source.is_dir():
            delivery = open_folder(source)
        elif source.suffix.lower() == ".zip":
            delivery = open_zip(source)
        elif source.suffix.lower() in READERS and source.exists():
            return _beside_its_list(source, mapping)
        else:
            raise _no_source(source)
    except OSError as error:
        zh, en = f"读不到:{chinese_reason(error)}", f"cannot be read: {error.strerror}"
        raise BadInput(zh, en, file=str(source)) from error
    if is_bag(delivery):
        delivery = as_bag(delivery)
    if list_file is not None:
        return _with_named_list(delivery, list_file, mapping)
    top = (path for path in delivery.files if "/" not in path)
    candidates = [path for path in top if PurePosixPath(path).suffix.lower() in LIST_ENDINGS]
    if without_list or not candidates:
        return Brought(delivery=delivery, tables=[])
    if len(candidates) > 1:
        question = find("which-list", value="、".join(candidates), count=len(candidates), place={"file": str(source)})
        return Brought(delivery=delivery, tables=[], question=question)
    return _with_list_inside(delivery, candidates[0], mapping)


def _no_source(source: Path) -> BadInput:
    if not source.exists():
        return BadInput("没有这个文件或文件夹", "no such file or folder", file=str(source))
    mend = Words(
        "给出文件夹、BagIt 包、.zip 或清单(" + " ".join(READERS) + ")",
        "give a folder, a BagIt bag, a .zip or a list (" + " ".join(READERS) + ")",
    )
    return BadInput("不认识这种来源", "a source of an unknown kind", mend=mend, file=str(source))


def _beside_its_list(source: Path, mapping: Mapping) -> Brought:
    """Take the files that a list names; what else lies beside the list is no part of the delivery."""
    tables = read_list_file(source, mapping)
    paths = {path for table in tables for path in posix_paths(table.column("path") or []) if path}
    tops = {path.partition("/")[0] for path in paths} - {"..", ""}
    delivery = open_folder(source.parent, only=None if "." in tops else tops - {source.name})
    files = {path: entry for path, entry in delivery.files.items() if path != source.name}
    return Brought(delivery=replace(delivery, files=files), tables=tables, list_bytes=source.read_bytes())


def _with_named_list(delivery: Delivery, list_file: Path, mapping: Mapping) -> Brought:
    named = list_file.as_posix()
    if named not in delivery.files and delivery.kind == "folder" and list_file.exists():
        inside = list_file.resolve()
        if inside.is_relative_to(delivery.place.resolve()):
            named = inside.relative_to(delivery.place.resolve()).as_posix()
    if named in delivery.files:
        return _with_list_inside(delivery, named, mapping)
    tables = read_list_file(list_file, mapping)
    return Brought(delivery=delivery, tables=tables, list_bytes=list_file.read_bytes())


def _with_list_inside(delivery: Delivery, path: str, mapping: Mapping) -> Brought:
    """Read a list that is a file of the delivery; it is no payload then."""
    entry = delivery.files[path]
    data = entry.whole(path) if entry.size <= LARGEST_LIST else b""
    tables = read_list_bytes(path, data, mapping, size=entry.size)
    files = {name: entry for name, entry in delivery.files.items() if name != path}
    listed = {name: digests for name, digests in delivery.listed.items() if name != path}
    return Brought(delivery=replace(delivery, files=files, listed=listed), tables=tables, list_bytes=data)
