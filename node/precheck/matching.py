"""Matching a list with the files that came: what is missing, what no row names, which file belongs to which row."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from itertools import repeat
from typing import TYPE_CHECKING, NamedTuple

from node.precheck.cells import grouped, place
from node.precheck.finding import find

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from node.importers.delivery import Delivery
    from node.importers.table import Table
    from node.precheck.finding import Finding

_UNSAFE = re.compile(r"/|[A-Za-z]:")


class Listed(NamedTuple):
    """A resource that a row names: where its row stands, and its path in the delivery."""

    table: Table
    place: int
    path: str


def listed_paths(tables: Sequence[Table], findings: list[Finding]) -> list[Listed]:
    """Give what the rows name, with paths as POSIX writes them; add to the findings what is wrong with the paths."""
    found: list[Listed] = []
    for table in tables:
        texts = table.column("path")
        if texts is None:
            findings.append(find("no-path-column", place={"file": table.file, "sheet": table.sheet}))
            continue
        findings += _malformed(table, texts)
        paths = posix_paths(texts)
        rows = map(Listed, repeat(table), range(len(paths)), paths)
        found += rows if paths is texts and "" not in texts else _usable(rows)
    findings += _repeated(found)
    return found


def _usable(rows: Iterable[Listed]) -> Iterator[Listed]:
    return (row for row in rows if row.path and not is_unsafe(row.path))


def posix_paths(texts: list[str]) -> list[str]:
    """Give a column of paths as POSIX writes them: the very same list when nothing about them is suspicious."""
    if not _suspicious(texts):
        return texts
    return [as_posix(text) for text in texts]


def _suspicious(texts: list[str]) -> bool:
    """Tell, by a few searches over the whole column, whether any path might need a look of its own."""
    joined = "\n" + "\n".join(texts) + "\n"
    return any(part in joined for part in ("\\", "//", "\n/", "/\n", "./", "/.", "\n.\n", ":", "\0"))


def as_posix(text: str) -> str:
    """Write a path of a list with slashes and without what says nothing; "." is the folder itself."""
    parts = text.replace("\\", "/").split("/")
    said = "/".join(part for place, part in enumerate(parts) if part not in ("", ".") or place == 0 == len(part))
    return said or ("." if text else "")


def is_unsafe(path: str) -> bool:
    """Tell whether a path leads, or might lead, out of the delivery."""
    return bool(_UNSAFE.match(path)) or ".." in path.split("/") or "\0" in path


def _malformed(table: Table, texts: list[str]) -> Iterator[Finding]:
    if "" in texts:
        yield find("path-missing", place=place(table, "path", grouped(texts, [""])[""]))
    if not _suspicious(texts):
        return
    if back := [index for index, text in enumerate(texts) if "\\" in text]:
        yield find("path-backslash", place=place(table, "path", back))
    for value, indexes in grouped(texts, {text for text in texts if is_unsafe(text.replace("\\", "/"))}).items():
        yield find("path-unsafe", value=value, place=place(table, "path", indexes))


def _repeated(listed: list[Listed]) -> Iterator[Finding]:
    if len({item.path for item in listed}) == len(listed):
        return
    rows: dict[str, list[Listed]] = defaultdict(list)
    for item in listed:
        rows[item.path].append(item)
    for path, items in rows.items():
        if len(items) > 1:
            here = [item for item in items if item.table is items[0].table]
            where = place(items[0].table, "path", [item.place for item in here])
            yield find("path-repeated", value=path, count=len(items), place=where)


def check_presence(listed: list[Listed], delivery: Delivery) -> Iterator[Finding]:
    """Find listed files that are not there, files that no row names, and rows inside other rows' folders."""
    there = delivery.files.keys() | delivery.folders() | {"."}
    absent = [item for item in listed if item.path not in there]
    if absent:
        yield from _missing(absent, there)
    paths = {item.path for item in listed}
    owners = Owners(paths)
    surplus = [path for path in delivery.files if owners.of(path) is None]
    if surplus and listed:
        yield find("file-surplus", value=surplus[0], count=len(surplus), place={"paths": tuple(surplus)})
    if not owners.nested:
        return
    for item in listed:
        if (outer := owners.above(item.path)) is not None:
            yield find("path-nested", value=item.path, other=outer, place=place(item.table, "path", [item.place]))


def _missing(absent: list[Listed], there: Iterable[str]) -> Iterator[Finding]:
    near = {_loosely(path): path for path in there if path != "."}
    plain: dict[int, list[Listed]] = defaultdict(list)
    for item in absent:
        if near and (found := near.get(_loosely(item.path))) is not None:
            where = place(item.table, "path", [item.place])
            yield find("file-missing-near", value=item.path, near=found, place=where)
        else:
            plain[id(item.table)].append(item)
    for items in plain.values():
        where = place(items[0].table, "path", [item.place for item in items])
        value = items[0].path if len(items) == 1 else f"{items[0].path} …({len(items)})"
        yield find("file-missing", value=value, place=where | {"paths": tuple(item.path for item in items)})


def _loosely(path: str) -> str:
    """Give a path without what is often written differently: case, width, ending, spaces."""
    folded = unicodedata.normalize("NFKC", path).casefold().replace(" ", "")
    folder, slash, name = folded.rpartition("/")
    return folder + slash + (name.rpartition(".")[0] or name)


class Owners:
    """Which of some paths a file belongs to: itself, or the nearest folder above it; each folder is looked up once."""

    def __init__(self, paths: Iterable[str]) -> None:
        self.paths = frozenset(paths)
        self._folders: dict[str, str | None] = {}

    @property
    def nested(self) -> bool:
        """Whether any of the paths lies inside another."""
        folders = {path.rpartition("/")[0] for path in self.paths}
        return "." in self.paths or any(self.of(folder) is not None for folder in folders if folder)

    def of(self, path: str) -> str | None:
        """Give the path that a file belongs to, or None."""
        return path if path in self.paths else self.above(path)

    def above(self, path: str) -> str | None:
        """Give the nearest of the paths above one, or None; "." is above all."""
        folder = path.rpartition("/")[0]
        if folder == path or not folder:
            return "." if "." in self.paths and path != "." else None
        if folder not in self._folders:
            self._folders[folder] = folder if folder in self.paths else self.above(folder)
        return self._folders[folder]
