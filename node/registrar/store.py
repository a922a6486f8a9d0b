"""Storing: from the source to durable payload, block index and journal, group by group.

Order of writes for a group, and what a crash in between leaves:
1. payloads are copied into the staging folder, hashed on the way   → staging is swept at the next start
2. the journal gives the numbers, stage "numbered", and names the
   objects of edited drafts that will grow by a version              → the same request finds its number again;
                                                                       grown objects are taken back at the next start
3. objects move into the storage root, one syncfs for the group      → an object without acknowledgement; replaced
4. block index rows, durable                                         → rows of an object that will be replaced
5. the journal gives the stage that was asked for                    → registering goes on by itself
"""

from __future__ import annotations

from concurrent.futures import Future
from contextlib import closing
from dataclasses import replace
from threading import Event
from typing import TYPE_CHECKING

from node.registrar.numbering import Numbering, Placing, Stored
from node.registrar.outcome import Refused
from node.registrar.package import missing_file
from node.registrar.repetition import changed_since_checked, refused, unstorable
from storage.ahead import ahead
from storage.errors import DiskFull, StorageError
from storage.root import Staged

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from node.registrar.request import RegisterRequest
    from storage.blocks import BlockIndex
    from storage.journal import Journal
    from storage.resources import ResourceRow
    from storage.root import StorageRoot

    _Asked = tuple[RegisterRequest, Stored | None]
    """A request, and what lies here of it already."""
    Step = Stored | Refused | Future[Stored | Staged]

GROUP = 200
"""Resources that share one syncfs; at most this many are copied before the first is acknowledged as stored."""
LARGEST_STAGED = 1 << 30
"""Bytes after which a group is closed early, so that large files are not kept waiting."""


class _Stopped(Exception):  # noqa: N818 - nobody hears of it
    """The copy of a file that nobody waits for any more."""


class _Copying:
    """Told of each piece that a run copies, in whatever thread; once stopped, it ends the copies there."""

    def __init__(self, taken: Callable[[int], None] | None) -> None:
        self._taken = taken
        self._stopped = Event()

    def stop(self) -> None:
        """Let every copy end at its next piece."""
        self._stopped.set()

    def took(self, size: int) -> None:
        """Pass on how much was copied."""
        if self._stopped.is_set():
            raise _Stopped
        if self._taken is not None:
            self._taken(size)


class Store:
    """Puts requests into the storage root and the journal."""

    def __init__(
        self,
        *,
        institution: str,
        root: StorageRoot,
        blocks: BlockIndex,
        journal: Journal,
        clock: Callable[[], float],
        salt: Callable[[], str],
        crash_point: Callable[[str], None],
    ) -> None:
        self._numbering = Numbering(institution=institution, root=root, journal=journal, clock=clock, salt=salt)
        self._root = root
        self._blocks = blocks
        self._journal = journal
        self._clock = clock
        self._crash_point = crash_point

    def run(
        self, requests: Iterable[RegisterRequest], *, stage: str, taken: Callable[[int], None] | None = None
    ) -> Iterator[Stored | Refused]:
        """Store requests and bring them to a stage; one that cannot be stored is refused and holds up no other.

        ``taken`` gets the bytes of each piece that was copied.
        """
        with closing(self.steps(requests, stage=stage, taken=taken)) as steps:
            for step in steps:
                if not isinstance(step, Future):
                    yield step

    def steps(
        self, requests: Iterable[RegisterRequest], *, stage: str, taken: Callable[[int], None] | None = None
    ) -> Generator[Step, None, None]:
        """Do as `run` does, step by step, for a caller that has other things to do while files are copied.

        A future among the outcomes says that a file is being copied in a thread: the next step waits for it, whoever
        waits first has the time until then. All else, the journal's part above all, is done in the caller's thread.
        Closing it early leaves what is stored, and nothing in the staging folder.
        """
        self._numbering.begin_run()
        copying = _Copying(taken)
        group: list[tuple[RegisterRequest, Staged]] = []
        size = 0
        try:
            with closing(self._stage_all(requests, stage, copying)) as results:
                for (request, _), future in results:
                    yield from self._given_on(future, copying)
                    staged = self._taken_in(request, future)
                    if isinstance(staged, Stored | Refused):
                        yield staged
                        continue
                    self._crash_point("staged")
                    group.append((request, staged))
                    size += staged.size
                    if len(group) == GROUP or size >= LARGEST_STAGED:
                        whole, group, size = group, [], 0
                        yield from self._store_group(whole, stage)
            whole, group = group, []
            if whole:
                yield from self._store_group(whole, stage)
        finally:
            for _, staged in group:
                self._root.discard(staged)

    def _given_on(self, future: Future[Stored | Staged], copying: _Copying) -> Iterator[Future[Stored | Staged]]:
        """Give a future to wait for; when nobody comes back for it, copying stops at the next piece."""
        try:
            yield future
        except GeneratorExit:
            copying.stop()
            if not future.cancel() and future.exception() is None:
                self._drop(future.result())
            raise

    def _taken_in(self, request: RegisterRequest, future: Future[Stored | Staged]) -> Stored | Staged | Refused:
        """Look at what was staged before it is given a number; raise DiskFull."""
        try:
            staged = future.result()
        except DiskFull:
            raise
        except StorageError as error:
            return unstorable(error, request)
        if isinstance(staged, Stored):
            return staged
        if request.expected not in (None, staged.content_digest):
            self._root.discard(staged)
            return refused(changed_since_checked(request), request)
        if (missing := missing_file(request.metadata, staged)) is not None:
            self._root.discard(staged)
            return refused(missing, request)
        return staged

    def _stage_all(
        self, requests: Iterable[RegisterRequest], stage: str, copying: _Copying
    ) -> Generator[tuple[_Asked, Future[Stored | Staged]], None, None]:
        """Give each request with what lies here already or what is staged; large files are staged two at once."""

        def work(asked: _Asked) -> Stored | Staged:
            request, known = asked
            if known is not None:
                return known
            with request.opened() as source:
                return self._root.stage(source, left_out=request.left_out, progress=copying.took)

        def worth(asked: _Asked) -> bool:
            request, known = asked
            return known is None and (request.unpack is not None or self._root.is_worth_a_thread(request.source))

        asked = ((request, self._known(request, stage)) for request in requests)
        return ahead(work, asked, undo=self._drop, worth=worth)

    def _drop(self, done: Stored | Staged) -> None:
        if isinstance(done, Staged):
            self._root.discard(done)

    def _known(self, request: RegisterRequest, stage: str) -> Stored | None:
        """Take up what lies here whole with the content that a pre-check has just read at the source; else None."""
        if request.expected is None:
            return None
        with self._journal.transaction():
            return self._numbering.take_up(request, request.expected, stage)

    def _store_group(self, group: list[tuple[RegisterRequest, Staged]], stage: str) -> Iterator[Stored | Refused]:
        outcomes: list[Stored | Refused] = []
        placings: list[Placing] = []
        with self._journal.transaction():
            for request, staged in group:
                outcome, placing = self._numbering.give(request, staged, stage)
                outcomes.append(outcome)
                if placing is None:
                    self._root.discard(staged)
                else:
                    placings.append(placing)
        self._crash_point("numbered")
        rows = [self._place(placing) for placing in placings]
        self._crash_point("placed")
        self._root.sync()
        self._blocks.add_many(
            [(placing.staged, row.payload_id) for placing, row in zip(placings, rows, strict=True)
             if placing.new_payload]
        )  # fmt: skip
        self._crash_point("indexed")
        with self._journal.transaction():
            fresh = [row.matter for placing, row in zip(placings, rows, strict=True) if not placing.edits]
            self._journal.matters.mark_stored(fresh, stage)
            for placing, row in zip(placings, rows, strict=True):
                if placing.edits:
                    self._journal.resources.replace_version(row)
                    self._journal.matters.move([row.matter], stage, time=int(self._clock()), note="edited")
                    self._journal.resources.end_growing(row.number)
        self._crash_point("stored")
        yield from outcomes

    def _place(self, placing: Placing) -> ResourceRow:
        row, staged = placing.row, placing.staged
        if not placing.edits:
            self._root.place(staged, row.number, metadata=row.metadata)
            return row
        if placing.new_payload:
            grown = self._root.grow(row.number, staged, metadata=row.metadata, message="edited before registration")
            return replace(row, payload_at=grown, metadata_at=grown)
        self._root.discard(staged)
        grown = self._root.grow(row.number, None, metadata=row.metadata, message="edited before registration")
        return replace(row, metadata_at=grown)
