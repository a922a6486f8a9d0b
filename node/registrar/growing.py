"""Growing: a new version placed in its object and entered in the journal, or as if nobody had asked for it.

Order of writes, and what a crash in between leaves:
1. new content is copied into the staging folder                      → staging is swept at the next start
2. the journal names the object that will grow by a version           → `take_back_unknown` finds nothing to take back
3. the version is placed in the object, one syncfs, index rows        → the object is taken back to what it was
4. the journal gets the version and its matter, at the asked stage    → it goes on from there
Nothing is acknowledged before the fourth. The first is the caller's.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from node.registrar.changeable import Because
    from storage.blocks import BlockIndex
    from storage.journal import Journal
    from storage.matters import Code, MatterRow
    from storage.resources import VersionRow
    from storage.root import Staged, StorageRoot


class Growing:
    """Lets objects of the storage root grow by versions."""

    def __init__(
        self,
        *,
        root: StorageRoot,
        blocks: BlockIndex,
        journal: Journal,
        clock: Callable[[], float],
        crash_point: Callable[[str], None],
    ) -> None:
        self._root = root
        self._blocks = blocks
        self._journal = journal
        self._clock = clock
        self._crash_point = crash_point

    def grow(
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

    def take_back_unknown(self) -> None:
        """Take back the versions that a crash left in objects without the journal's knowing them; for the start."""
        for object_id, keep in self._journal.resources.growing():
            for version in range(keep + 1, self._root.newest_folder(object_id) + 1):
                self._blocks.forget(f"{object_id}/v{version}")
            self._root.shrink(object_id, keep)
            with self._journal.transaction():
                self._journal.resources.end_growing(object_id)
