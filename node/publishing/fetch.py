"""A partner's payload out of the swarm: through the home's own kubo, every block verified here, written out whole.

kubo keeps what was fetched under a pin, so that it stays. What a crash leaves: that pin, or blocks without one, and a
folder ".zhicang-partial" beside the target; the same command again goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.errors import BadInput, Doubtful, Words, ZhicangError
from node.offline import read_anchor, read_receipt, read_subject
from node.receipts.record import RegisteredRecord
from node.receipts.verify import verify
from storage.cid import Cid
from storage.unpack import unpack
from storage.whole_folder import whole_folder

if TYPE_CHECKING:
    from pathlib import Path

    from node.receipts.anchor import TrustAnchor
    from node.receipts.receipt import Receipt
    from node.receipts.verdict import Verdict
    from storage.kubo_blocks import KuboBlocks
    from storage.unpack import Unpacked

FETCHED = "fetched"
"""The name of what was fetched by its CID alone: of its pin, and of a file that has no other."""


class Wanted:
    """What is to be fetched: a root, and the receipt and anchor that say what it is, where there are any."""

    def __init__(self, root: Cid, name: str, proof: tuple[Receipt, TrustAnchor] | None) -> None:
        self.root = root
        self.name = name
        self.proof = proof

    @classmethod
    def named(cls, text: str, *, folder: Path, anchor: Path) -> Wanted:
        """Read what the user named: a receipt's file, or a CID; raise BadInput for a receipt of units."""
        path = folder / text
        if not path.is_file():
            return cls(Cid.parse_foreign(text), FETCHED, None)
        receipt = read_receipt(path)
        record = receipt.record
        if not isinstance(record, RegisteredRecord):
            mend = Words("给资源的凭证,或 CID", "give the receipt of a resource, or a CID")
            raise BadInput("这是知识单元的凭证", "it is the receipt of a unit", mend=mend, file=text)
        return cls(Cid.parse(record.cid), record.number, (receipt, read_anchor(anchor)))


async def fetch(wanted: Wanted, kubo: KuboBlocks, folder: Path, *, patience: float) -> tuple[Unpacked, Verdict | None]:
    """Write `payload/`, and beside it the receipt, into a new or empty folder, durable when this returns.

    Raise KuboSilent when the swarm gives nothing for ``patience`` seconds, Damaged when a block is not what its CID
    names, Doubtful when the receipt does not hold for what came; nothing is written then, and what does not hold is
    not kept in kubo by this.
    """
    former = None if wanted.proof is None else await kubo.pin_of(wanted.root)
    with whole_folder(folder) as whole:
        await kubo.pin(wanted.root, wanted.name, patience=patience)
        unpacked = await unpack(kubo, wanted.root, whole / "payload", name=wanted.name, judge=lambda: None)
        verdict = None
        if wanted.proof is not None:
            receipt, anchor = wanted.proof
            try:
                verdict = _judged(whole / "payload", receipt, anchor, name=wanted.name)
            except ZhicangError:
                await _let_go(kubo, wanted.root, former)
                raise
            (whole / "receipt.json").write_bytes(receipt.to_json_bytes())
    return unpacked, verdict


async def _let_go(kubo: KuboBlocks, root: Cid, former: str | None) -> None:
    """Keep no longer what is not as its receipt says, unless it was kept before this."""
    if former is None:
        await kubo.unpin(root)
    else:
        await kubo.name(root, former)


def _judged(payload: Path, receipt: Receipt, anchor: TrustAnchor, *, name: str) -> Verdict:
    alone = isinstance(receipt.record, RegisteredRecord) and receipt.record.kind == "file"
    verdict = verify(read_subject(payload / name if alone else payload, receipt), receipt, anchor)
    if verdict.answer != "yes":
        step = verdict.answer if verdict.failed is None else f"{verdict.answer}, {verdict.failed.name}"
        mend = Words(
            "用 zhicang verify 逐步核验;信任锚可用 --anchor 指明",
            "see the steps with zhicang verify; name the anchor with --anchor",
        )
        zh, en = f"取来的内容与凭证不符({step})", f"what came is not as the receipt says ({step})"
        raise Doubtful(zh, en, mend=mend)
    return verdict
