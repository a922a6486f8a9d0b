"""The register 登记清单 of an import or a lot: a line a resource, its totals, and the header that proves it all."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from node.errors import Words
from node.receipts.material import ProofMaterial
from node.records.kind import Kind
from node.registrar.stages import STATUSES, status_of
from storage.cid import Cid

if TYPE_CHECKING:
    from collections.abc import Iterable

    from storage.acts import ActRow
    from storage.journal import Journal
    from storage.lots import LotRow
    from storage.proofs import ProofFolder
    from storage.resources import ResourceRow

BEIJING = timezone(timedelta(hours=8))
COLUMNS: dict[str, Words] = {
    "number": Words("登记号", "number"),
    "client_ref": Words("自有编号", "client_ref"),
    "title": Words("题名", "title"),
    "kind": Words("形式", "kind"),
    "files": Words("文件数", "files"),
    "bytes": Words("字节", "bytes"),
    "sha256": Words("SHA-256", "SHA-256"),
    "cid": Words("CID", "CID"),
    "status": Words("状态", "status"),
    "tx_hash": Words("交易号", "tx_hash"),
    "height": Words("区块高度", "height"),
    "time": Words("时间", "time"),
    "lot": Words("交付批次", "lot"),
    "source": Words("来源", "source"),
}
"""The columns of the list, in their order."""
KINDS = {"file": Words("单文件", "file"), "tree": Words("多文件", "tree")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One resource; ``height`` and ``time`` (ISO, Beijing) are empty until it is final."""

    row: ResourceRow
    act: ActRow | None

    @property
    def status(self) -> str:
        """How far it has come, as in JSON output."""
        return "withdrawn" if self.row.withdrawn else status_of(self.row.code, self.row.stage)

    def to_json(self) -> dict[str, Any]:
        """Give the line by the names of `COLUMNS`."""
        act, row = self.act, self.row
        final = act is not None and act.tx_hash is not None and row.stage == "confirmed"
        return {
            "number": row.number,
            "client_ref": row.client_ref,
            "title": row.title,
            "kind": Kind(row.kind).word,
            "files": row.files,
            "bytes": row.size,
            "sha256": row.content_digest.hex(),
            "cid": str(Cid.from_binary(row.cid)),
            "status": self.status,
            "tx_hash": "0x" + act.tx_hash.hex() if final and act and act.tx_hash else "",
            "height": act.height if final and act else None,
            "time": beijing(act.time) if final and act and act.time else "",
            "lot": row.lot,
            "source": row.source_path,
        }

    def texts(self, language: str) -> list[str]:
        """Give the line as a person reads it."""
        value = self.to_json()
        value["status"] = STATUSES[self.status].in_language(language)
        value["kind"] = KINDS[value["kind"]].in_language(language)
        return ["" if value[name] is None else str(value[name]) for name in COLUMNS]


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """The lines with what stands above and below them.

    ``head`` is the newest header in which one of the resources stands, as (height, hash); None while none is final.
    ``left`` counts what was brought and did not come in: held back by the pre-check, or refused.
    """

    institution: str
    code: str
    fingerprint: str
    source: str
    lot: LotRow | None
    lines: tuple[Line, ...]
    head: tuple[int, bytes] | None
    made: int
    left: int = 0
    demonstration: bool = False

    @property
    def statuses(self) -> Counter[str]:
        """Count the lines by status."""
        return Counter(line.status for line in self.lines)

    @property
    def files(self) -> int:
        """Count the files."""
        return sum(line.row.files for line in self.lines)

    @property
    def size(self) -> int:
        """Count the bytes."""
        return sum(line.row.size for line in self.lines)


def lines_of(journal: Journal, rows: Iterable[ResourceRow]) -> tuple[Line, ...]:
    """Give the lines of resources, each with the act that brought it on chain."""
    acts: dict[int, ActRow | None] = {}
    lines: list[Line] = []
    for row in rows:
        if row.act is not None and row.act not in acts:
            acts[row.act] = journal.acts.get(row.act)
        lines.append(Line(row=row, act=acts.get(row.act or 0)))
    return tuple(lines)


def head_of(lines: Iterable[Line], proofs: ProofFolder) -> tuple[int, bytes] | None:
    """Give height and hash of the newest header in which one of the lines stands, out of its kept proof."""
    final = [line.act for line in lines if line.act is not None and line.act.tx_hash and line.row.stage == "confirmed"]
    newest = max(final, key=lambda act: act.height or 0, default=None)
    if newest is None or newest.tx_hash is None or newest.height is None:
        return None
    try:
        material = ProofMaterial.from_json_bytes(proofs.get(newest.tx_hash))
    except FileNotFoundError:
        return None  # `audit` says what to do
    return newest.height, material.decode_header().block_hash


def beijing(seconds: int) -> str:
    """Give UTC seconds as ISO time of Beijing."""
    return datetime.fromtimestamp(seconds, UTC).astimezone(BEIJING).isoformat(timespec="seconds")
