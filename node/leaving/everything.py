"""Everything out: the institution leaves, with ordinary folders and a verifier that runs alone.

    DIR/读我 README.txt      what this is and how to verify it
    DIR/anchor.json          the trust anchor
    DIR/zhicang-verify.pyz   the verifier: python3 zhicang-verify.pyz .
    DIR/lists/               every resource as Excel, CSV, JSON Lines and Dublin Core; history.jsonl: what happened
    DIR/resources/YEAR/NUMBER/      a bag a payload; NUMBER-v1 and so on for payloads that were superseded
    DIR/units/ID/            a bag a list of units, with the receipt of its first unit
    DIR/proofs/              the proof material of every transaction, from which further receipts are made

Each bag appears whole or not at all, so that a run that was cut short goes on where it stopped. Keys are not taken
along: they belong to people, and `zhicang backup` keeps them.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from node.errors import BadInput, Words
from node.history import describe
from node.leaving.bag import receipted, write_bag, write_units_bag
from node.leaving.lists import list_in
from node.leaving.verifier import make_verifier
from node.own_anchor import trust_anchor
from node.records import canonical
from storage.durable import write_durably
from storage.errors import told_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from node.runtime import Reading
    from storage.resources import ResourceRow, VersionRow

_STARTED, _README = ".zhicang-export", "读我 README.txt"
_LISTS = {"xlsx": "resources.xlsx", "csv": "resources.csv", "jsonl": "resources.jsonl", "dc": "resources-dc.xml"}
_TEXT = """{name}({code})的全部登记资源,由知仓导出。
All that {name} ({code}) registered, exported by Zhicang.

核验(不联网,只需 Python 3.11 或更新)  To verify, offline, with Python 3.11 or newer alone:
    python3 zhicang-verify.pyz .
信任锚指纹,请与纸上或网站上的比较  Fingerprint of the trust anchor, to compare with paper or web page:
    {fingerprint}

每个文件夹都是 BagIt 1.0 包  Every folder below resources and units is a BagIt 1.0 bag:
    cd resources/…/… && sha256sum -c manifest-sha256.txt
密钥不在其中  Keys are not among this.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What an export wrote: bags of resources, bags of unit lists, and how many of them an earlier run had written."""

    resources: int
    units: int
    found: int


def export_all(node: Reading, folder: Path, *, step: Callable[[], None]) -> Left:
    """Write everything into a new folder, or go on with one that was begun for this institution; durable at the end."""
    _begin(node, folder)
    resources = units = found = 0
    for row in node.journal.resources.all():
        step()
        for name, version in _payloads(node, row):
            target = folder / "resources" / f"{row.period:04d}" / name
            if _is_there(node, version, target):
                found += 1
                continue
            shutil.rmtree(target, ignore_errors=True)
            write_bag(node, version, target)
            resources += 1
    for batch in node.journal.units.batches():
        step()
        target = folder / "units" / batch.object_id
        if (target / "bagit.txt").is_file():
            found += 1
        elif batch.stage == "confirmed":
            write_units_bag(node, batch, target)
            units += 1
    _write_rest(node, folder)
    return Left(resources=resources, units=units, found=found)


def _begin(node: Reading, folder: Path) -> None:
    """Take a new or empty folder, or one that was begun for this institution."""
    mark = folder / _STARTED
    own = f"{node.identity.code} {node.identity.genesis_hash}\n".encode()
    with told_of(str(folder)):
        if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not mark.is_file())):
            mend = Words("换一个新的目录", "name a new folder")
            zh, en = f"{folder} 已存在且不是空目录", f"{folder} exists and is not an empty folder"
            raise BadInput(zh, en, mend=mend, file=str(folder))
        folder.mkdir(parents=True, exist_ok=True)
        if mark.is_file() and mark.read_bytes() != own:
            mend = Words("换一个新的目录", "name a new folder")
            zh, en = f"{folder} 里是另一机构的导出", f"{folder} holds the export of another institution"
            raise BadInput(zh, en, mend=mend, file=str(folder))
        write_durably(mark, own)


def _payloads(node: Reading, row: ResourceRow) -> list[tuple[str, VersionRow]]:
    """Give every payload of a resource with a name and its newest version: final ones, or what is stored and waits."""
    final = {each.payload_at: each for each in node.journal.resources.versions(row.number) if each.stage == "confirmed"}
    if not final:
        return [] if row.stage == "numbered" else [(row.number, row)]
    return [(row.number if at == row.payload_at else f"{row.number}-v{at}", each) for at, each in final.items()]


def _is_there(node: Reading, version: VersionRow, bag: Path) -> bool:
    """Tell whether an earlier run wrote this bag, and nothing was amended since."""
    if not (bag / "bagit.txt").is_file() or (bag / "metadata.json").read_bytes() != version.metadata:
        return False
    receipts = {path.name for path in (bag / "receipts").glob("*.json")}
    return receipts == {f"v{each.version}.json" for each in receipted(node, version)}


def _write_rest(node: Reading, folder: Path) -> None:
    """Write lists, history, proofs, anchor, verifier and the page that explains, all anew."""
    anchor, identity = trust_anchor(node.home), node.identity
    rows = list(node.journal.resources.all())
    history = b"".join(canonical.encode(describe(node.journal, row)) + b"\n" for row in rows)
    text = _TEXT.format(name=identity.name, code=identity.code, fingerprint=anchor.fingerprint)
    files = {
        "anchor.json": anchor.to_json_bytes(), "zhicang-verify.pyz": make_verifier(), _README: text.encode(),
        "lists/history.jsonl": history,
    }  # fmt: skip
    files |= {f"lists/{name}": list_in(form, node.journal, rows) for form, name in _LISTS.items()}
    files |= {f"proofs/{tx_hash.hex()}.json": node.proofs.get(tx_hash) for tx_hash in node.proofs.tx_hashes()}
    with told_of(str(folder)):
        for name, data in files.items():
            (folder / name).parent.mkdir(exist_ok=True)
            write_durably(folder / name, data)
