"""A BagIt 1.0 bag of one payload, with all that proves it.

Source: RFC 8493. Beside the payload below `data/` the bag holds the metadata as registered, the receipts of every
version with this payload (those of an earlier chain too: they stay good for ever), and the trust anchor.
`manifest-sm3.txt` is no manifest that BagIt knows: its readers pass over it, and it serves those who check SM3.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from node.listing.dublin_core import dublin_core
from node.own_anchor import trust_anchor
from node.receipt_desk import on_earlier_chain, read_lines, receipt_for, unit_receipt_for
from node.records import canonical
from node.records.manifest import manifest_of
from node.records.metadata import Metadata
from node.version import VERSION
from storage.sm3 import new_sm3
from storage.staged import Kind
from storage.whole_folder import whole_folder

if TYPE_CHECKING:
    from pathlib import Path

    from node.runtime import Reading
    from storage.resources import VersionRow
    from storage.units import UnitBatchRow

_PIECE = 1 << 20
_TAGS = {"sha256": hashlib.sha256, "sha512": hashlib.sha512}
EARLIER, UNITS = "-earlier", "first-unit"
"""Parts of the names of receipts: of the chain that the home came from; of a list of units."""
_PAYLOAD: dict[str, Any] = _TAGS | {"sm3": new_sm3}
"""Algorithm → how its digest is begun: those of the manifests of the payload."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Contents:
    """What a bag is made from: the payload's name, kind and digest, its description, and the files beside it."""

    payload_id: str
    expected: tuple[Kind, bytes]
    number: str
    title: str
    files: dict[str, bytes]


def write_bag(node: Reading, row: VersionRow, folder: Path) -> int:
    """Write the payload of a version as a bag into a new or empty folder; give the number of payload files.

    Durable when this returns. Raise TargetNotEmpty, Damaged or DiskFull, with nothing left behind.
    """
    with whole_folder(folder) as bag:
        return fill_bag(node, row, bag)


def fill_bag(node: Reading, row: VersionRow, bag: Path) -> int:
    """Write the payload of a version as a bag into a folder whose durability is the caller's."""
    metadata = Metadata.from_json(canonical.decode(row.metadata))
    files = {
        "metadata.json": row.metadata,
        "dc.xml": b"".join(dublin_core([(row.number, metadata, row.content_digest.hex())])),
    }
    for name, version in receipted(node, row).items():
        files[f"receipts/{name}.json"] = receipt_for(node, version).to_json_bytes()
    contents = _Contents(
        payload_id=row.payload_id, expected=(Kind(row.kind), row.content_digest), number=row.number,
        title=row.title, files=files,
    )  # fmt: skip
    return _fill(node, contents, bag)


def fill_units_bag(node: Reading, batch: UnitBatchRow, bag: Path) -> int:
    """Write the list of a unit batch as a bag, with the receipts of its first unit, which hold the batch's root."""
    first = canonical.decode(read_lines(node, batch)[0])
    unit = first["resource_id"], str(first[batch.id_field])
    files = {
        f"receipts/{name}.json": unit_receipt_for(node, *unit, earlier=name.endswith(EARLIER)).to_json_bytes()
        for name in unit_receipts(node, batch)
    }
    contents = _Contents(
        payload_id=batch.object_id, expected=(Kind.FILE, batch.list_digest), number="0x" + batch.root.hex(),
        title=f"知识单元清单 list of {batch.claimed} units", files=files,
    )  # fmt: skip
    return _fill(node, contents, bag)


def receipted(node: Reading, row: VersionRow) -> dict[str, VersionRow]:
    """Give the receipts that there are for the payload of a version: name → version, on whichever chain it is final."""
    found: dict[str, VersionRow] = {}
    for each in node.journal.resources.versions(row.number):
        if each.payload_at != row.payload_at:
            continue
        if node.journal.earlier_matters.place(each.matter) is not None:
            found[f"v{each.version}{EARLIER}"] = on_earlier_chain(node, each)
        if each.stage == "confirmed":
            found[f"v{each.version}"] = each
    return found


def unit_receipts(node: Reading, batch: UnitBatchRow) -> list[str]:
    """Give the names of the receipts that there are for a unit batch."""
    earlier = node.journal.earlier_matters.place(batch.matter) is not None
    names = (UNITS + EARLIER, earlier), (UNITS, batch.stage == "confirmed")
    return [name for name, there in names if there]


def _fill(node: Reading, contents: _Contents, bag: Path) -> int:
    data = bag / "data"
    data.mkdir()
    files = node.blocks.copy_out(contents.payload_id, data, expected=contents.expected)
    for name, content in contents.files.items():
        (bag / name).parent.mkdir(exist_ok=True)
        (bag / name).write_bytes(content)
    (bag / "anchor.json").write_bytes(trust_anchor(node.home).to_json_bytes())
    _write_manifests(bag, "manifest", data, _PAYLOAD)
    size = sum(file.stat().st_size for file in data.rglob("*") if file.is_file())
    _write_bag_info(node, contents, bag, f"{size}.{files}")
    _write_manifests(bag, "tagmanifest", bag, _TAGS)
    return files


def _write_bag_info(node: Reading, contents: _Contents, bag: Path, oxum: str) -> None:
    status = "registered" if (bag / "receipts").is_dir() else "not registered: no receipt"
    info = {
        "Source-Organization": node.identity.name,
        "External-Identifier": contents.number,
        "External-Description": " ".join(contents.title.split()),
        "Bagging-Date": time.strftime("%Y-%m-%d", time.gmtime()),
        "Payload-Oxum": oxum,
        "Bag-Software-Agent": f"zhicang {VERSION}",
        "Zhicang-Status": status,
    }
    text = "".join(f"{name}: {value}\n" for name, value in info.items())
    (bag / "bag-info.txt").write_text(text, encoding="utf-8")
    (bag / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n", encoding="utf-8")


def _write_manifests(bag: Path, name: str, folder: Path, algorithms: dict[str, Any]) -> None:
    """Write a manifest an algorithm over every file below a folder, from one reading."""
    found: dict[str, dict[str, bytes]] = {algorithm: {} for algorithm in algorithms}
    for file in sorted(file for file in folder.rglob("*") if file.is_file()):
        path = file.relative_to(bag).as_posix()
        if name == "tagmanifest" and path.startswith("data/"):
            continue
        hashers = {algorithm: begin() for algorithm, begin in algorithms.items()}
        with file.open("rb") as stream:
            while piece := stream.read(_PIECE):
                for hasher in hashers.values():
                    hasher.update(piece)
        for algorithm, hasher in hashers.items():
            found[algorithm][path] = hasher.digest()
    for algorithm, digests in found.items():
        (bag / f"{name}-{algorithm}.txt").write_bytes(manifest_of(digests))
