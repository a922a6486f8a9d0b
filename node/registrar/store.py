"""Storing: from the source to durable payload, block index and journal, group by group.

Order of writes for a group, and what a crash in between leaves:
1. payloads are copied into the staging folder, hashed on the way   → staging is swept at the next start
2. the journal gives the numbers, stage "numbered"                   → the same request finds its number again
3. objects move into the storage root, one syncfs for the group      → an object without acknowledgement; replaced
4. block index rows, durable                                         → rows of an object that will be replaced
5. the journal says "stored"                                         → registering goes on by itself
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from node.errors import BadInput, Words
from node.records import canonical
from node.records.metadata import Metadata
from node.records.number import LARGEST_SERIAL, Number
from node.registrar.outcome import Refused
from storage.errors import DiskFull, StorageError
from storage.resources import ResourceRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from node.registrar.request import RegisterRequest
    from storage.blocks import BlockIndex
    from storage.journal import Journal
    from storage.root import Staged, StorageRoot

GROUP = 200
"""Resources that share one syncfs; at most this many are copied before the first is acknowledged as stored."""
LARGEST_STAGED = 1 << 30
"""Bytes after which a group is closed early, so that large files are not kept waiting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A request whose resource is in the journal, and whether this run stored it."""

    request: RegisterRequest
    number: str
    fresh: bool
    duplicate_of: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()


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
        self._institution = institution
        self._root = root
        self._blocks = blocks
        self._journal = journal
        self._clock = clock
        self._salt = salt
        self._crash_point = crash_point

    def run(self, requests: Iterable[RegisterRequest]) -> Iterator[Stored | Refused]:
        """Store requests; one that cannot be stored is refused and holds up no other."""
        group: list[tuple[RegisterRequest, Staged]] = []
        size = 0
        for request in requests:
            try:
                staged = self._root.stage(request.source, left_out=request.left_out)
            except DiskFull:
                for _, earlier in group:
                    self._root.discard(earlier)
                raise
            except StorageError as error:
                yield Refused(source=str(request.source), error=_told(error, request))
                continue
            self._crash_point("staged")
            group.append((request, staged))
            size += staged.size
            if len(group) == GROUP or size >= LARGEST_STAGED:
                yield from self._store_group(group)
                group, size = [], 0
        if group:
            yield from self._store_group(group)

    def _store_group(self, group: list[tuple[RegisterRequest, Staged]]) -> Iterator[Stored | Refused]:
        outcomes: list[Stored | Refused] = []
        to_place: list[tuple[ResourceRow, Staged]] = []
        with self._journal.transaction():
            for request, staged in group:
                outcome, row = self._number(request, staged)
                outcomes.append(outcome)
                if row is None:
                    self._root.discard(staged)
                else:
                    to_place.append((row, staged))
        self._crash_point("numbered")
        for row, staged in to_place:
            self._root.place(staged, row.number, metadata=row.metadata)
        self._crash_point("placed")
        self._root.sync()
        self._blocks.add_many([(staged, row.number) for row, staged in to_place])
        self._crash_point("indexed")
        with self._journal.transaction():
            self._journal.resources.mark_stored(row.number for row, _ in to_place)
        self._crash_point("stored")
        yield from outcomes

    def _number(self, request: RegisterRequest, staged: Staged) -> tuple[Stored | Refused, ResourceRow | None]:
        """Find the number of a repeated request or give a new one; the row is None when nothing is to be placed."""
        key = request.client_key(staged.content_digest)
        earlier = self._journal.resources.by_client_key(key)
        if earlier is not None:
            refusal = _difference(earlier, request, staged)
            if refusal is not None:
                return Refused(source=str(request.source), error=refusal), None
            placed = earlier.stage != "numbered"
            stored = Stored(request=request, number=earlier.number, fresh=not placed, ignored=tuple(staged.ignored))
            return stored, None if placed else earlier
        replaced = request.metadata.replaces
        if replaced and ((other := self._journal.resources.by_number(replaced)) is None or other.stage != "confirmed"):
            zh, en = f"所替代的 {replaced} 未在本库登记", f"{replaced}, which it replaces, is not registered here"
            return Refused(source=str(request.source), error=_at(BadInput(zh, en, field="replaces"), request)), None
        row = self._new_row(request, staged, key)
        duplicates = [other.number for other in self._journal.resources.by_content_digest(staged.content_digest)
                      if other.kind == staged.kind]  # fmt: skip
        self._journal.resources.insert(row)
        stored = Stored(
            request=request,
            number=row.number,
            fresh=True,
            duplicate_of=tuple(duplicates),
            ignored=tuple(staged.ignored),
        )
        return stored, row

    def _new_row(self, request: RegisterRequest, staged: Staged, key: str) -> ResourceRow:
        metadata = request.metadata
        serial = self._journal.resources.next_serial(metadata.period)
        if serial > LARGEST_SERIAL:
            zh, en = f"{metadata.period} 年度的流水号已用完", f"no serial is left in {metadata.period}"
            raise BadInput(zh, en, field="period")
        salt = "" if metadata.is_open else self._salt()
        return ResourceRow(
            number=str(Number(institution=self._institution, period=metadata.period, serial=serial)),
            client_key=key,
            source_path=str(request.source.absolute()),
            kind=staged.kind,
            content_digest=staged.content_digest,
            cid=bytes(staged.cid.binary),
            size=staged.size,
            files=len(staged.files),
            metadata=canonical.encode(metadata.to_json(salt)),
            metadata_digest=metadata.digest(salt),
            title=metadata.title,
            client_ref=metadata.client_ref,
            period=metadata.period,
            stage="numbered",
            created=int(self._clock()),
        )


def _difference(earlier: ResourceRow, request: RegisterRequest, staged: Staged) -> BadInput | None:
    """Say in what a request with an earlier one's key differs from it, or None when it is the same."""
    if earlier.content_digest != staged.content_digest or earlier.kind != staged.kind:
        zh = f"自有编号 {earlier.client_ref} 已登记为 {earlier.number},内容却不同"
        en = f"client_ref {earlier.client_ref} is registered as {earlier.number} with other content"
        mend = Words("内容变了应办“换版”(supersede),或改用新的自有编号", "supersede it, or give a new client_ref")
        return _at(BadInput(zh, en, mend=mend, field="client_ref"), request)
    before = Metadata.from_json(canonical.decode(earlier.metadata))
    changed = before.differing_fields(request.metadata)
    if changed:
        names = ", ".join(changed)
        zh, en = f"{earlier.number} 的著录与原登记不同:{names}", f"{earlier.number} was registered with other {names}"
        mend = Words("著录变了应办“更正”(amend)", "corrected metadata is an act of its own: amend")
        return _at(BadInput(zh, en, mend=mend, field=changed[0]), request)
    return None


def _at(error: BadInput, request: RegisterRequest) -> BadInput:
    """Say where the request stood: in its list, or by its source."""
    error.file, error.row = request.list_file or str(request.source), request.row
    return error


def _told(error: StorageError, request: RegisterRequest) -> StorageError:
    """Say in which row of a list the source stood."""
    if request.list_file is not None:
        words = error.words
        error.words = type(words)(f"{error.file}:{words.zh}", f"{error.file}: {words.en}")
        error.file, error.row, error.field = request.list_file, request.row, "path"
    return error
