"""What stands around the bags of an export: page, anchor and verifier; proofs; lists and history.

Everything is written piece by piece, so that a large home needs no more memory than a small one.
"""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING, Any

from node.history import describe
from node.leaving.verifier import make_verifier
from node.listing.formats import described, write_rows
from node.listing.rows import columns_of, rows_of
from node.own_anchor import trust_anchor
from node.records import canonical
from storage.durable import write_durably, written_durably
from storage.errors import told_of
from storage.whole_folder import put_back

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from node.runtime import Reading
    from storage.proofs import ProofFolder
    from storage.whole_folder import FolderGroup

_README = "读我 README.txt"
_TEXT = """{name}({code})的全部登记资源,由知仓导出。
All that {name} ({code}) registered, exported by Zhicang.

核验(不联网,只需 Python 3.11 或更新)  To verify, offline, with Python 3.11 or newer alone:
    python3 zhicang-verify.pyz .
信任锚指纹,请与纸上或网站上的比较  Fingerprint of the trust anchor, to compare with paper or web page:
    {fingerprint}

resources 和 units 下的每个文件夹都是 BagIt 1.0 包  Every folder below resources and units is a BagIt 1.0 bag:
    cd resources/…/… && sha256sum -c manifest-sha256.txt
receipts 里是存证凭证,带 -earlier 的是接入网络之前原链上的,同样永久有效
The receipts are in receipts; those with -earlier are of the chain before a network was joined, and good for ever too.
lists 里是清单和经过(bags.jsonl 列出应有的每个包),proofs 里是交易证明
In lists: what there is (bags.jsonl: every bag), and what happened; in proofs: of every transaction
密钥不在其中  Keys are not among this.
"""


def write_surroundings(node: Reading, folder: Path) -> None:
    """Write anchor, verifier and the page that explains, anew each time."""
    anchor, identity = trust_anchor(node.home), node.identity
    text = _TEXT.format(name=identity.name, code=identity.code, fingerprint=anchor.fingerprint)
    files = {
        "anchor.json": anchor.to_json_bytes(), "zhicang-verify.pyz": make_verifier(), _README: text.encode(),
    }  # fmt: skip
    with told_of(str(folder)):
        for name, data in files.items():
            write_durably(folder / name, data)


def write_proofs(proofs: ProofFolder, folder: Path, group: FolderGroup) -> None:
    """Write every proof file as ``ab/<tx_hash>.json``; a folder of them that an earlier run wrote whole stays."""
    for prefix, hashes in groupby(proofs.tx_hashes(), key=lambda tx_hash: tx_hash.hex()[:2]):
        target = folder / prefix
        put_back(target)
        names = {f"{tx_hash.hex()}.json": tx_hash for tx_hash in hashes}
        if {path.name for path in target.glob("*")} == names.keys():
            continue
        with group.folder(target, replacing=True) as partial:
            for name, tx_hash in names.items():
                (partial / name).write_bytes(proofs.get(tx_hash))


def write_lists(node: Reading, folder: Path) -> None:
    """Write the lists anew: first as JSON Lines, from which the others are made without asking the journal again."""
    journal = node.journal
    lines = folder / "resources.jsonl"
    with told_of(str(folder)):
        folder.mkdir(exist_ok=True)
        with written_durably(lines) as stream:
            write_rows(stream, "jsonl", rows_of(journal, journal.resources.in_pages()), (), language="zh")
        columns = columns_of(_rows(lines))
        for form in ("csv", "xlsx"):
            with written_durably(folder / f"resources.{form}") as stream:
                write_rows(stream, form, _rows(lines), columns, language="zh")
        with written_durably(folder / "resources-dc.xml") as stream:
            stream.writelines(described(journal.resources.in_pages()))
        with written_durably(folder / "history.jsonl") as stream:
            for row in journal.resources.in_pages():
                stream.write(canonical.encode(describe(journal, row)) + b"\n")


def _rows(lines: Path) -> Iterator[dict[str, Any]]:
    with lines.open(encoding="utf-8") as stream:
        for line in stream:
            yield json.loads(line)
