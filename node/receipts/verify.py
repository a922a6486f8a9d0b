"""Verification of a receipt: one linear procedure of numbered steps that stops at the first that fails.

It needs the subject's facts, the receipt and a trust anchor, nothing else. Each step names the attack that it stops;
numbers are fixed, and a step that a receipt has no use for (3 for resources, 4 for units, 10 without a proof of its
state) is left out.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeVar

from node.errors import BadInput, Words
from node.receipts.anchored import chain_of
from node.receipts.content_steps import check_content, check_metadata, check_unit_path, members_of
from node.receipts.errors import AnchorTooOld, BadProof
from node.receipts.event_steps import check_event, check_tx_receipt
from node.receipts.folding import fold
from node.receipts.header_steps import StandingThen, check_header, check_quorum, check_status
from node.receipts.record import CommittedRecord
from node.receipts.seals import quorum
from node.receipts.statements import failed_statement, statements_of
from node.receipts.transaction_step import Signed, check_transaction
from node.receipts.trust import Trust
from node.receipts.verdict import Answer, Assurance, Step, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from node.receipts.anchor import TrustAnchor
    from node.receipts.receipt import Receipt
    from node.receipts.subject import Subject
    from node.receipts.trust import TrustedChain

STEPS: dict[str, tuple[int, Words, Words]] = {
    "anchor": (1, Words("信任锚", "trust anchor"), Words("自造的信任锚、混入的密钥或验证节点",
               "an anchor of somebody's own making, a key or validator smuggled in")),
    "content": (2, Words("内容摘要", "content digest"), Words("内容被改动或调换", "content changed or swapped")),
    "unit-path": (3, Words("单元路径", "unit path"), Words("冒充批内的知识单元", "a unit that was not in the batch")),
    "metadata": (4, Words("著录摘要", "metadata digest"), Words("著录被改写", "metadata rewritten later")),
    "event": (5, Words("链上事件", "event"), Words("凭证所写与链上不同", "a record that the chain does not hold")),
    "tx-receipt": (6, Words("交易回执", "tx_receipt"), Words("伪造事件、失败的交易、别的合约",
                   "a forged event, a failed transaction, another contract")),
    "transaction": (7, Words("交易与批准", "transaction and approval"), Words("冒名登记或冒名批准,连验证节点合谋也不能",
                    "an institution's act or approval forged, even by all validators together")),
    "header": (8, Words("区块头", "header"), Words("别的链、别的高度、别的验证节点",
               "another chain, height or validators")),
    "seals": (9, Words("封签", "seals"), Words("无人负责的区块头", "a header that no quorum answers for")),
    "status": (10, Words("登记状态", "status"), Words("隐瞒撤销或冻结", "a withdrawal or freezing concealed")),
}  # fmt: skip
"""Name → number, title, the attack that it stops."""
Shown = TypeVar("Shown")


def verify(
    subject: Subject, receipt: Receipt, anchor: TrustAnchor | Trust, *, fingerprint: str | None = None
) -> Verdict:
    """Say whether a subject was registered as a receipt claims, on the chain of a trust anchor.

    Args:
        subject: facts that the caller computed from the bytes in its hands.
        receipt: read with `Receipt.from_json_bytes`, which has refused malformed ones.
        anchor: read with `TrustAnchor.from_json_bytes`; who trusts it must know its fingerprint from elsewhere. Where
            many receipts are verified, `fold` it, so that its proofs are checked once.
        fingerprint: the fingerprint that the anchor must have; None leaves the comparison to the reader.

    A bad proof is an answer, "no", never an exception.
    """
    procedure = _Procedure(subject, receipt, anchor)
    try:
        return procedure.run(fingerprint)
    except _StoppedError as stopped:
        return procedure.stopped(stopped.answer)


class _StoppedError(Exception):
    """A step did not pass."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer)
        self.answer = answer


class _Procedure:
    """One verification: the steps so far, each taken once and in order."""

    def __init__(self, subject: Subject, receipt: Receipt, anchor: TrustAnchor | Trust) -> None:
        self._subject = subject
        self._receipt = receipt
        self._anchor = anchor
        self._founding = anchor.founding
        self._steps: list[Step] = []

    def run(self, fingerprint: str | None) -> Verdict:
        subject, receipt = self._subject, self._receipt
        here = self._find("anchor", partial(self._check_anchor, fingerprint))
        chain = chain_of(receipt, here)
        trust = here if chain is None else chain.trust
        self._take("content", partial(check_content, subject, receipt))
        if isinstance(receipt.record, CommittedRecord):
            self._take("unit-path", partial(check_unit_path, subject, receipt))
        else:
            self._take("metadata", partial(check_metadata, subject, receipt))
        self._take("event", partial(check_event, receipt))
        self._take("tx-receipt", partial(check_tx_receipt, receipt, trust))
        signed = self._find("transaction", partial(check_transaction, receipt, trust))
        self._take("header", partial(check_header, receipt, trust, chain))
        self._take("seals", partial(check_quorum, receipt, trust))
        standing = None
        if receipt.status is not None:
            standing = self._find("status", partial(check_status, receipt, receipt.status, here, chain))
        return self._passed(here, trust, chain, signed, standing)

    def stopped(self, answer: Answer) -> Verdict:
        """Give the verdict of a procedure whose last step did not pass."""
        return Verdict(
            answer=answer,
            steps=tuple(self._steps),
            record=self._receipt.record,
            institution="",
            fingerprint=self._founding.fingerprint,
            demonstration=self._founding.demonstration,
            statements=(failed_statement(self._steps[-1], answer),),
        )

    def _passed(
        self, here: Trust, trust: Trust, chain: TrustedChain | None, signed: Signed, standing: StandingThen | None
    ) -> Verdict:
        receipt, header = self._receipt, self._receipt.material.decode_header()
        validators = len(trust.validators_at(header.number))
        assurance = Assurance(sealed=quorum(validators), validators=validators)
        members, member_count = members_of(self._subject, receipt)
        code = receipt.record.institution
        party = here.institution(code) or trust.institution(code)
        doubtful = bool(signed.doubts) or (standing is not None and standing.doubtful)
        return Verdict(
            answer="doubtful" if doubtful else "yes",
            steps=tuple(self._steps),
            record=receipt.record,
            institution="" if party is None else party.profile.name,
            fingerprint=self._founding.fingerprint,
            demonstration=self._founding.demonstration or trust.founding.demonstration,
            statements=statements_of(
                receipt, trust, chain=chain, signed=signed, standing=standing, assurance=assurance
            ),
            height=header.number,
            header_time=header.timestamp,
            assurance=assurance,
            signed=signed,
            standing=standing,
            anchored=None if chain is None else (chain.height, chain.time),
            unit=None if receipt.unit is None else (receipt.unit.unit_id, receipt.unit.resource_id),
            members=members,
            member_count=member_count,
        )

    def _take(self, name: str, check: Callable[[], Words]) -> None:
        self._find(name, lambda: (check(), None))

    def _find(self, name: str, check: Callable[[], tuple[Words, Shown]]) -> Shown:
        """Take a step that shows more than that it passed."""
        number, title, stops = STEPS[name]
        step = partial(Step, number=number, name=name, title=title, stops=stops)
        try:
            shown, found = check()
        except (BadProof, BadInput, AnchorTooOld) as error:
            self._steps.append(step(passed=False, shown=Words(error.words.zh, error.words.en)))
            raise _StoppedError("anchor-too-old" if isinstance(error, AnchorTooOld) else "no") from error
        self._steps.append(step(passed=True, shown=shown))
        return found

    def _check_anchor(self, fingerprint: str | None) -> tuple[Words, Trust]:
        """Step 1: the anchor is the one that was asked for, and what it says of later changes is proven."""
        printed = self._founding.fingerprint
        if fingerprint is None:
            zh = f"指纹 {printed};未指定,请与纸面或网站上的比对"
            words = Words(zh, f"fingerprint {printed}; none required: compare it with paper or web page")
        elif self._founding.has_fingerprint(fingerprint):
            words = Words(f"指纹 {printed},与所要求的一致", f"fingerprint {printed}, as required")
        else:
            zh = f"指纹为 {printed},不是所要求的 {fingerprint[:100]}"
            raise BadProof(zh, f"its fingerprint is {printed}, not {fingerprint[:100]} as required")
        trust = self._anchor if isinstance(self._anchor, Trust) else fold(self._anchor)
        if trust.sequence or len(trust.validator_sets) > 1:
            count = trust.sequence + len(trust.validator_sets) - 1
            words = Words(f"{words.zh};其后 {count} 项变更均已证明", f"{words.en}; {count} changes since, all proven")
        return words, trust
