"""Numbering: the number of each staged request, a new one or the one that it has, and what is to be placed for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from node.errors import BadInput, Words
from node.records import canonical
from node.records.number import LARGEST_SERIAL, Number
from node.registrar.repetition import changed_fields, changed_metadata, contradiction, done_with, other_year, refused
from storage.matters import Code
from storage.resources import ResourceRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from node.registrar.outcome import Refused
    from node.registrar.request import RegisterRequest
    from storage.journal import Journal
    from storage.root import Staged, StorageRoot


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A request whose resource is in the journal, and whether this run stored it."""

    request: RegisterRequest
    number: str
    fresh: bool
    duplicate_of: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """What a group has to place: a new object, or a new version of a draft's object (with other payload, or not)."""

    row: ResourceRow
    staged: Staged
    edits: bool = False
    new_payload: bool = True


class Numbering:
    """Enters requests in the journal; the caller opens the transaction and places what is to be placed."""

    def __init__(
        self,
        *,
        institution: str,
        root: StorageRoot,
        journal: Journal,
        clock: Callable[[], float],
        salt: Callable[[], str],
    ) -> None:
        self._institution = institution
        self._root = root
        self._journal = journal
        self._clock = clock
        self._salt = salt
        self._touched: set[str] = set()
        """Numbers of this run: one of them that comes again with other content or metadata is a contradiction."""

    def begin_run(self) -> None:
        """Forget which numbers came in an earlier run."""
        self._touched.clear()

    def give(
        self, request: RegisterRequest, staged: Staged, stage: str
    ) -> tuple[Stored | Refused, Placing | None]:
        """Find the number of a repeated request or give a new one; no placing where nothing is to be placed."""
        key = request.client_key(staged.content_digest)
        earlier = self._journal.resources.by_client_key(key)
        if earlier is not None and not earlier.withdrawn:
            return self._again(earlier, request, staged, stage)
        same = self._same_content(staged.content_digest, staged.kind)
        replaced = request.metadata.replaces
        withdrawn = [earlier] if earlier is not None else same
        if withdrawn and all(row.withdrawn and row.number != replaced for row in withdrawn):
            return refused(done_with(withdrawn[0]), request), None
        if earlier is not None:  # the number is done with; what replaces it takes over its key
            self._journal.resources.make_current(earlier.number, earlier.version, f"withdrawn:{earlier.number}")
        if replaced and (error := self._not_replaceable(replaced)) is not None:
            return refused(error, request), None
        row = self._new_row(request, staged, key)
        self._journal.resources.insert(row)
        self._touched.add(row.number)
        stored = Stored(
            request=request,
            number=row.number,
            fresh=True,
            duplicate_of=_standing(same),
            ignored=tuple(staged.ignored),
        )
        return stored, Placing(row=row, staged=staged)

    def _not_replaceable(self, number: str) -> BadInput | None:
        """Say why nothing can take a record's place, which the contract does not ask: it must be withdrawn."""
        row = self._journal.resources.by_number(number)
        if row is None or row.stage != "confirmed":
            zh, en = f"所替代的 {number} 未在本库登记", f"{number}, which it replaces, is not registered here"
            return BadInput(zh, en, field="replaces")
        if not row.withdrawn:
            mend = Words(
                f"先撤销:zhicang withdraw {number};只是换内容,用 zhicang supersede {number}",
                f"withdraw it first: zhicang withdraw {number}; for other content alone: zhicang supersede {number}",
            )
            zh, en = f"所替代的 {number} 没有撤销", f"{number}, which it replaces, is not withdrawn"
            return BadInput(zh, en, mend=mend, field="replaces")
        return None

    def take_up(self, request: RegisterRequest, content_digest: bytes, stage: str) -> Stored | None:
        """Resume a request that is stored whole with this content and this metadata; None where it is not."""
        earlier = self._journal.resources.by_client_key(request.client_key(content_digest))
        if earlier is None or earlier.withdrawn or earlier.stage == "numbered" or earlier.number in self._touched:
            return None
        if earlier.content_digest != content_digest or changed_metadata(earlier, request):
            return None
        self._touched.add(earlier.number)
        self._resume(earlier, stage)
        same = _standing(self._same_content(content_digest, earlier.kind), but=earlier.number)
        return Stored(request=request, number=earlier.number, fresh=False, duplicate_of=same)

    def _again(
        self, earlier: ResourceRow, request: RegisterRequest, staged: Staged, stage: str
    ) -> tuple[Stored | Refused, Placing | None]:
        """Resume a repeated request, or edit what is not sent yet."""
        changed = changed_fields(earlier, request, staged)
        again = Stored(
            request=request,
            number=earlier.number,
            fresh=False,
            duplicate_of=_standing(self._same_content(staged.content_digest, staged.kind), but=earlier.number),
            ignored=tuple(staged.ignored),
        )
        final = earlier.stage == "confirmed" or any(earlier.earlier_receipt)  # here, or on the chain that it came from
        if changed and (earlier.number in self._touched or earlier.act is not None or final):
            twice = earlier.number in self._touched
            error = contradiction(earlier, changed, twice=twice)
            return refused(error, request), None
        if "period" in changed:
            return refused(other_year(earlier), request), None
        self._touched.add(earlier.number)
        if earlier.stage == "numbered":
            row = self._edited(earlier, request, staged) if changed else earlier
            if changed:
                self._journal.resources.replace_version(row)
            return replace(again, fresh=True), Placing(row=row, staged=staged)
        if changed:
            self._journal.resources.begin_growing(earlier.number, self._root.inventory(earlier.number).head)
            row = self._edited(earlier, request, staged)
            placing = Placing(row=row, staged=staged, edits=True, new_payload="content" in changed)
            return replace(again, fresh=True), placing
        self._resume(earlier, stage)
        return again, None

    def _resume(self, earlier: ResourceRow, stage: str) -> None:
        if earlier.stage == "returned" or (earlier.stage == "draft" and stage != "draft"):
            self._journal.matters.move([earlier.matter], stage, time=int(self._clock()))

    def _same_content(self, content_digest: bytes, kind: int) -> list[ResourceRow]:
        return [row for row in self._journal.resources.by_content_digest(content_digest) if row.kind == kind]

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
        second = staged.content_sm3.hex()
        return ResourceRow(
            number="",
            client_key="",
            version=1,
            source_path=request.origin,
            kind=staged.kind,
            content_digest=staged.content_digest,
            cid=bytes(staged.cid.binary),
            size=staged.size,
            files=len(staged.files),
            metadata=canonical.encode(metadata.to_json(salt, sm3=second)),
            metadata_digest=metadata.digest(salt, sm3=second),
            title=metadata.title,
            client_ref=metadata.client_ref,
            period=metadata.period,
            lot=metadata.lot,
            stage="numbered",
            created=int(self._clock()),
        )


def _standing(rows: Iterable[ResourceRow], *, but: str = "") -> tuple[str, ...]:
    return tuple(row.number for row in rows if not row.withdrawn and row.number != but)
