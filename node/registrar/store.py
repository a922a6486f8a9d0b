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

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from node.errors import BadInput, Words
from node.records import canonical
from node.records.metadata import Metadata
from node.records.number import LARGEST_SERIAL, Number
from node.registrar.outcome import Refused
from storage.errors import DiskFull, StorageError
from storage.matters import Code
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placing:
    """What a group has to place: a new object, or a new version of a draft's object (with other payload, or not)."""

    row: ResourceRow
    staged: Staged
    edits: bool = False
    new_payload: bool = True


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
        self._touched: set[str] = set()
        """Numbers of this run: one of them that comes again with other content or metadata is a contradiction."""

    def run(self, requests: Iterable[RegisterRequest], *, stage: str) -> Iterator[Stored | Refused]:
        """Store requests and bring them to a stage; one that cannot be stored is refused and holds up no other."""
        self._touched.clear()
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
                yield from self._store_group(group, stage)
                group, size = [], 0
        if group:
            yield from self._store_group(group, stage)

    def _store_group(self, group: list[tuple[RegisterRequest, Staged]], stage: str) -> Iterator[Stored | Refused]:
        outcomes: list[Stored | Refused] = []
        placings: list[_Placing] = []
        with self._journal.transaction():
            for request, staged in group:
                outcome, placing = self._number(request, staged, stage)
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

    def _place(self, placing: _Placing) -> ResourceRow:
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

    def _number(
        self, request: RegisterRequest, staged: Staged, stage: str
    ) -> tuple[Stored | Refused, _Placing | None]:
        """Find the number of a repeated request or give a new one; no placing where nothing is to be placed."""
        key = request.client_key(staged.content_digest)
        earlier = self._journal.resources.by_client_key(key)
        if earlier is not None and earlier.withdrawn and request.metadata.replaces == earlier.number:
            # the number is done with; who says that the new record replaces it takes over its key
            self._journal.resources.make_current(earlier.number, earlier.version, f"withdrawn:{earlier.number}")
            earlier = None
        if earlier is not None:
            return self._again(earlier, request, staged, stage)
        replaced = request.metadata.replaces
        if replaced and ((other := self._journal.resources.by_number(replaced)) is None or other.stage != "confirmed"):
            zh, en = f"所替代的 {replaced} 未在本库登记", f"{replaced}, which it replaces, is not registered here"
            return Refused(source=str(request.source), error=_at(BadInput(zh, en, field="replaces"), request)), None
        duplicates = [other.number for other in self._journal.resources.by_content_digest(staged.content_digest)
                      if other.kind == staged.kind]  # fmt: skip
        row = self._new_row(request, staged, key)
        self._journal.resources.insert(row)
        self._touched.add(row.number)
        stored = Stored(
            request=request,
            number=row.number,
            fresh=True,
            duplicate_of=tuple(duplicates),
            ignored=tuple(staged.ignored),
        )
        return stored, _Placing(row=row, staged=staged)

    def _again(
        self, earlier: ResourceRow, request: RegisterRequest, staged: Staged, stage: str
    ) -> tuple[Stored | Refused, _Placing | None]:
        """Resume a repeated request, or edit what is not sent yet."""
        changed = _changes(earlier, request, staged)
        again = Stored(request=request, number=earlier.number, fresh=False, ignored=tuple(staged.ignored))
        if earlier.withdrawn:
            return Refused(source=str(request.source), error=_at(_withdrawn(earlier), request)), None
        if changed and (earlier.number in self._touched or earlier.act is not None or earlier.stage == "confirmed"):
            twice = earlier.number in self._touched
            error = _difference(earlier, changed, twice=twice)
            return Refused(source=str(request.source), error=_at(error, request)), None
        if "period" in changed:
            return Refused(source=str(request.source), error=_at(_other_year(earlier), request)), None
        self._touched.add(earlier.number)
        if earlier.stage == "numbered":
            row = self._edited(earlier, request, staged) if changed else earlier
            if changed:
                self._journal.resources.replace_version(row)
            return replace(again, fresh=True), _Placing(row=row, staged=staged)
        if changed:
            self._journal.resources.begin_growing(earlier.number, self._root.inventory(earlier.number).head)
            row = self._edited(earlier, request, staged)
            placing = _Placing(row=row, staged=staged, edits=True, new_payload="content" in changed)
            return replace(again, fresh=True), placing
        if earlier.stage == "returned" or (earlier.stage == "draft" and stage != "draft"):
            self._journal.matters.move([earlier.matter], stage, time=int(self._clock()))
        return again, None

    def _edited(self, earlier: ResourceRow, request: RegisterRequest, staged: Staged) -> ResourceRow:
        return replace(
            self._described(request, staged),
            number=earlier.number, client_key=earlier.client_key, payload_at=earlier.payload_at,
            metadata_at=earlier.metadata_at, matter=earlier.matter, period=earlier.period, stage=earlier.stage,
            created=earlier.created,
        )  # fmt: skip

    def _new_row(self, request: RegisterRequest, staged: Staged, key: str) -> ResourceRow:
        period = request.metadata.period
        serial = self._journal.resources.next_serial(period)
        if serial > LARGEST_SERIAL:
            zh, en = f"{period} 年度的流水号已用完", f"no serial is left in {period}"
            raise BadInput(zh, en, field="period")
        number = str(Number(institution=self._institution, period=period, serial=serial))
        matter = self._journal.matters.add(
            code=Code.REGISTER, subject=number, version=1, stage="numbered", created=int(self._clock())
        )
        return replace(self._described(request, staged), number=number, client_key=key, matter=matter)

    def _described(self, request: RegisterRequest, staged: Staged) -> ResourceRow:
        metadata = request.metadata
        salt = "" if metadata.is_open else self._salt()
        return ResourceRow(
            number="",
            client_key="",
            version=1,
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


def _changes(earlier: ResourceRow, request: RegisterRequest, staged: Staged) -> list[str]:
    """Name what differs from the earlier request: "content", and fields of the metadata."""
    content = earlier.content_digest != staged.content_digest or earlier.kind != staged.kind
    before = Metadata.from_json(canonical.decode(earlier.metadata))
    return (["content"] if content else []) + before.differing_fields(request.metadata)


def _difference(earlier: ResourceRow, changed: list[str], *, twice: bool) -> BadInput:
    """Say in what a request with an earlier one's key differs from it, and which act is meant for that."""
    if "content" in changed:
        zh = f"自有编号 {earlier.client_ref} 已登记为 {earlier.number},内容却不同"
        en = f"client_ref {earlier.client_ref} is registered as {earlier.number} with other content"
        mend = Words(
            f"内容变了应办“换版”:zhicang supersede {earlier.number} 文件;或改用新的自有编号",
            f"supersede it: zhicang supersede {earlier.number} PATH; or give a new client_ref",
        )
        field = "client_ref"
    else:
        names = ", ".join(changed)
        zh, en = f"{earlier.number} 的著录与原登记不同:{names}", f"{earlier.number} was registered with other {names}"
        mend = Words(
            f"著录变了应办“更正”:zhicang amend {earlier.number}",
            f"corrected metadata is an act of its own: zhicang amend {earlier.number}",
        )
        field = changed[0]
    if twice:
        zh = f"{earlier.number} 在本次中出现两次,内容或著录不同"
        en = f"{earlier.number} comes twice in this run with other content or metadata"
        mend = Words("改好清单,每件只留一行", "mend the list: one row a resource")
    return BadInput(zh, en, mend=mend, field=field)


def _withdrawn(earlier: ResourceRow) -> BadInput:
    mend = Words(
        f"要重新登记同一内容,请写明替代:--replaces {earlier.number}",
        f"to register the content anew say so: --replaces {earlier.number}",
    )
    return BadInput(f"{earlier.number} 已撤销", f"{earlier.number} is withdrawn", mend=mend, field="replaces")


def _other_year(earlier: ResourceRow) -> BadInput:
    mend = Words("照原年度办理;或撤回后换一个自有编号", "keep the year, or recall it and give another client_ref")
    zh, en = f"年度写在登记号 {earlier.number} 里,不能改", f"the year is part of {earlier.number} and stays"
    return BadInput(zh, en, mend=mend, field="period")


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
