"""The unit index: a folder of segments, derived from the unit lists and made anew from them at any time.

A list gets its segment while it is being registered, before it is acknowledged. Small ones are merged, so that how
many segments a search opens grows with the units and not with the registrations: the new segment first, durable, then
the old ones go. A crash leaves segments of lists that nobody registered (no journal row, so nobody asks them), both the
merged segment and those in it (the larger one counts, the next merge removes the others), ".partial" ones, or a folder
of segments half made anew (the next making anew removes it). A list without a whole segment is searched line by line.
Owned by the process that holds the home's lock, read by any.
"""

from __future__ import annotations

import hashlib
import itertools
import shutil
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from node.registrar.unit_indexing import IndexingProcess, content_of
from node.registrar.unit_merging import LARGE, HeldSegment, in_order, runs_of_small
from storage.durable import sync_folder
from storage.errors import told_of
from storage.unit_segment import UnitSegment, head_of
from storage.unit_segment_head import TornSegmentError
from storage.unit_segment_writing import merge_segments, write_segment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from storage.unit_segment_writing import ListContent

_ANEW = "anew"
"""The folder, in that of the segments, where all of them are made anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToIndex:
    """A unit list that is to be indexed."""

    file: Path
    digest: bytes


class UnitIndex:
    """The folder of segments."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process = IndexingProcess()

    def catalogue(self) -> dict[bytes, HeldSegment]:
        """Say for each indexed list which segment has it, the one of most lists; torn heads are passed over."""
        held = sorted(self._held(), key=lambda each: (len(each.head.lists), each.path.name))
        return {digest: each for each in held for digest, _ in each.head.lists}

    def begin(self, list_: ToIndex) -> None:
        """Have a list indexed beside what goes on here."""
        self._folder.mkdir(exist_ok=True)
        self._process.begin(list_.file, list_.digest, self._path([list_.digest]))

    def give_up(self) -> None:
        """End what was begun."""
        self._process.give_up()

    def finish(self, lists: Sequence[ToIndex]) -> list[ToIndex]:
        """Wait for what was begun, and index here those of these lists that have no segment then.

        Gives the lists that could not be: they are not there, unreadable, or not what their digest says.
        """
        self._process.finish()
        damaged: list[ToIndex] = []
        with told_of(str(self._folder)):
            self._folder.mkdir(exist_ok=True)
            indexed = self.catalogue()
            for known, neighbours in itertools.groupby(lists, key=lambda each: each.digest in indexed):
                if not known:
                    damaged += self._index(neighbours)
        return damaged

    def make_anew(self, lists: Sequence[ToIndex]) -> list[ToIndex]:
        """Index all lists beside what is there, which goes when that is whole; give the lists that could not be.

        A whole segment of such a list stays: one damaged list is no reason to have none of its units found.
        """
        beside = UnitIndex(self._folder / _ANEW)
        with told_of(str(self._folder)):
            self._folder.mkdir(exist_ok=True)
            shutil.rmtree(self._folder / _ANEW, ignore_errors=True)
            try:
                damaged = beside.finish(lists)
                beside.merge([each.digest for each in lists])
                held = self.catalogue()
                kept = {held[each.digest].path.name for each in damaged if _is_whole(held.get(each.digest))}
                for path in list((self._folder / _ANEW).glob("*.units")):
                    path.replace(self._folder / path.name)
                    kept.add(path.name)
                sync_folder(self._folder)
            finally:
                shutil.rmtree(self._folder / _ANEW, ignore_errors=True)
            for path in self._folder.iterdir():
                if path.name not in kept:
                    path.unlink()
        return damaged

    def merge(self, order: Sequence[bytes]) -> None:
        """Merge small neighbours; ``order`` has the digests of all registered lists, oldest first."""
        with told_of(str(self._folder)):
            catalogue = self.catalogue()
            counted = {each.path for each in catalogue.values()}
            for held in self._held():
                if held.path not in counted:
                    held.path.unlink()
            for some in runs_of_small(list(in_order(order, catalogue))):
                self._merge(some)

    def _index(self, neighbours: Iterable[ToIndex]) -> list[ToIndex]:
        """Write large segments of lists; one that is damaged, which is given, parts its neighbours."""
        damaged: list[ToIndex] = []
        some: list[ListContent] = []
        for each in neighbours:
            content = content_of(each.file, each.digest)
            if content is None:
                damaged.append(each)
            else:
                some.append(content)
            if content is None or sum(len(one.texts) for one in some) >= LARGE:
                self._write(some)
                some = []
        self._write(some)
        return damaged

    def _write(self, some: Sequence[ListContent]) -> None:
        if some:
            write_segment(self._path([each.digest for each in some]), some)

    def _merge(self, some: Sequence[HeldSegment]) -> None:
        with ExitStack() as stack:
            try:
                segments = [stack.enter_context(closing(UnitSegment(each.path))) for each in some]
                merge_segments(self._path([digest for each in some for digest, _ in each.head.lists]), segments)
            except TornSegmentError:
                return  # its lists are searched line by line, and who does so is told of `units reindex`
        for each in some:
            each.path.unlink()

    def _held(self) -> Iterator[HeldSegment]:
        for path in self._folder.glob("*.units") if self._folder.is_dir() else ():
            try:
                yield HeldSegment(path=path, head=head_of(path))
            except (OSError, TornSegmentError):
                continue

    def _path(self, digests: Sequence[bytes]) -> Path:
        name = digests[0] if len(digests) == 1 else hashlib.sha256(b"".join(digests)).digest()
        return self._folder / f"{name.hex()}.units"


def _is_whole(held: HeldSegment | None) -> bool:
    """Tell whether a segment is there, and every page of it as it was written."""
    if held is None:
        return False
    try:
        with closing(UnitSegment(held.path)) as segment:
            for section in (segment.offsets, segment.pairs, segment.keys):
                section.all()
    except (OSError, TornSegmentError):
        return False
    return True
