"""Making a whole object anew from blocks and metadata, in a storage root of its own that is thrown away afterwards."""

from __future__ import annotations

import asyncio
import shutil
from typing import TYPE_CHECKING

from storage.audit import check_object
from storage.errors import Damaged
from storage.root import StorageRoot
from storage.staged import Kind
from storage.unpack import unpack

if TYPE_CHECKING:
    from pathlib import Path

    from storage.block_source import BlockSource
    from storage.staged import Staged
    from storage.wanted import Wanted, WantedPayload

_MESSAGE = "repaired"


async def rebuild(wanted: Wanted, *, source: BlockSource, place: Path) -> Path:
    """Make the object below a new folder; give its own folder, durable and checked, to be moved where it belongs.

    Raise UnknownBlock, Damaged or Unreachable when its payload cannot be had as it was registered.
    """
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    StorageRoot.found(place / "root", staging=place / "staging").close()
    with_sm3 = any(want.with_sm3 for want in wanted.payloads.values())
    root = StorageRoot(place / "root", staging=place / "staging", sm3=with_sm3)
    metadata = b""
    for version in range(1, max([*wanted.payloads, *wanted.metadata]) + 1):
        want = wanted.payloads.get(version)
        staged = None if want is None else await _stage(root, want, source, place / f"v{version}")
        metadata = wanted.metadata.get(version, metadata)
        if version == 1 and staged is not None:
            root.place(staged, wanted.object_id, metadata=metadata, message=_MESSAGE)
        else:
            root.grow(wanted.object_id, staged, metadata=metadata, message=_MESSAGE)
    root.sync()
    checked = await asyncio.to_thread(check_object, root, wanted.object_id)
    checked.close()
    root.close()
    if checked.faults:
        fault = checked.faults[0]
        zh, en = f"{fault.object_id} 没有重建完好", f"{fault.object_id} was not rebuilt whole"
        raise Damaged(zh, en, file=fault.path)
    return root.object_path(wanted.object_id)


async def _stage(root: StorageRoot, want: WantedPayload, source: BlockSource, folder: Path) -> Staged:
    await unpack(source, want.cid, folder, name=want.name, judge=lambda: None)
    staged = await asyncio.to_thread(root.stage, folder / want.name if want.kind is Kind.FILE else folder)
    shutil.rmtree(folder)
    if staged.content_digest != want.content_digest:
        zh, en = "取回的内容与登记的摘要不符", "what was fetched has not the registered digest"
        raise Damaged(zh, en, file=want.name)
    return staged
