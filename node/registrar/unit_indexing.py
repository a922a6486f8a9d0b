"""Indexing unit lists: what a list is found by, taken from its lines, here or in a process beside this one.

The process is this very module: it is told a list a line, and ends with its standard input. The second core does its
work while the next list is read; what it could not do is missing afterwards, and whoever waits for it does that here.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import subprocess
import sys
from itertools import accumulate
from pathlib import Path

from node.interpreter import command_of
from node.records import canonical
from node.registrar.unit_terms import keys_of, taken_back, text_of
from storage.unit_segment_writing import ListContent, write_segment


class IndexingProcess:
    """The process that indexes lists; it is started by the first."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[str] | None = None

    def begin(self, list_file: Path, list_digest: bytes, segment: Path) -> None:
        """Have a list indexed beside what goes on here; `finish` waits for it."""
        if self._child is None:
            self._child = subprocess.Popen(  # noqa: S603 - this very module
                command_of("node.registrar.unit_indexing"),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                process_group=0,
                text=True,
            )
        assert self._child.stdin is not None  # noqa: S101 - a pipe was asked for
        try:
            print(json.dumps([str(list_file), list_digest.hex(), str(segment)]), file=self._child.stdin, flush=True)
        except BrokenPipeError:
            return  # it has died; `finish` tells

    def finish(self) -> None:
        """Wait until what was begun is done; what it could not do is missing then."""
        if self._child is not None:
            child, self._child = self._child, None
            child.communicate()

    def give_up(self) -> None:
        """End what was begun; segments that are there already are those of lists that may come again."""
        if self._child is not None:
            self._child.kill()
            self._child.communicate()
            self._child = None


def content_of(list_file: Path, digest: bytes) -> ListContent | None:
    """Give what the list of a SHA-256 is found by; None when the file is unreadable or is not that list.

    What is indexed under a digest has that digest: otherwise a list that was damaged would, once it is whole again, be
    searched by what the damage said.
    """
    try:
        data = list_file.read_bytes()
    except OSError:
        return None
    if hashlib.sha256(data).digest() != digest:
        return None
    lines = data.removesuffix(b"\n").split(b"\n")
    units = [canonical.decode(line) for line in lines]
    return ListContent(
        digest=digest,
        texts=[text_of(unit) for unit in units],
        keys=[list(keys_of(unit)) for unit in units],
        offsets=list(accumulate((len(line) + 1 for line in lines), initial=0)),
        taking=sum(bool(taken_back(unit)) for unit in units),
    )


def _serve() -> None:
    """Index what is asked for on standard input, until it ends with the process that asks."""
    for request in sys.stdin:
        list_file, digest, segment = json.loads(request)
        content = content_of(Path(list_file), bytes.fromhex(digest))
        if content is not None:
            with contextlib.suppress(OSError):  # whoever waits for it meets the same, and tells
                write_segment(Path(segment), [content])


if __name__ == "__main__":
    _serve()
