"""The papers of a backup: `backup.json` says whose it is and up to where; `manifest-sha256.txt` names every file.

The manifest has the form of sha256sum, so `sha256sum -c manifest-sha256.txt` checks a backup without this software;
`backup.json` holds the manifest's own digest.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from node.errors import BadInput, Doubtful, Words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

FORMAT, VERSION = "zhicang-backup", 1
SUMMARY, MANIFEST = "backup.json", "manifest-sha256.txt"
_DIGITS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The highest header that a home had or had proof of; hash as 64 hex digits."""

    height: int
    block_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a backup says of itself."""

    software: str
    made: int
    """UTC seconds, this machine's clock."""
    institution: str
    chain: str
    chain_id: int
    genesis_hash: str
    head: Head
    resources: int
    files: int
    size: int
    manifest: str
    """SHA-256 of the manifest."""

    def to_bytes(self) -> bytes:
        """Give the bytes of backup.json."""
        value = {"format": FORMAT, "version": VERSION} | asdict(self)
        return json.dumps(value, indent=2, ensure_ascii=False).encode() + b"\n"


def read_summary(folder: Path) -> Summary:
    """Read what a backup says of itself; raise BadInput where there is none, Doubtful where it is damaged."""
    path = folder / SUMMARY
    try:
        value = json.loads(path.read_bytes())
        if (value.pop("format"), value.pop("version")) != (FORMAT, VERSION):
            zh, en = "不是本版软件能读的备份", "no backup that this version reads"
            raise BadInput(zh, en, file=str(path))
        return Summary(**(value | {"head": Head(**value["head"])}))
    except (FileNotFoundError, NotADirectoryError):
        mend = Words("指明 zhicang backup 写出的目录", "name the folder that zhicang backup wrote")
        raise BadInput("这里没有备份", "there is no backup here", mend=mend, file=str(folder)) from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Doubtful("备份说明已损坏", "the backup's summary is damaged", file=str(path)) from error


def manifest_bytes(digests: Mapping[str, bytes]) -> bytes:
    """Give the manifest's bytes: every file's digest and path, in the order of paths."""
    return "".join(f"{digests[path].hex()}  {path}\n" for path in sorted(digests)).encode()


def read_manifest(folder: Path, summary: Summary) -> Iterator[tuple[str, bytes]]:
    """Give (path, digest) of every file; raise Doubtful where the manifest is not the summary's, or leads elsewhere."""
    path = folder / MANIFEST
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != summary.manifest:
        raise Doubtful("备份清单与其说明不符", "the manifest is not the one of the summary", file=str(path))
    for line in data.decode().splitlines():
        digest, name = line[:_DIGITS], line[_DIGITS + 2 :]
        if name.startswith("/") or ".." in name.split("/"):
            raise Doubtful("备份清单指向目录之外", "the manifest leads out of its folder", file=str(path))
        yield name, bytes.fromhex(digest)
