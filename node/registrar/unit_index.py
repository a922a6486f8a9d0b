"""The unit index: a folder with one index file a unit list, derived from the lists and made anew at any time.

It is written while a unit file is being registered, by a process of its own, so that the second core does it; it is in
the file system before the sync that acknowledges the batches. A crash leaves files of lists that nobody registered
(they are overwritten when the list comes again, and removed by `units reindex`) or ".partial" ones. A list without its
file is still searched, line by line.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

from node.records import canonical
from node.registrar.unit_terms import keys_of, taken_back, text_of
from storage.errors import told_of
from storage.unit_index import UnitIndexFile, write_index

if TYPE_CHECKING:
    from collections.abc import Iterable


class UnitIndex:
    """The folder of index files; written by the process that holds the home's lock, read by any."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._child: subprocess.Popen[str] | None = None

    def path_of(self, list_digest: bytes) -> Path:
        """Give the path of a list's index file."""
        return self._folder / f"{list_digest.hex()}.units"

    def open(self, list_digest: bytes) -> UnitIndexFile | None:
        """Open a list's index file; None when it is not there or torn."""
        try:
            return UnitIndexFile(self.path_of(list_digest))
        except (OSError, ValueError):
            return None

    def has(self, list_digest: bytes) -> bool:
        """Tell whether a list is indexed."""
        found = self.open(list_digest)
        if found is not None:
            found.close()
        return found is not None

    def begin(self, list_file: Path, list_digest: bytes) -> None:
        """Have a list indexed beside what goes on here; `finish` waits for it."""
        if self._child is None:
            self._folder.mkdir(exist_ok=True)
            command = [sys.executable, "-P", "-m", "node.registrar.unit_index"]
            environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
            pipe = subprocess.PIPE
            self._child = subprocess.Popen(command, stdin=pipe, stdout=pipe, env=environment, text=True)  # noqa: S603 - this very module
        assert self._child.stdin is not None  # noqa: S101 - a pipe was asked for
        try:
            print(json.dumps([str(list_file), str(self.path_of(list_digest))]), file=self._child.stdin, flush=True)
        except BrokenPipeError:
            return  # it has died; `finish` tells

    def finish(self) -> None:
        """Wait until what was begun is done; what it could not do is missing then."""
        if self._child is not None:
            child, self._child = self._child, None
            child.communicate()

    def give_up(self) -> None:
        """End what was begun; files that are there already are those of lists that may come again."""
        if self._child is not None:
            self._child.kill()
            self._child.communicate()
            self._child = None

    def add(self, list_file: Path, list_digest: bytes) -> None:
        """Index a list here and now."""
        with told_of(str(self._folder)):
            self._folder.mkdir(exist_ok=True)
            index_list(list_file, self.path_of(list_digest))

    def keep_only(self, list_digests: Iterable[bytes]) -> None:
        """Remove files of lists that are not among these, and what crashes left."""
        wanted = {self.path_of(digest).name for digest in list_digests}
        for path in self._folder.glob("*") if self._folder.is_dir() else ():
            if path.name not in wanted:
                path.unlink()


def index_list(list_file: Path, index_file: Path) -> None:
    """Write the index file of a list."""
    lines = list_file.read_bytes().removesuffix(b"\n").split(b"\n")
    texts: list[str] = []
    keys: list[tuple[str, int]] = []
    taking = 0
    for position, line in enumerate(lines):
        unit = canonical.decode(line)
        texts.append(text_of(unit))
        keys += [(each, position) for each in keys_of(unit)]
        taking += bool(taken_back(unit))
    offsets = list(accumulate((len(line) + 1 for line in lines), initial=0))
    write_index(index_file, texts, keys, offsets, taking=taking)


def _serve() -> None:
    """Index what is asked for on standard input, until it ends with the process that asks."""
    for request in sys.stdin:
        list_file, index_file = json.loads(request)
        index_list(Path(list_file), Path(index_file))


if __name__ == "__main__":
    _serve()
