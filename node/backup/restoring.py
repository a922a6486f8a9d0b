"""Restoring: a backup becomes a home again, every file held against the manifest, and waits to be confirmed.

The file `restored.json` in a home says that it came out of a backup and that nobody has confirmed yet that it is the
newest state. While it is there nothing is signed: what came after the backup may stand on the chain, and a second
history of it must not come about. A crash while restoring leaves a hidden folder; a home has its name with this file.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from node.backup.copying import copy_file, files_below, sync_all
from node.backup.manifest import MANIFEST, SUMMARY, read_manifest, read_summary
from node.backup.room import needing_room
from node.building import LOCK_NAME, building
from node.errors import Doubtful
from node.home import Home
from storage.durable import write_durably

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from node.backup.manifest import Summary

PURPOSE = "restoring"
"""By this word the folder is known that a killed restoring leaves."""
FORMAT, VERSION = "zhicang-restored", 1


def restore(
    folder: Path,
    path: Path,
    *,
    clock: Callable[[], float],
    random_bytes: Callable[[int], bytes],
    step: Callable[[], None] = lambda: None,
) -> Summary:
    """Make a home at `path` from a backup; raise Doubtful for a damaged backup, BadInput when something is there."""
    summary = read_summary(folder)
    with needing_room(path), building(path, PURPOSE, random_bytes=random_bytes) as hidden:
        named = dict(read_manifest(folder, summary))
        surplus = {str(each.relative_to(folder)) for each in files_below(folder)} - set(named) - {MANIFEST, SUMMARY}
        if surplus:
            raise Doubtful("备份里有清单之外的文件", "a file that the manifest does not name", file=min(surplus))
        for name, digest in named.items():
            if name == LOCK_NAME or not (folder / name).is_file():
                raise Doubtful("备份缺少清单所列的文件", "a file of the manifest is missing", file=str(folder / name))
            if copy_file(folder / name, hidden / name) != digest:
                zh, en = "备份里的文件与清单不符", "a file of the backup is not what the manifest says"
                raise Doubtful(zh, en, file=str(folder / name))
            step()
        home = Home(hidden)
        home.staging.mkdir(exist_ok=True)
        home.proofs.mkdir(exist_ok=True)
        (hidden / "keystores").chmod(0o700)
        value = {"format": FORMAT, "version": VERSION, "restored": int(clock()), "made": summary.made}
        write_durably(home.restored, json.dumps(value).encode() + b"\n")
        sync_all(hidden)
    return summary
