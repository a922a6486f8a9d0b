"""Reading every file once: its digests, compared with what the company's list or a bag's manifests say.

Hashing lets go of the interpreter, so threads use all cores. The digests serve the comparison only; what is registered
later always comes from the write stream of the stored copy.
"""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from node.errors import chinese_reason
from node.importers.delivery import UNREADABLE
from node.precheck.cells import place
from node.precheck.finding import find
from node.records.manifest import ManifestLine, format_manifest
from storage.sm3 import new_sm3
from storage.unixfs import CHUNK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from node.importers.delivery import Delivery, Entry
    from node.precheck.finding import Finding
    from node.precheck.matching import Listed
    from storage.sm3 import Hasher

DIGITS = {"sha256": 64, "sm3": 64, "md5": 32}
"""Columns of a list that hold digests, and how long those are; others are told of by the check of the cells."""
SHOWN = {"sha256": "SHA-256", "sha512": "SHA-512", "sha1": "SHA-1", "sm3": "SM3", "md5": "MD5"}


@dataclass(frozen=True, slots=True)
class Hashed:
    """A file as it was read: its SHA-256, that of its first block, and other digests that were asked for."""

    sha256: bytes
    first: bytes
    others: dict[str, str]


def hash_all(
    delivery: Delivery, expected: dict[str, dict[str, str]], step: Callable[[int], None]
) -> tuple[dict[str, Hashed], list[Finding]]:
    """Read every file; give the digests, and findings about files that cannot be read.

    ``step`` gets the bytes of each file that is done, in the thread of the caller.
    """
    hashed: dict[str, Hashed] = {}
    findings: list[Finding] = []

    def one(item: tuple[str, Entry]) -> tuple[str, Hashed | Finding]:
        path, entry = item
        try:
            return path, _hash(entry, expected.get(path, {}).keys() - {"sha256"})
        except UNREADABLE as error:
            zh = chinese_reason(error) if isinstance(error, OSError) else "压缩数据损坏"
            return path, find("unreadable", value=path, reason=zh, reason_en=str(error), place={"file": path})

    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        for path, result in pool.map(one, delivery.files.items()):
            step(delivery.files[path].size)
            if isinstance(result, Hashed):
                hashed[path] = result
            else:
                findings.append(result)
    return hashed, findings


def _hash(entry: Entry, algorithms: set[str]) -> Hashed:
    whole, others = hashlib.sha256(), {name: _new(name) for name in algorithms}
    first = b""
    with entry.open() as stream:
        while piece := stream.read(CHUNK):
            first = first or hashlib.sha256(piece).digest()
            whole.update(piece)
            for other in others.values():
                other.update(piece)
    return Hashed(whole.digest(), first, {name: other.digest().hex() for name, other in others.items()})


def _new(algorithm: str) -> Hasher:
    return new_sm3() if algorithm == "sm3" else hashlib.new(algorithm, usedforsecurity=False)


def expected_digests(listed: list[Listed], delivery: Delivery) -> dict[str, dict[str, str]]:
    """Give what list and bag say of each path, as path → algorithm → hexadecimal."""
    expected = {path: dict(digests) for path, digests in delivery.listed.items()}
    columns: dict[int, dict[str, list[str]]] = {}
    for item in listed:
        if id(item.table) not in columns:
            said = {name: item.table.column(name) for name in DIGITS}
            columns[id(item.table)] = {name: texts for name, texts in said.items() if texts is not None}
        for name, texts in columns[id(item.table)].items():
            if len(texts[item.place]) == DIGITS[name]:
                expected.setdefault(item.path, {})[name] = texts[item.place].lower()
    return expected


def check_digests(
    hashed: dict[str, Hashed], expected: dict[str, dict[str, str]], listed: list[Listed]
) -> Iterator[Finding]:
    """Compare; a folder's SHA-256 is that of its manifest."""
    rows = {item.path: item for item in listed}
    for path, digests in expected.items():
        found = _found(path, hashed)
        for name, text in digests.items():
            if name in found and found[name] != text:
                where: dict[str, Any] = {"file": path}
                if path in rows and name in rows[path].table.fields:
                    where = place(rows[path].table, name, [rows[path].place]) | {"paths": (path,)}
                yield find("digest-differs", value=path, algorithm=SHOWN[name], found=found[name], place=where)


def _found(path: str, hashed: dict[str, Hashed]) -> dict[str, str]:
    if path in hashed:
        return hashed[path].others | {"sha256": hashed[path].sha256.hex()}
    inside = path.rstrip("/") + "/"
    members = [
        ManifestLine(path=name.removeprefix(inside), sha256=digest.sha256)
        for name, digest in hashed.items()
        if name.startswith(inside)
    ]
    return {"sha256": hashlib.sha256(format_manifest(members)).hexdigest()} if members else {}
