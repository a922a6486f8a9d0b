"""What `restore --reconcile` says: what was taken over from the chain, and each thing that this home has lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.records import Amended, Registered, Superseded, UnitsCommitted
from node.backup.confirming import subject_of
from node.errors import Doubtful, Words
from storage.cid import Cid

if TYPE_CHECKING:
    from typing import Any

    from node.cli.output import Output
    from node.registrar.reconciling import Reconciled
    from node.registrar.standing import Standing

_LOST: dict[type, tuple[str, Words]] = {
    Registered: ("registered", Words("登记的载荷与著录", "payload and metadata of a registration")),
    Superseded: ("superseded", Words("换版的载荷与著录", "payload and metadata of a new version")),
    Amended: ("amended", Words("更正后的著录", "metadata of an amendment")),
    UnitsCommitted: ("committed", Words("知识单元清单", "a list of units")),
}
_WITHDRAWN = ("withdrawn", Words("对缺失登记的撤销", "the withdrawal of what is lost"))


def tell_reconciled(found: Reconciled, output: Output) -> None:
    """Name everything; say with exit 1 that something is lost."""
    for standing in found.lost:
        what = _describe(standing)
        words = _LOST.get(type(standing.event), _WITHDRAWN)[1]
        output.record({"lost": what})
        digest = f"  SHA-256 {what['sha256']}" if "sha256" in what else ""
        place = f"{what['id']}{digest}  0x{standing.tx_hash.hex()}"
        output.say(f"缺  {words.zh}:{place}(高度 {standing.height})", f"lost  {words.en}: {place} (height {standing.height})")
    for number in found.returned:
        output.say(f"退回  {number}:链上是另一内容", f"returned  {number}: the chain has other content")
    output.record({"reconciled": {"taken": list(found.taken), "returned": list(found.returned), "lost": len(found.lost)}})
    output.say(f"已与链对账:补记 {len(found.taken)} 项,退回 {len(found.returned)} 项,缺 {len(found.lost)} 项;可以写入", f"reconciled with the chain: {len(found.taken)} taken over, {len(found.returned)} returned, {len(found.lost)} lost; it can write")
    if found.lost:
        mend = Words(
            "登记号与摘要仍在链上,不会再用;找到原件可重新登记,载荷可从伙伴或硬盘找回;audit 会继续指出这些项",
            "numbers and digests stand on chain and are not given again; register the originals anew where you find them; audit goes on naming these",
        )
        zh, en = f"链上有 {len(found.lost)} 项而本库没有", f"the chain has {len(found.lost)} that this home has lost"
        output.refuse(Doubtful(zh, en, mend=mend))


def _describe(standing: Standing) -> dict[str, Any]:
    event = standing.event
    what: dict[str, Any] = {
        "id": subject_of(standing), "act": _LOST.get(type(event), _WITHDRAWN)[0],
        "tx_hash": "0x" + standing.tx_hash.hex(), "height": standing.height,
    }  # fmt: skip
    if not isinstance(event, UnitsCommitted):
        what["version"] = event.version
    if isinstance(event, Registered | Superseded):
        what["sha256"] = event.content_digest.hex()
    if isinstance(event, Registered | Superseded | UnitsCommitted) and event.cid:
        what["cid"] = str(Cid.from_binary(event.cid))
    return what
