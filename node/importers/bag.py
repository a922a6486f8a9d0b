"""A BagIt bag as a delivery: its payload without the folder data/, and what its manifests say of every file.

The bag library reads the declaration and the manifests; the payload itself is hashed once, by the pre-check, together
with everything else. For that the library gets the tag files alone, in a folder of their own.
"""

from __future__ import annotations

import logging
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from node.errors import BadInput, Words
from node.importers.delivery import DATA, Delivery, Fault

if TYPE_CHECKING:
    from node.importers.delivery import Entry

DECLARATION = "bagit.txt"
KNOWN = ("md5", "sha1", "sha256", "sha512")
"""Algorithms of manifests that are compared."""
LARGEST_TAGS = 256 << 20


def is_bag(delivery: Delivery) -> bool:
    """Tell whether a delivery says that it is a bag."""
    return DECLARATION in delivery.files


def as_bag(delivery: Delivery) -> Delivery:
    """Give the payload of a bag as the delivery; raise BadInput when it is no bag that can be checked."""
    tags = {path: entry for path, entry in delivery.files.items() if not path.startswith(DATA)}
    if "fetch.txt" in tags:
        mend = Words("先把 fetch.txt 所列文件取齐再交付", "fetch the files that fetch.txt names, then deliver")
        zh, en = "包里的文件没有取齐(有 fetch.txt)", "the bag is incomplete: it has a fetch.txt"
        raise BadInput(zh, en, mend=mend, file=str(delivery.place))
    listed = _manifests(delivery, tags)
    payload = {path.removeprefix(DATA): entry for path, entry in delivery.files.items() if path.startswith(DATA)}
    faults = [
        replace(fault, path=fault.path.removeprefix(DATA)) for fault in delivery.faults if fault.path.startswith(DATA)
    ]
    faults += [Fault(path=path, rule="bag-missing") for path in sorted(listed.keys() - payload.keys())]
    faults += [Fault(path=path, rule="bag-surplus") for path in sorted(payload.keys() - listed.keys())]
    ignored = tuple(path.removeprefix(DATA) for path in delivery.ignored)
    return replace(delivery, kind="bag", files=payload, faults=tuple(faults), listed=listed, ignored=ignored)


def _manifests(delivery: Delivery, tags: dict[str, Entry]) -> dict[str, dict[str, str]]:
    import bagit

    if sum(entry.size for entry in tags.values()) > LARGEST_TAGS:
        raise BadInput("包的清单过大", "the bag's tag files are too large", file=str(delivery.place))
    # the library also speaks through its logger; what it finds is told by us, once
    logging.getLogger("bagit").setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory(prefix="zhicang-bag-") as folder:
        for path, entry in tags.items():
            if "/" not in path:
                Path(folder, path).write_bytes(entry.whole(path))
        Path(folder, "data").mkdir()
        try:
            entries = bagit.Bag(folder).payload_entries()
        except (bagit.BagError, ValueError, OSError, LookupError) as error:
            mend = Words("请加工单位重新打包", "ask the company to make the bag again")
            zh, en = f"不是完好的 BagIt 包:{str(error)[:100]}", f"no sound BagIt bag: {str(error)[:100]}"
            raise BadInput(zh, en, mend=mend, file=str(delivery.place)) from error
    if not entries:
        raise BadInput("BagIt 包没有载荷清单", "the bag has no payload manifest", file=str(delivery.place))
    return {
        path.removeprefix(DATA): {name: digest.lower() for name, digest in digests.items() if name in KNOWN}
        for path, digests in entries.items()
    }
