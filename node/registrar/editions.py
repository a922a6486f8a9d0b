"""Later versions of a registered resource: its metadata corrected, its content replaced, or the whole withdrawn.

Order of writes, and what a crash in between leaves:
1. new content is copied into the staging folder                      → staging is swept at the next start
2. the journal names the object that will grow by a version           → `take_back_unknown` finds nothing to take back
3. the version is placed in the object, one syncfs, index rows        → the object is taken back to what it was
4. the journal gets the version and its matter, at the asked stage    → it goes on from there
Nothing is acknowledged before the fourth; an object that was taken back is as if nobody had asked.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from node.errors import BadInput, Words
from node.records import canonical
from node.records.metadata import Metadata
from node.records.said import described
from storage.matters import Code, MatterRow
from storage.resources import VersionRow

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from storage.blocks import BlockIndex
    from storage.journal import Journal
    from storage.resources import ResourceRow
    from storage.root import Staged, StorageRoot

FIXED = ("period", "programme", "lot", "replaces")
"""Fields that stand on chain beside the metadata's digest and that no amendment changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Because:
    """Why a record is changed: the registry's reason code, and the SHA-256 of the paper behind it."""

    reason: int
    document: bytes = bytes(32)


class Editions:
    """Puts amendments, new content and withdrawals into the storage root and the journal."""

    def __init__(
        self,
        *,
        root: StorageRoot,
        blocks: BlockIndex,
        journal: Journal,
        clock: Callable[[], float],
        salt: Callable[[], str],
        crash_point: Callable[[str], None],
    ) -> None:
        self._root = root
        self._blocks = blocks
        self._journal = journal
        self._clock = clock
        self._salt = salt
        self._crash_point = crash_point

    def amend(self, number: str, changes: Mapping[str, str], because: Because, *, stage: str) -> MatterRow | None:
        """Correct a resource's metadata, column by column as a list says it; None where they say just that already.

        Raises:
            BadInput: no such record, not registered, withdrawn, frozen, another matter under way, or a fixed field.
        """
        row = self._current(number)
        stored = canonical.decode(row.metadata)
        former, second = Metadata.from_json(stored), stored.get("sm3", "")
        metadata = described(former, changes)
        metadata.check_as_input()
        fixed = [field for field in former.differing_fields(metadata) if field in FIXED]
        if fixed:
            mend = Words("这一项只能撤销后以新号重新登记", "withdraw the record and register it anew")
            zh, en = f"{fixed[0]} 不能更正", f"{fixed[0]} cannot be amended"
            raise BadInput(zh, en, mend=mend, field=fixed[0])
        open_matter = self._open_matter(number, Code.AMEND)
        if open_matter is not None:
            asked = self._journal.resources.of_matter(open_matter.id)
            if asked is not None and self._says(asked, metadata) and self._same(open_matter, because):
                return self._resume(open_matter, stage)
        elif former == metadata:
            return None
        salt = "" if metadata.is_open else self._salt()
        version = replace(
            _as_version(row),
            version=row.version + 1, metadata=canonical.encode(metadata.to_json(salt, sm3=second)),
            metadata_digest=metadata.digest(salt, sm3=second), title=metadata.title, client_ref=metadata.client_ref,
            created=int(self._clock()),
        )  # fmt: skip
        return self._grow(version, None, Code.AMEND, because, stage=stage, former=open_matter)

    def supersede(self, number: str, source: Path, because: Because, *, stage: str) -> MatterRow | None:
        """Give a resource new content; give the matter, or None where it has just that content already.

        Raises:
            BadInput: no such record, not registered, withdrawn, frozen, or another matter under way.
            StorageError: the source cannot be stored.
        """
        row = self._current(number)
        open_matter = self._open_matter(number, Code.SUPERSEDE)
        staged = self._root.stage(source)
        asked = None if open_matter is None else self._journal.resources.of_matter(open_matter.id)
        against: VersionRow = row if asked is None else asked
        if (against.content_digest, against.kind) == (staged.content_digest, staged.kind):
            self._root.discard(staged)
            if open_matter is None:
                return None
            if self._same(open_matter, because):
                return self._resume(open_matter, stage)
            staged = self._root.stage(source)
        metadata = _with_sm3(row.metadata, staged.content_sm3)
        version = replace(
            _as_version(row), metadata=metadata, metadata_digest=hashlib.sha256(metadata).digest(),
            version=row.version + 1, source_path=str(source.absolute()), kind=staged.kind,
            content_digest=staged.content_digest, cid=bytes(staged.cid.binary), size=staged.size,
            files=len(staged.files), created=int(self._clock()),
        )  # fmt: skip
        return self._grow(version, staged, Code.SUPERSEDE, because, stage=stage, former=open_matter)

    def withdraw(self, number: str, because: Because, *, stage: str) -> MatterRow | None:
        """Ask for a record's withdrawal; give the matter, or None where it is withdrawn already."""
        row = self._journal.resources.by_number(number)
        if row is not None and row.withdrawn:
            return None
        row = self._current(number)
        open_matter = self._open_matter(number, Code.WITHDRAW)
        if open_matter is not None and self._same(open_matter, because):
            return self._resume(open_matter, stage)
        with self._journal.transaction():
            if open_matter is not None:
                self._journal.matters.move([open_matter.id], "recalled", time=int(self._clock()))
            matter = self._journal.matters.add(
                code=Code.WITHDRAW, subject=number, version=row.version, stage=stage, created=int(self._clock()),
                reason=because.reason, document=because.document,
            )  # fmt: skip
        self._crash_point("withdrawal-stored")
        return self._journal.matters.get(matter)

    def take_back_unknown(self) -> None:
        """Take back the versions that a crash left in objects without the journal's knowing them; for the start."""
        for object_id, keep in self._journal.resources.growing():
            for version in range(keep + 1, self._root.newest_folder(object_id) + 1):
                self._blocks.forget(f"{object_id}/v{version}")
            self._root.shrink(object_id, keep)
            with self._journal.transaction():
                self._journal.resources.end_growing(object_id)

    def _grow(
        self,
        version: VersionRow,
        staged: Staged | None,
        code: Code,
        because: Because,
        *,
        stage: str,
        former: MatterRow | None,
    ) -> MatterRow | None:
        """Place a version in its object and enter it; ``former`` is the matter that it takes the place of."""
        number = version.number
        with self._journal.transaction():
            self._journal.resources.begin_growing(number, self._root.inventory(number).head)
        self._crash_point("growing")
        grown = self._root.grow(number, staged, metadata=version.metadata, message=code.name.lower())
        version = replace(version, metadata_at=grown, payload_at=version.payload_at if staged is None else grown)
        self._crash_point("grown")
        self._root.sync()
        if staged is not None:
            self._blocks.add(staged, version.payload_id)
        self._crash_point("version-indexed")
        with self._journal.transaction():
            if former is not None:
                self._journal.resources.drop_version(number, version.version)
                self._journal.matters.move([former.id], "recalled", time=int(self._clock()), note="edited")
            matter = self._journal.matters.add(
                code=code, subject=number, version=version.version, stage=stage, created=version.created,
                reason=because.reason, document=because.document,
            )  # fmt: skip
            self._journal.resources.insert_version(replace(version, matter=matter))
            self._journal.resources.end_growing(number)
        self._crash_point("version-stored")
        return self._journal.matters.get(matter)

    def _current(self, number: str) -> ResourceRow:
        row = self._journal.resources.by_number(number)
        if row is None:
            raise BadInput(f"本库没有 {number}", f"{number} is not in this home")
        if row.stage != "confirmed":
            mend = Words("尚未登记的直接改草稿:再办一次 draft", "edit the draft itself: run draft again")
            raise BadInput(f"{number} 尚未登记", f"{number} is not registered", mend=mend)
        if row.withdrawn:
            raise BadInput(f"{number} 已撤销,不能再变更", f"{number} is withdrawn, for good")
        if row.frozen:
            mend = Words("待治理方解冻后再办", "wait until the governors unfreeze it")
            raise BadInput(f"{number} 被治理方冻结", f"governors hold {number} frozen", mend=mend)
        return row

    def _open_matter(self, number: str, code: Code) -> MatterRow | None:
        """Find the matter under way that this one resumes or takes the place of; raise BadInput for any other."""
        matters = [each for each in self._journal.matters.of(number) if each.stage not in ("confirmed", "recalled")]
        if not matters:
            return None
        matter = matters[-1]
        if any(self._journal.matters.earlier(each.id) for each in matters):
            mend = Words("先批准发送:zhicang approve、send", "approve and send them first: zhicang approve, send")
            zh, en = f"{number} 在原链上的登记还没有全部上本链", f"not all of {number} has come from its earlier chain"
            raise BadInput(zh, en, mend=mend)
        if matter.act is not None:
            mend = Words("先运行 zhicang send 办完它", "finish it with zhicang send first")
            zh, en = f"{number} 有一件事正在上链", f"something about {number} is on its way to the chain"
            raise BadInput(zh, en, mend=mend)
        if matter.code is not code:
            mend = Words(f"先批准发送,或用 zhicang recall {number} 撤回", f"send it, or zhicang recall {number}")
            zh, en = f"{number} 另有一件事未办完", f"another matter of {number} is under way"
            raise BadInput(zh, en, mend=mend)
        return matter

    def _resume(self, matter: MatterRow, stage: str) -> MatterRow | None:
        if matter.stage in ("returned", "draft") and matter.stage != stage:
            with self._journal.transaction():
                self._journal.matters.move([matter.id], stage, time=int(self._clock()))
        return self._journal.matters.get(matter.id)

    @staticmethod
    def _says(row: VersionRow, metadata: Metadata) -> bool:
        return Metadata.from_json(canonical.decode(row.metadata)) == metadata

    @staticmethod
    def _same(matter: MatterRow, because: Because) -> bool:
        return (matter.reason, matter.document) == (because.reason, because.document)


def _with_sm3(metadata: bytes, sm3: bytes) -> bytes:
    """Give the canonical metadata with the SM3 of other content in place of the former; b"" takes it out."""
    value = canonical.decode(metadata)
    value.pop("sm3", None)
    return canonical.encode(value | {"sm3": sm3.hex()} if sm3 else value)


def _as_version(row: ResourceRow) -> VersionRow:
    return VersionRow(**{field.name: getattr(row, field.name) for field in fields(VersionRow)})
