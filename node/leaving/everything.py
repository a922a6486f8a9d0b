"""Everything out: the institution leaves, with ordinary folders and a verifier that runs alone.

    DIR/读我 README.txt      what this is and how to verify it
    DIR/anchor.json          the trust anchor
    DIR/zhicang-verify.pyz   the verifier: python3 zhicang-verify.pyz .
    DIR/resources/YEAR/NUMBER/      a bag a payload; NUMBER-v1 and so on for payloads that are not the newest
    DIR/units/ID/            a bag a list of units, with the receipts of its first unit
    DIR/proofs/              the proof material of every transaction, from which further receipts are made
    DIR/lists/               every resource as Excel, CSV, JSON Lines and Dublin Core; history.jsonl: what happened

They are written in this order, so that what a cut run leaves can be verified already. Each folder appears whole or not
at all, some dozens with one sync; a run that was cut short goes on where it stopped. Keys are not taken along: they
belong to people, and `zhicang backup` keeps them.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from node.errors import BadInput, Doubtful, Words
from node.leaving.bag import fill_bag, fill_units_bag, receipted, unit_receipts
from node.leaving.surroundings import write_lists, write_proofs, write_surroundings
from storage.durable import write_durably
from storage.errors import Damaged, UnknownObject, told_of
from storage.whole_folder import folder_group, refuse_taken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from node.errors import ZhicangError
    from node.runtime import Reading
    from storage.errors import StorageError
    from storage.resources import ResourceRow, VersionRow
    from storage.units import UnitBatchRow
    from storage.whole_folder import FolderGroup

_STARTED = ".zhicang-export"


@dataclass(slots=True, kw_only=True)
class Left:
    """What an export wrote: bags of resources, of unit lists; how many were there; what cannot be read, with why."""

    resources: int = 0
    units: int = 0
    found: int = 0
    refused: list[tuple[str, ZhicangError | StorageError]]


def export_all(node: Reading, folder: Path, *, step: Callable[[], None]) -> Left:
    """Write everything into a new folder, or go on with one that was begun for this institution; durable at the end.

    A payload that is damaged or gone holds up no other. Raise BadInput, DiskFull or StorageError.
    """
    _begin(node, folder)
    write_surroundings(node, folder)
    left = Left(refused=[])
    with folder_group() as group:
        for row in node.journal.resources.all():
            step()
            for name, version in _payloads(node, row):
                target = folder / "resources" / f"{row.period:04d}" / name
                left.resources += _resource(node, version, target, group, left)
        for batch in node.journal.units.batches():
            step()
            if batch.stage != "numbered":
                left.units += _units(node, batch, folder / "units" / batch.object_id, group, left)
        write_proofs(node.proofs, folder / "proofs", group)
    write_lists(node, folder / "lists")
    return left


def _resource(node: Reading, version: VersionRow, target: Path, group: FolderGroup, left: Left) -> bool:
    """Write a bag unless an earlier run did, and nothing was amended since; tell whether it was written now."""
    names = receipted(node, version)
    if _holds(target, names) and (target / "metadata.json").read_bytes() == version.metadata:
        left.found += 1
        return False
    return _written(lambda bag: fill_bag(node, version, bag), version.number, target, group, left)


def _units(node: Reading, batch: UnitBatchRow, target: Path, group: FolderGroup, left: Left) -> bool:
    if _holds(target, unit_receipts(node, batch)):
        left.found += 1
        return False
    return _written(lambda bag: fill_units_bag(node, batch, bag), f"units/{batch.object_id}", target, group, left)


def _written(fill: Callable[[Path], int], name: str, target: Path, group: FolderGroup, left: Left) -> bool:
    shutil.rmtree(target, ignore_errors=True)
    try:
        with group.folder(target) as bag:
            fill(bag)
    except (Damaged, UnknownObject, Doubtful) as error:
        left.refused.append((name, error))
        return False
    return True


def _holds(bag: Path, receipts: dict[str, VersionRow] | list[str]) -> bool:
    """Tell whether a bag is there with these receipts and no other."""
    there = {path.stem for path in (bag / "receipts").glob("*.json")}
    return (bag / "bagit.txt").is_file() and there == set(receipts)


def _begin(node: Reading, folder: Path) -> None:
    """Take a new or empty folder, or one that was begun for this institution on this chain."""
    mark = folder / _STARTED
    own = f"{node.identity.code} {node.identity.genesis_hash}\n".encode()
    mend = Words("换一个新的目录", "name a new folder")
    with told_of(str(folder)):
        if not mark.is_file():
            refuse_taken(folder)
        folder.mkdir(parents=True, exist_ok=True)
        if mark.is_file() and mark.read_bytes() != own:
            zh = f"{folder} 里是另一机构或另一条链的导出"
            en = f"{folder} holds the export of another institution, or from another chain"
            raise BadInput(zh, en, mend=mend, file=str(folder))
        write_durably(mark, own)


def _payloads(node: Reading, row: ResourceRow) -> Iterator[tuple[str, VersionRow]]:
    """Give every payload of a resource with a name and its newest version, one with a receipt before one that waits."""
    if node.journal.purges.get(row.number) is not None:
        return  # its payload is gone; history and proofs go out
    newest: dict[int, VersionRow] = {}
    for each in node.journal.resources.versions(row.number):
        known = newest.get(each.payload_at)
        if each.stage != "numbered" and (known is None or _proven(node, each) or not _proven(node, known)):
            newest[each.payload_at] = each
    for at, version in newest.items():
        yield (row.number if at == row.payload_at else f"{row.number}-v{at}"), version


def _proven(node: Reading, version: VersionRow) -> bool:
    return version.stage == "confirmed" or node.journal.earlier_matters.place(version.matter) is not None
