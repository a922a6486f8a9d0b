"""What a home registered in earlier years, asked by the content of single files.

The block index finds the files that begin with the same block; the manifest of each such object tells whether the
whole file is the same. Nothing is written, and no index has to be kept for it.
"""

from __future__ import annotations

import itertools
from functools import lru_cache
from typing import TYPE_CHECKING

from node.precheck.duplicates import Known
from node.records.manifest import parse_manifest
from storage.errors import StorageError

if TYPE_CHECKING:
    from node.precheck.digests import Hashed
    from storage.blocks import BlockIndex
    from storage.journal import Journal
    from storage.root import StorageRoot

MOST_PLACES = 64
"""Places looked at for one file: a blank page stands in very many, and the first few tell enough."""


class Registered:
    """The registered content of a home, opened for reading."""

    def __init__(self, *, journal: Journal, blocks: BlockIndex, root: StorageRoot) -> None:
        self._journal = journal
        self._blocks = blocks
        self._root = root
        self._manifest = lru_cache(maxsize=256)(self._read_manifest)

    def holders(self, hashed: Hashed) -> list[Known]:
        """Give the resources that hold a file with this content, in the order of their numbers."""
        found: dict[str, Known] = {}
        for row in itertools.islice(self._blocks.rows.places(hashed.first), MOST_PLACES):
            if row.offset or row.object_id in found or self._manifest(row.object_id).get(row.path) != hashed.sha256:
                continue
            resource = self._journal.resources.by_number(row.object_id)
            if resource is not None:
                known = Known(
                    number=resource.number, title=resource.title, period=resource.period, origin=resource.source_path
                )
                found[resource.number] = known
        return [found[number] for number in sorted(found)]

    def _read_manifest(self, object_id: str) -> dict[str, bytes]:
        try:
            return {line.path: line.sha256 for line in parse_manifest(self._root.manifest(object_id))}
        except StorageError:
            return {}  # a damaged or purged object; `audit` says which
