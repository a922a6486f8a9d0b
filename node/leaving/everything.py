"""Everything out: the institution leaves, with ordinary folders and a verifier that runs alone.

    DIR/读我 README.txt      what this is and how to verify it
    DIR/anchor.json          the trust anchor
    DIR/zhicang-verify.pyz   the verifier: python3 zhicang-verify.pyz .
    DIR/resources/YEAR/NUMBER/      a bag a payload; NUMBER-v1 and so on for payloads that are not the newest
    DIR/units/ID/            a bag a list of units, with the receipts of its first unit
    DIR/proofs/              the proof material of every transaction, from which further receipts are made
    DIR/lists/               every resource as Excel, CSV, JSON Lines and Dublin Core; history.jsonl: what happened;
                             bags.jsonl: every bag that belongs here

They are written in this order, so that what a cut run leaves can be verified already. Each folder appears whole or not
at all, some dozens with one sync; a run that was cut short goes on where it stopped. A bag that is out of date stays
until the new one is whole, and for ever where its payload cannot be read any more: it may be the last copy. Keys are
not taken along: they belong to people, and `zhicang backup` keeps them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from node.errors import BadInput, Doubtful, Words
from node.leaving.bag import fill_bag, fill_units_bag, receipted, unit_receipts
from node.leaving.listed import LIST, MARK, line_of
from node.leaving.surroundings import write_lists, write_proofs, write_surroundings
from node.records.kind import Kind
from node.records.manifest import manifest_of, parse_manifest
from storage.durable import write_durably, written_durably
from storage.errors import Damaged, UnknownObject, told_of
from storage.whole_folder import folder_group, put_back, refuse_taken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from node.errors import ZhicangError
    from node.runtime import Reading
    from storage.errors import StorageError
    from storage.resources import ResourceRow, VersionRow
    from storage.units import UnitBatchRow
    from storage.whole_folder import FolderGroup


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
    with told_of(str(folder)):
        (folder / LIST).parent.mkdir(exist_ok=True)
    with told_of(str(folder)), written_durably(folder / LIST) as bags, folder_group() as group:
        for row in node.journal.resources.in_pages():
            step()
            for name, version in _payloads(node, row):
                bag = f"resources/{row.period:04d}/{name}"
                bags.write(line_of(bag, kind=Kind(version.kind).word, digest=version.content_digest))
                left.resources += _resource(node, version, folder / bag, group, left)
        for batch in node.journal.units.in_pages():
            step()
            if batch.stage != "numbered":
                bag = f"units/{batch.object_id}"
                bags.write(line_of(bag, kind=Kind.FILE.word, digest=batch.list_digest))
                left.units += _units(node, batch, folder / bag, group, left)
        write_proofs(node.proofs, folder / "proofs", group)
    write_lists(node, folder / "lists")
    return left


def _resource(node: Reading, version: VersionRow, target: Path, group: FolderGroup, left: Left) -> bool:
    """Write a bag unless an earlier run did, and nothing was amended since; tell whether it was written now."""
    names = receipted(node, version)
    held = _holds(target, names, Kind(version.kind), version.content_digest)
    if held and (target / "metadata.json").read_bytes() == version.metadata:
        left.found += 1
        return False
    return _written(lambda bag: fill_bag(node, version, bag), version.number, target, group, left)


def _units(node: Reading, batch: UnitBatchRow, target: Path, group: FolderGroup, left: Left) -> bool:
    if _holds(target, unit_receipts(node, batch), Kind.FILE, batch.list_digest):
        left.found += 1
        return False
    return _written(lambda bag: fill_units_bag(node, batch, bag), f"units/{batch.object_id}", target, group, left)


def _written(fill: Callable[[Path], int], name: str, target: Path, group: FolderGroup, left: Left) -> bool:
    try:
        with group.folder(target, replacing=True) as bag:
            fill(bag)
    except (Damaged, UnknownObject, Doubtful) as error:
        left.refused.append((name, error))
        return False
    return True


def _holds(bag: Path, receipts: dict[str, VersionRow] | list[str], kind: Kind, digest: bytes) -> bool:
    """Tell whether a bag is there with these receipts and no other, and by its manifest with this payload."""
    put_back(bag)
    there = {path.stem for path in (bag / "receipts").glob("*.json")}
    return (bag / "bagit.txt").is_file() and there == set(receipts) and _says_digest(bag, kind, digest)


def _says_digest(bag: Path, kind: Kind, digest: bytes) -> bool:
    try:
        lines = parse_manifest((bag / "manifest-sha256.txt").read_bytes())
    except (OSError, BadInput):
        return False
    files = {line.path.removeprefix("data/"): line.sha256 for line in lines}
    if kind is Kind.FILE:
        return list(files.values()) == [digest]
    return hashlib.sha256(manifest_of(files)).digest() == digest


def _begin(node: Reading, folder: Path) -> None:
    """Take a new or empty folder, or one that was begun for this institution on this chain."""
    mark = folder / MARK
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
