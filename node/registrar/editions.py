"""Later versions of a registered resource: its metadata corrected, its content replaced, or the whole withdrawn.

What is durable in which order, and what a crash leaves, is `growing`'s.
"""

from __future__ import annotations

import hashlib
from dataclasses import fields, replace
from typing import TYPE_CHECKING

from node.errors import BadInput, Words
from node.records import canonical
from node.records.metadata import FIXED, Metadata
from node.records.said import described
from node.registrar.changeable import standing_record, under_way
from storage.matters import Code, MatterRow
from storage.resources import VersionRow

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from node.registrar.changeable import Because
    from node.registrar.growing import Growing
    from storage.journal import Journal
    from storage.resources import ResourceRow
    from storage.root import StorageRoot


class Editions:
    """Puts amendments, new content and withdrawals into the storage root and the journal."""

    def __init__(
        self,
        *,
        root: StorageRoot,
        growing: Growing,
        journal: Journal,
        clock: Callable[[], float],
        salt: Callable[[], str],
        crash_point: Callable[[str], None],
    ) -> None:
        self._root = root
        self._growing = growing
        self._journal = journal
        self._clock = clock
        self._salt = salt
        self._crash_point = crash_point

    def amend(self, number: str, changes: Mapping[str, str], because: Because, *, stage: str) -> MatterRow | None:
        """Correct a resource's metadata, column by column as a list says it; None where they say just that already.

        Raises:
            BadInput: no such record, not registered, withdrawn, frozen, another matter under way, or a fixed field.
        """
        row = standing_record(self._journal, number)
        stored = canonical.decode(row.metadata)
        former, second = Metadata.from_json(stored), stored.get("sm3", "")
        metadata = described(former, changes)
        metadata.check_as_input()
        fixed = [field for field in former.differing_fields(metadata) if field in FIXED]
        if fixed:
            mend = Words("这一项只能撤销后以新号重新登记", "withdraw the record and register it anew")
            zh, en = f"{fixed[0]} 不能更正", f"{fixed[0]} cannot be amended"
            raise BadInput(zh, en, mend=mend, field=fixed[0])
        open_matter = under_way(self._journal, number, Code.AMEND)
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
        return self._growing.grow(version, None, Code.AMEND, because, stage=stage, former=open_matter)

    def supersede(self, number: str, source: Path, because: Because, *, stage: str) -> MatterRow | None:
        """Give a resource new content; give the matter, or None where it has just that content already.

        Raises:
            BadInput: no such record, not registered, withdrawn, frozen, or another matter under way.
            StorageError: the source cannot be stored.
        """
        row = standing_record(self._journal, number)
        open_matter = under_way(self._journal, number, Code.SUPERSEDE)
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
        return self._growing.grow(version, staged, Code.SUPERSEDE, because, stage=stage, former=open_matter)

    def withdraw(self, number: str, because: Because, *, stage: str) -> MatterRow | None:
        """Ask for a record's withdrawal; give the matter, or None where it is withdrawn already."""
        row = self._journal.resources.by_number(number)
        if row is not None and row.withdrawn:
            return None
        row = standing_record(self._journal, number)
        open_matter = under_way(self._journal, number, Code.WITHDRAW)
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
