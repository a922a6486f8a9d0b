"""Mending an object: what is damaged or lost in it is fetched by CID, verified, and put in its place.

Everything is fetched and verified whole before the first file is touched, into a folder beside the storage root. Then,
file by file, the damaged one gets a second name there and the good one takes its place, by a rename. A crash leaves
each file old or new, never half, with the damaged one under its second name; the same call begins anew and goes on
with what is still wrong. An object that is made anew takes the place of the former by two renames; a crash between
them leaves the former aside, and the same call puts it back first: its bytes may be the only ones. What was set aside
is removed when the object was re-read and nothing is wrong with it.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage import ocfl
from storage.audit import check_object
from storage.durable import sync_folder, write_durably
from storage.errors import Damaged, told_of
from storage.fetching import fetch_file
from storage.inventory_twins import damaged_twins
from storage.rebuilding import rebuild
from storage.staged import Payload

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from storage.audit import Checked
    from storage.block_source import BlockSource
    from storage.faults import Fault
    from storage.root import StorageRoot
    from storage.staged import PayloadFile
    from storage.wanted import Wanted, WantedPayload

_PAYLOAD = ("payload-changed", "payload-missing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """One file that takes the place of another: its path in the object, and the SHA-256 of the former and the new.

    ``was`` is empty for a file that was not there. An object that is made anew is one with the path "".
    """

    path: str
    was: str
    now: str


class Mending:
    """Mends one object of a storage root; the caller holds the home's lock.

    Args:
        root: the storage root.
        wanted: what the object is to hold.
        source: where blocks come from; each is verified.
        place: a folder of this one's own on the root's file system, outside the root.
        begin: is called with all that is and will be put in place, each time before more is; what it raises stops it.
        crash_point: for tests.
    """

    def __init__(
        self,
        root: StorageRoot,
        wanted: Wanted,
        *,
        source: BlockSource,
        place: Path,
        begin: Callable[[list[Mended]], None],
        crash_point: Callable[[str], None],
    ) -> None:
        self._root = root
        self._wanted = wanted
        self._source = source
        self._place = place
        self._begin = begin
        self._crash_point = crash_point
        self._path = root.object_path(wanted.object_id)

    async def run(self) -> list[Mended]:
        """Mend; give what was put in place, nothing where nothing was wrong that blocks or the journal can mend.

        A damaged copy of the inventory is put right first, by its whole twin: that needs nobody, and only then is it
        known what the object holds. Raise UnknownBlock, Damaged or Unreachable when a source has not what is needed or
        gives something else; nothing else is replaced then.
        """
        with told_of(self._wanted.object_id):
            self._put_back()
            shutil.rmtree(self._place / "incoming", ignore_errors=True)
            (self._place / "incoming").mkdir(parents=True)
            mended: list[Mended] = []
            twins = damaged_twins(self._path, self._wanted.object_id)
            self._put_all([(_side(name, data), self._kept(data, name)) for name, data in twins], mended)
            checked = await asyncio.to_thread(check_object, self._root, self._wanted.object_id)
            try:
                if any(fault.what in ("object-missing", "inventory-damaged") for fault in checked.faults):
                    return mended + await self._make_anew(mended)
                self._put_all(await self._fetched(checked), mended)
            finally:
                checked.close()
            return mended

    def clear(self) -> None:
        """Remove what was set aside and fetched, when the object is known to be whole."""
        shutil.rmtree(self._place, ignore_errors=True)

    async def _fetched(self, checked: Checked) -> list[tuple[Mended, Path]]:
        """Fetch or make every file that is to be put in place, each durable and verified."""
        ready: list[tuple[Mended, Path]] = []
        payloads = dict(checked.payloads)
        for version, want in self._wanted.payloads.items():
            prefix = f"{ocfl.content_of(version)}/{ocfl.PAYLOAD}/"
            faults = [each for each in checked.faults if each.what in _PAYLOAD and each.path.startswith(prefix)]
            if faults:
                payloads[version] = await self._fetch(want, prefix, faults, checked.good_files[version], ready)
        for fault in checked.faults:
            data = self._made(fault, payloads)
            if data is not None:
                ready.append((_mended(fault, hashlib.sha256(data).hexdigest()), self._kept(data, str(len(ready)))))
        return ready

    async def _fetch(
        self,
        want: WantedPayload,
        prefix: str,
        faults: list[Fault],
        good: tuple[PayloadFile, ...],
        ready: list[tuple[Mended, Path]],
    ) -> Payload:
        files = list(good)
        with_sm3 = all(file.sm3 for file in good) if good else want.with_sm3
        for fault in faults:
            target = self._place / "incoming" / str(len(ready))
            file = await fetch_file(
                self._source, want, fault.path.removeprefix(prefix), target, with_sm3=with_sm3
            )
            files.append(file)
            ready.append((_mended(fault, file.sha256.hex()), target))
        payload = Payload.of(files)
        if (payload.content_digest(want.kind), payload.cid(want.kind)) != (want.content_digest, want.cid):
            zh = f"{self._wanted.object_id} 取回的内容与登记的摘要不符"
            raise Damaged(zh, f"what was fetched of {self._wanted.object_id} has not the registered digest")
        return payload

    def _made(self, fault: Fault, payloads: dict[int, Payload]) -> bytes | None:
        """Make a file that lies beside the payload from what is known; None where its digest says otherwise."""
        if fault.what == "declaration-changed":
            return ocfl.OBJECT_DECLARATION[1]
        if fault.what not in ("metadata-changed", "manifest-changed") or not fault.expected:
            return None
        version, name = int(fault.path[1 : fault.path.index("/")]), fault.path.rpartition("/")[2]
        payload = payloads.get(version)
        made = {
            ocfl.METADATA: self._wanted.metadata.get(version),
            ocfl.MANIFEST: None if payload is None else payload.manifest,
            ocfl.MANIFEST_SM3: None if payload is None else payload.manifest_sm3,
        }[name]
        return made if made is not None and hashlib.sha256(made).hexdigest() == fault.expected else None

    def _kept(self, data: bytes, name: str) -> Path:
        target = self._place / "incoming" / name.replace("/", "-")
        write_durably(target, data, 0o444)
        return target

    def _put_all(self, ready: list[tuple[Mended, Path]], mended: list[Mended]) -> None:
        if not ready:
            return
        sync_folder(self._place / "incoming")
        mended += [each for each, _ in ready]
        self._begin(mended)
        self._crash_point("begun")
        for each, file in ready:
            self._put(each, file)

    def _put(self, each: Mended, file: Path) -> None:
        """Give the former file a second name outside the root, then let the good one take its place."""
        target, aside = self._path / each.path, self._place / "aside" / each.path
        aside.parent.mkdir(parents=True, exist_ok=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        if os.path.lexists(target) and not os.path.lexists(aside):
            os.link(target, aside, follow_symlinks=False)
            sync_folder(aside.parent)
        self._crash_point("aside")
        file.replace(target)
        sync_folder(target.parent)
        self._crash_point("replaced")

    async def _make_anew(self, earlier: list[Mended]) -> list[Mended]:
        """Make the whole object from blocks and the journal's metadata, and put it where it was."""
        made = await rebuild(self._wanted, source=self._source, place=self._place / "incoming" / "object")
        now = hashlib.sha256((made / ocfl.INVENTORY).read_bytes()).hexdigest()
        mended = [Mended(path="", was="", now=now)]
        self._begin(earlier + mended)
        self._crash_point("begun")
        if self._path.exists():
            shutil.rmtree(self._former, ignore_errors=True)  # of an earlier run, which gave its place to this one
            self._former.parent.mkdir(parents=True, exist_ok=True)
            self._path.rename(self._former)
            sync_folder(self._former.parent)
        self._crash_point("aside")
        self._path.parent.mkdir(exist_ok=True)
        made.rename(self._path)
        self._root.sync()
        self._crash_point("replaced")
        return mended

    @property
    def _former(self) -> Path:
        return self._place / "aside" / "object"

    def _put_back(self) -> None:
        """Give an object its place again that a crash left aside, before the one made anew had it."""
        if self._former.exists() and not self._path.exists():
            self._path.parent.mkdir(exist_ok=True)
            self._former.rename(self._path)
            self._root.sync()
            self._crash_point("put back")


def _mended(fault: Fault, now: str) -> Mended:
    return Mended(path=fault.path, was=fault.found, now=now)


def _side(path: str, data: bytes) -> Mended:
    return Mended(path=path, was="", now=hashlib.sha256(data).hexdigest())
