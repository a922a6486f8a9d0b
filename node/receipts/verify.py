"""Verification of a receipt: one linear procedure of numbered steps that stops at the first that fails.

It needs the subject's facts, the receipt and a trust anchor, nothing else. Each step names the attack that it stops;
numbers are fixed, and a step that a receipt has no use for (3 for resources, 4 for units) is left out.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from node.errors import BadInput, Words
from node.receipts.chain_steps import check_event, check_header, check_quorum, check_transaction, check_tx_receipt
from node.receipts.content_steps import check_content, check_metadata, check_unit_path, members_of
from node.receipts.errors import BadProof
from node.receipts.record import CommittedRecord
from node.receipts.seals import quorum
from node.receipts.verdict import Assurance, Step, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from node.receipts.anchor import TrustAnchor
    from node.receipts.receipt import Receipt
    from node.receipts.subject import Subject

STEPS: dict[str, tuple[int, Words, Words]] = {
    "anchor": (1, Words("信任锚", "trust anchor"), Words("自造的信任锚", "an anchor of somebody's own making")),
    "content": (2, Words("内容摘要", "content digest"), Words("内容被改动或调换", "content changed or swapped")),
    "unit-path": (3, Words("单元路径", "unit path"), Words("冒充批内的知识单元", "a unit that was not in the batch")),
    "metadata": (4, Words("著录摘要", "metadata digest"), Words("著录被改写", "metadata rewritten later")),
    "event": (5, Words("链上事件", "event"), Words("凭证所写与链上不同", "a record that the chain does not hold")),
    "tx-receipt": (6, Words("交易回执", "tx_receipt"), Words("伪造事件、失败的交易、别的合约",
                   "a forged event, a failed transaction, another contract")),
    "transaction": (7, Words("交易", "transaction"), Words("冒名登记,连验证节点合谋也不能",
                    "an institution's act forged, even by all validators together")),
    "header": (8, Words("区块头", "header"), Words("别的链、别的高度", "another chain or height")),
    "seals": (9, Words("封签", "seals"), Words("无人负责的区块头", "a header that no quorum answers for")),
}  # fmt: skip
"""Name → number, title, the attack that it stops."""


def verify(subject: Subject, receipt: Receipt, anchor: TrustAnchor, *, fingerprint: str | None = None) -> Verdict:
    """Say whether a subject was registered as a receipt claims, on the chain of a trust anchor.

    Args:
        subject: facts that the caller computed from the bytes in its hands.
        receipt: read with `Receipt.from_json_bytes`, which has refused malformed ones.
        anchor: read with `TrustAnchor.from_json_bytes`; who trusts it must know its fingerprint from elsewhere.
        fingerprint: the fingerprint that the anchor must have; None leaves the comparison to the reader.

    A bad proof is an answer, "no", never an exception.
    """
    is_unit = isinstance(receipt.record, CommittedRecord)
    checks: list[tuple[str, Callable[[], Words]]] = [
        ("anchor", partial(_check_anchor, anchor, fingerprint)),
        ("content", partial(check_content, subject, receipt)),
        ("unit-path", partial(check_unit_path, subject, receipt)) if is_unit
        else ("metadata", partial(check_metadata, receipt)),
        ("event", partial(check_event, receipt)),
        ("tx-receipt", partial(check_tx_receipt, receipt, anchor)),
        ("transaction", partial(check_transaction, receipt, anchor)),
        ("header", partial(check_header, receipt, anchor)),
        ("seals", partial(check_quorum, receipt, anchor)),
    ]  # fmt: skip
    steps: list[Step] = []
    for name, check in checks:
        steps.append(_take(name, check))
        if not steps[-1].passed:
            return _verdict_no(receipt, anchor, tuple(steps))
    return _verdict_yes(subject, receipt, anchor, tuple(steps))


def _take(name: str, check: Callable[[], Words]) -> Step:
    number, title, stops = STEPS[name]
    try:
        shown, passed = check(), True
    except (BadProof, BadInput) as error:
        shown, passed = Words(error.words.zh, error.words.en), False
    return Step(number=number, name=name, title=title, passed=passed, shown=shown, stops=stops)


def _check_anchor(anchor: TrustAnchor, fingerprint: str | None) -> Words:
    """Step 1: the anchor is the one that was asked for."""
    if fingerprint is None:
        zh = f"指纹 {anchor.fingerprint};未指定,请与纸面或网站上的比对"
        return Words(zh, f"fingerprint {anchor.fingerprint}; none required: compare it with paper or web page")
    if not anchor.founding.has_fingerprint(fingerprint):
        zh = f"指纹为 {anchor.fingerprint},不是所要求的 {fingerprint[:100]}"
        raise BadProof(zh, f"its fingerprint is {anchor.fingerprint}, not {fingerprint[:100]} as required")
    return Words(f"指纹 {anchor.fingerprint},与所要求的一致", f"fingerprint {anchor.fingerprint}, as required")


def _verdict_no(receipt: Receipt, anchor: TrustAnchor, steps: tuple[Step, ...]) -> Verdict:
    last = steps[-1]
    zh = f"第 {last.number} 步“{last.title.zh}”不成立,以后各步未做;凭证所写均未得到证明"
    en = f"step {last.number} ({last.title.en}) failed, the rest was not done: nothing that the receipt says is shown"
    return Verdict(
        answer="no",
        steps=steps,
        record=receipt.record,
        institution=_name_of(receipt, anchor),
        fingerprint=anchor.fingerprint,
        demonstration=anchor.founding.demonstration,
        statements=(Words(zh, en),),
    )


def _verdict_yes(subject: Subject, receipt: Receipt, anchor: TrustAnchor, steps: tuple[Step, ...]) -> Verdict:
    header = receipt.material.decode_header()
    assurance = Assurance(sealed=quorum(len(anchor.founding.validators)), validators=len(anchor.founding.validators))
    members, member_count = members_of(subject, receipt)
    return Verdict(
        answer="yes",
        steps=steps,
        record=receipt.record,
        institution=_name_of(receipt, anchor),
        fingerprint=anchor.fingerprint,
        demonstration=anchor.founding.demonstration,
        statements=_statements(header.number, header.timestamp, assurance, demonstration=anchor.founding.demonstration),
        height=header.number,
        header_time=header.timestamp,
        assurance=assurance,
        members=members,
        member_count=member_count,
    )


def _statements(height: int, time: int, assurance: Assurance, *, demonstration: bool) -> tuple[Words, ...]:
    when = datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    said = [
        Words(f"截至区块高度 {height} 已登记;此后的状态未查",
              f"registered as of header {height}; later status not checked"),
        Words(f"区块时间 {when},由出块的验证节点所称", f"header time {when}, as asserted by the proposer"),
        assurance.words,
        Words("能证明:该机构在此区块前作出登记,内容此后未变。不能证明:版权归属,也不能证明世上首次",
              "shown: the institution registered this by that header, and the content is unchanged. "
              "Not shown: ownership, or being the first in the world"),
    ]  # fmt: skip
    if demonstration:
        zh = "演示:此信任锚属于演示链,与正式登记无关"
        said.append(Words(zh, "demonstration: the anchor is of a demonstration chain"))
    return tuple(said)


def _name_of(receipt: Receipt, anchor: TrustAnchor) -> str:
    institution = anchor.founding.institution(receipt.record.institution.encode())
    return "" if institution is None else institution.name
