"""The desk of purging: a list that two people signed, carried out resource by resource.

Order of writes, and what a crash in between leaves:
1. the reviewer's statement over the list's SHA-256 is final on chain   → nothing is touched
2. the registrar's statement, by another key, is final on chain         → nothing is touched
3. purges/DIGEST.json is the list                                       → nothing is touched
then, for each resource:
4. its tombstone is placed and synced                                   → the next run replaces it by the same
5. the journal says that the payload goes                               → `audit` names it until it is gone
6. its rows of the index go, then the object, whole, by one rename out of the root; what was moved is removed from the
   staging folder, at the next start if not now                         → the next run goes on
7. what a repair of it set aside or fetched is removed                  → the next run goes on
8. the journal says that it is gone
Nobody asks the chain whether governors froze a record meanwhile: the registry lets nobody freeze what is withdrawn, nor
withdraw what is frozen, and only what is withdrawn for good comes this far.
"""

from __future__ import annotations

import shutil
import time
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from node.errors import BadInput, Words
from node.purging.destruction_list import check
from node.records import canonical
from storage.blocks import BlockIndex
from storage.durable import sync_folder, write_durably
from storage.errors import told_of
from storage.ocfl import tombstone_of
from storage.purges import BEGUN, PURGED, PurgeRow
from storage.root import StorageRoot
from storage.tombstone import place_tombstone, remove_payload, stage_tombstone

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from node.purging.destruction_list import DestructionList
    from node.runtime import Writing
    from storage.acts import ActRow

DESTROYED_IN = ["storage", "staging", "repairs"]
"""The folders of the home that keep nothing of the payload, as the tombstone says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged:
    """One resource whose payload is gone; ``fresh`` is false when it was gone before."""

    number: str
    tombstone: str
    fresh: bool


class PurgeDesk:
    """Carries out lists in a home that is open for writing."""

    def __init__(
        self,
        node: Writing,
        *,
        clock: Callable[[], float] = time.time,
        crash_point: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._node = node
        self._clock = clock
        self._crash_point = crash_point
        self._root = StorageRoot(node.home.storage, staging=node.home.staging)

    async def require_two(self) -> None:
        """Raise BadInput where one person may act alone: nobody destroys anything alone."""
        if await self._node.registrar.one_person():
            mend = Words(
                "先由治理方改为双人,并登记审核员密钥(zhicang govern、keys)",
                "have the governors require two persons and admit a reviewer's key (zhicang govern, keys)",
            )
            zh, en = "销毁须由两人签署,本机构为单人", "two people sign a destruction, and this institution has one"
            raise BadInput(zh, en, mend=mend)

    def check(self, list_: DestructionList) -> None:
        """Hold a list against this home; raise BadInput."""
        days = self._node.settings.retention_days
        check(list_, self._node.journal, self._node.identity, now=int(self._clock()), days=days)

    async def run(self, list_: DestructionList) -> AsyncIterator[Purged]:
        """Carry out a list; give each resource when its payload is gone. Raise BadInput before anything is touched."""
        await self.require_two()
        self.check(list_)
        approved = await self._approval(list_)
        prepared = await self._say(list_)
        self._crash_point("said")
        self._node.home.purges.mkdir(exist_ok=True)
        write_durably(self._node.home.purges / f"{list_.digest.hex()}.json", list_.to_bytes())
        with closing(BlockIndex.open(self._node.home.blocks, root=self._node.home.storage)) as blocks:
            for item in list_.value["items"]:
                row = self._node.journal.purges.get(item["resource_id"])
                if row is None:
                    row = self._bury(list_, item, blocks, approved=approved, prepared=prepared)
                fresh = row.stage != PURGED or self._root.has(row.number)
                self._remove(row, blocks)
                yield Purged(number=row.number, tombstone=row.tombstone, fresh=fresh)

    async def _approval(self, list_: DestructionList) -> ActRow:
        """Find the reviewer's statement; raise BadInput where no active reviewer of this institution made it."""
        acts = [act for act in self._node.journal.acts.by_subject(list_.digest.hex()) if act.stage == "confirmed"]
        own = self._node.registrar.acts.sender
        refusal: Exception | None = None
        for act in acts:
            if act.calldata == list_.calldata and act.sender != own:
                refusal = await self._node.registrar.approving.refusal_of(act.sender, self._node.engine)
                if refusal is None:
                    return act
        if refusal is not None:
            raise refusal
        mend = Words(
            "请审核员批准:zhicang purge approve 清册.json",
            "have a reviewer approve it: zhicang purge approve LIST.json",
        )
        raise BadInput("清册还没有审核员批准", "no reviewer has approved this list", mend=mend)

    async def _say(self, list_: DestructionList) -> ActRow:
        registrar = self._node.registrar
        act = self._node.journal.acts.repeated(registrar.acts.sender, list_.calldata)
        if act is None:
            subject = list_.digest.hex()
            act = (await registrar.act_once(kind="attest", subject=subject, calldata=list_.calldata)).act
        return act

    def _bury(
        self, list_: DestructionList, item: dict[str, object], blocks: BlockIndex, *, approved: ActRow, prepared: ActRow
    ) -> PurgeRow:
        number = str(item["resource_id"])
        statement = canonical.encode({
            "form": "zhicang-tombstone-1", "list": list_.digest.hex(), "institution": list_.value["institution"],
            "reason": list_.value["reason"], "document": list_.value["document"], **item, "destroyed_in": DESTROYED_IN,
            "prepared_by": "0x" + prepared.sender.hex(), "prepared_tx": "0x" + (prepared.tx_hash or b"").hex(),
            "approved_by": "0x" + approved.sender.hex(), "approved_tx": "0x" + (approved.tx_hash or b"").hex(),
        })  # fmt: skip
        staged = stage_tombstone(self._root, number, statement, staging=self._node.home.staging)
        metadata = canonical.encode({"schema": 1, "title": "销毁说明", "type": "tombstone"})
        place_tombstone(self._root, blocks, staged, number, metadata=metadata)
        self._crash_point("buried")
        row = PurgeRow(
            number=number, list_digest=list_.digest, tombstone=tombstone_of(number), content=staged.content_digest,
            stage=BEGUN, created=int(self._clock()),
        )  # fmt: skip
        with self._node.journal.transaction():
            self._node.journal.purges.begin(row)
        self._crash_point("begun")
        return row

    def _remove(self, row: PurgeRow, blocks: BlockIndex) -> None:
        remove_payload(self._root, blocks, row.number)
        self._crash_point("removed")
        repairs = self._node.home.repairs
        if (repairs / row.number).is_dir():
            with told_of(row.number):
                shutil.rmtree(repairs / row.number)
                sync_folder(repairs)
        with self._node.journal.transaction():
            self._node.journal.purges.finish(row.number)
