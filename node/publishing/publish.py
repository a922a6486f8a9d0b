"""Publishing: payloads and unit lists that partners may see go into the home's kubo, those they no longer may leave it.

It is judged anew at every run by the one rule of `node.visibility`. What leaves: its pin, and by kubo's garbage
collection its blocks. What another node of the swarm has fetched meanwhile is in that node's hands.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from node.errors import Words
from node.records import canonical
from node.visibility.rule import Caller, hidden_because
from node.visibility.sight import list_hidden_because
from storage.cid import RAW, Cid
from storage.kubo_upload import SMALL, Payload, Sent, upload

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import AsyncIterator, Iterable, Iterator

    from storage.block_source import BlockSource
    from storage.journal import Journal
    from storage.kubo_blocks import KuboBlocks
    from storage.kubo_pins import PinList
    from storage.resources import ResourceRow
    from storage.units import UnitBatchRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A root that had to leave kubo, and why; whether a pin kept it there, or only blocks of it were left."""

    name: str
    root: Cid
    because: Words
    pinned: bool


class Publisher:
    """Publishes what one journal has, as of one day, into one kubo whose pins were listed before.

    Args:
        journal: open for reading, used in the thread of the caller alone.
        pins: what kubo has pinned; what is published here is entered.
    """

    def __init__(
        self, journal: Journal, *, source: BlockSource, kubo: KuboBlocks, pins: PinList, today: dt.date
    ) -> None:
        self._journal = journal
        self._source = source
        self._kubo = kubo
        self._pins = pins
        self._today = today
        self._lists_sent: dict[str, int] = {}
        self.there = 0
        """How many of the payloads were there already, under their names."""

    def hidden_because(self, row: ResourceRow) -> Words | None:
        """Say why a resource is not published; None where it is."""
        return hidden_because(row, Caller.PARTNER, self._today)

    def list_hidden_because(self, batch: UnitBatchRow) -> Words | None:
        """Say why a unit list is not published; None where it is."""
        return list_hidden_because(self._journal, batch, Caller.PARTNER, self._today)

    async def withdraw(self, rows: Iterable[ResourceRow], batches: Iterable[UnitBatchRow]) -> list[Left]:
        """Unpin what may no longer be seen, and have kubo remove its blocks; give what was still there."""
        left: list[Left] = []
        for name, root, because in chain(self._stale(rows), self._stale_lists(batches)):
            pinned = self._pins.name_of(root) is not None
            if pinned or (await self._kubo.has(root) and not await self._kubo.is_kept(root)):
                left.append(Left(name=name, root=root, because=because, pinned=pinned))
                await self._kubo.unpin(root)
                self._pins.forget(root)
        if left:
            await self._kubo.collect_garbage()
        return left

    async def publish(self, rows: Iterable[ResourceRow], batches: Iterable[UnitBatchRow]) -> AsyncIterator[Sent]:
        """Send what may be seen and is not there; tell of each when kubo has it for good."""
        wanted = chain(self._payloads(rows), self._lists(batches))
        async for sent in upload(self._source, self._kubo, wanted, still=self._still):
            if sent.error is not None:
                self._pins.forget(sent.payload.root)
            yield sent

    def _payloads(self, rows: Iterable[ResourceRow]) -> Iterator[Payload]:
        for row in rows:
            now = self._journal.resources.by_number(row.number)  # the row may be hours old by the time it is reached
            if now is not None and self.hidden_because(now) is None:
                yield from self._wanted(now.number, now.cid, now.size)

    def _lists(self, batches: Iterable[UnitBatchRow]) -> Iterator[Payload]:
        for batch in batches:
            if self.list_hidden_because(batch) is None:
                # the journal does not know how long a list is; one block travels with others, more on its own
                size = 0 if Cid.from_binary(batch.cid).codec == RAW else SMALL + 1
                self._lists_sent[batch.object_id] = batch.id
                yield from self._wanted(batch.object_id, batch.cid, size)

    def _still(self, payload: Payload) -> bool:
        """Judge once more what was taken up some time ago, as kubo is about to get it."""
        row = self._journal.resources.by_number(payload.name)
        if row is not None:
            still = row.cid == payload.root.binary and self.hidden_because(row) is None
        else:
            batch = self._journal.units.batch(self._lists_sent[payload.name])
            still = batch is not None and self.list_hidden_because(batch) is None
        if not still:
            self._pins.forget(payload.root)
        return still

    def _wanted(self, name: str, cid: bytes, size: int) -> Iterator[Payload]:
        """Give what is to be sent or named, unless it is there."""
        root = Cid.from_binary(cid)
        pin = self._pins.name_of(root)
        # One content under several names is one pin, under whichever of them: kubo keeps one name.
        if pin is not None and (pin == name or pin in self._seen_with(cid)):
            self.there += 1
        else:
            self._pins.note(root, name)
            yield Payload(name=name, root=root, size=size, pinned=pin is not None)

    def _stale(self, rows: Iterable[ResourceRow]) -> Iterator[tuple[str, Cid, Words]]:
        """Give the roots that were published once, perhaps, and are not to be any more."""
        for row in rows:
            hidden = self.hidden_because(row)
            for cid in self._ever_published(row):
                because = hidden if cid == row.cid else Words("已换版", "it was superseded")
                if because is not None and not self._seen_with(cid):
                    yield row.number, Cid.from_binary(cid), because

    def _stale_lists(self, batches: Iterable[UnitBatchRow]) -> Iterator[tuple[str, Cid, Words]]:
        for batch in batches:
            because = self.list_hidden_because(batch)
            if because is not None and not self._seen_with(batch.cid):
                yield batch.object_id, Cid.from_binary(batch.cid), because

    def _ever_published(self, row: ResourceRow) -> list[bytes]:
        if row.version > 1:
            return list({version.cid for version in self._journal.resources.versions(row.number)})
        changes = row.withdrawn or row.frozen or canonical.decode(row.metadata).get("rights_until")
        return [row.cid] if changes else []

    def _seen_with(self, cid: bytes) -> set[str]:
        """Give the numbers of the resources that are published with this very content."""
        rows = self._journal.resources.by_cid(cid)
        return {row.number for row in rows if row.cid == cid and self.hidden_because(row) is None}
