"""The desk of repair: one object mended from what others hold, checked again, recorded, and said on chain.

Order of writes, and what a crash in between leaves:
1. everything is fetched and verified                            → the next repair fetches anew
2. repairs/OBJECT/pending.json says what will be put in place    → the next repair goes on, or finds the object whole
3. each file takes the place of the damaged one (`storage.mending`) → the next repair goes on; an object that was
   set aside whole is put back first
4. the object is re-read, its rows of the index are made anew    → the next repair finds it whole and goes on with 5
5. the act `attest` (kind repair) is planned, sent, final        → the journal goes on with it; the same statement is
   made once
6. pending.json becomes repairs/OBJECT-NNN.json; what was set aside is removed
The statement's digest is the SHA-256 of that file.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from contextlib import closing
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from contracts.calls import AttestCall, encode_call
from node.auditor.payload_check import findings_of
from node.records import canonical
from node.records.number import Number
from node.repairing.expected import wanted_of
from storage.audit import check_object, with_index
from storage.block_source import IndexBlocks
from storage.blocks import BlockIndex
from storage.durable import sync_folder, write_durably
from storage.first_source import FirstSource
from storage.mending import Mending
from storage.ocfl import payload_id
from storage.root import StorageRoot

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from node.auditor.finding import Finding
    from node.runtime import Writing
    from storage.acts import ActRow
    from storage.audit import Checked
    from storage.block_source import BlockSource
    from storage.errors import Damaged
    from storage.mending import Mended
    from storage.wanted import Wanted

FORMAT = 1
REPAIR, YES = 4, 1
"""The registry's codes of a statement's kind and verdict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """What became of one object.

    Attributes:
        mended: the files that were put in place; empty where nothing needed it.
        left: what is still wrong, such as files too many, which no block can mend.
        refused: what a source gave that was not what it was asked for.
        act: the statement on chain, None where nothing was repaired or something is still wrong.
    """

    object_id: str
    mended: list[Mended]
    left: list[Finding]
    refused: list[Damaged]
    act: ActRow | None


class RepairDesk:
    """Repairs objects of a home that is open for writing.

    Args:
        node: the home, open for writing.
        sources: other places of blocks, asked in order after the home's own.
        names: how these are called in the record.
        clock: gives UTC seconds for the record.
        crash_point: for tests.
    """

    def __init__(
        self,
        node: Writing,
        *,
        sources: Sequence[BlockSource],
        names: Sequence[str],
        clock: Callable[[], float] = time.time,
        crash_point: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._node = node
        self._sources = sources
        self._names = list(names)
        self._clock = clock
        self._crash_point = crash_point
        self._root = StorageRoot(node.home.storage, staging=node.home.staging)

    async def repair(self, object_id: str) -> Repaired:
        """Repair one object; raise what the sources raise when they lack what is needed, with no payload touched."""
        wanted = wanted_of(self._node.journal, object_id)
        place = self._node.home.repairs / object_id
        pending = place / "pending.json"
        with closing(BlockIndex.open(self._node.home.blocks, root=self._node.home.storage)) as index:
            own = IndexBlocks(index)
            source = FirstSource(own, self._sources)
            mending = Mending(
                self._root, wanted, source=source, place=place, crash_point=self._crash_point,
                begin=lambda mended: self._write(pending, object_id, mended),
            )  # fmt: skip
            try:
                mended = await mending.run()
            finally:
                own.close()
            left = await self._look_again(wanted, index)
        act = None
        if not left and pending.exists():
            act = await self._say(wanted, pending)
        if not left:
            mending.clear()
        return Repaired(object_id=object_id, mended=mended, left=left, refused=source.refused, act=act)

    async def _look_again(self, wanted: Wanted, index: BlockIndex) -> list[Finding]:
        """Re-read the object, put right its rows of the index, and give what is still wrong."""
        checked = await asyncio.to_thread(check_object, self._root, wanted.object_id)
        try:
            if not checked.faults and with_index(checked, index.rows).faults:
                with index.rows.transaction():
                    for version, payload in checked.payloads.items():
                        index.rows.add(payload_id(wanted.object_id, version), payload)
            self._crash_point("looked again")
            return self._findings(wanted.object_id, with_index(checked, index.rows))
        finally:
            checked.close()

    def _findings(self, object_id: str, checked: Checked) -> list[Finding]:
        journal = self._node.journal
        batch = next((each for each in journal.units.batches() if each.object_id == object_id), None)
        row = batch or journal.resources.by_number(object_id)
        return [] if row is None else list(findings_of(row, checked, self._root, journal))

    def _write(self, pending: Path, object_id: str, mended: list[Mended]) -> None:
        """Write what is to be recorded, with what a run that was cut short had put in place before."""
        files = {each.path: asdict(each) for each in mended}
        if pending.exists():
            files = {each["path"]: each for each in canonical.decode(pending.read_bytes())["files"]} | files
        record = {
            "format": FORMAT, "object": object_id, "time": int(self._clock()), "from": self._names,
            "files": [files[path] for path in sorted(files)],
        }  # fmt: skip
        write_durably(pending, canonical.encode(record))

    async def _say(self, wanted: Wanted, pending: Path) -> ActRow:
        """Make the statement on chain, once, and give the record its lasting name."""
        digest = hashlib.sha256(pending.read_bytes()).digest()
        subject, registrar = wanted.object_id, self._node.registrar
        on_chain = Number.parse(subject).on_chain() if self._node.journal.resources.by_number(subject) else (
            wanted.payloads[1].content_digest
        )  # fmt: skip
        calldata = encode_call(AttestCall(subject=on_chain, kind=REPAIR, digest=digest, verdict=YES))
        act = self._node.journal.acts.repeated(registrar.acts.sender, calldata)
        if act is None:
            act = (await registrar.act_once(kind="attest", subject=subject, calldata=calldata)).act
        self._crash_point("said")
        folder = self._node.home.repairs
        number = len(list(folder.glob(f"{subject}-*.json"))) + 1
        pending.rename(folder / f"{subject}-{number:03}.json")
        sync_folder(folder)
        return act
