r"""The manifest 清单 of a many-file resource: one line a file, whose SHA-256 is the resource's content digest.

Form: UTF-8, ``digest␠␠path\n`` with lower-case SHA-256 and a relative POSIX path, sorted by the bytes of the path; so
``sha256sum -c`` reads it as it stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from node.errors import BadInput

_LINE = re.compile(r"([0-9a-f]{64})  ([^\x00-\x1f\x7f\\%]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestLine:
    """One file of a tree: its relative path and its SHA-256 (32 bytes)."""

    path: str
    sha256: bytes


def format_manifest(lines: list[ManifestLine]) -> bytes:
    """Give the canonical bytes of a manifest from its lines in any order."""
    return manifest_of({line.path: line.sha256 for line in lines})


def manifest_of(digests: dict[str, bytes]) -> bytes:
    """Give the canonical bytes of a manifest from path → digest, whatever the digest's algorithm."""
    ordered = sorted(digests, key=str.encode)
    return "".join(f"{digests[path].hex()}  {path}\n" for path in ordered).encode()


def parse_manifest(data: bytes) -> list[ManifestLine]:
    """Read a manifest; raise BadInput unless it is canonical: every line well-formed, sorted, no path twice."""
    lines: list[ManifestLine] = []
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise BadInput("清单不是 UTF-8", "the manifest is not UTF-8") from error
    for row, line in enumerate(text.removesuffix("\n").split("\n"), start=1):
        match = _LINE.fullmatch(line)
        if match is None or any(part in ("", ".", "..") for part in match[2].split("/")):
            raise BadInput(f"清单第 {row} 行形式不对", f"line {row} of the manifest is malformed", row=row)
        lines.append(ManifestLine(path=match[2], sha256=bytes.fromhex(match[1])))
    if len({line.path for line in lines}) != len(lines) or format_manifest(lines) != data:
        zh, en = "清单不是规范形式(按路径字节排序、不重复)", "the manifest is not canonical (sorted, no path twice)"
        raise BadInput(zh, en)
    return lines
