"""What a verdict says in sentences: what a yes shows, what it does not show, and what makes it doubtful."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from node.errors import Words
from node.receipts.record import RegisteredRecord
from node.receipts.transaction_step import review_words

if TYPE_CHECKING:
    from node.receipts.header_steps import StandingThen
    from node.receipts.receipt import Receipt
    from node.receipts.transaction_step import Signed
    from node.receipts.trust import Trust, TrustedChain
    from node.receipts.verdict import Answer, Assurance, Step


def failed_statement(step: Step, answer: Answer) -> Words:
    """Say what it means that a procedure stopped at a step."""
    if answer == "anchor-too-old":
        zh = f"第 {step.number} 步“{step.title.zh}”无从判断:信任锚太旧;用 zhicang anchor update 更新后再核验"
        en = f"step {step.number} ({step.title.en}) cannot be judged, the anchor is too old"
        return Words(zh, f"{en}: bring it forward with zhicang anchor update")
    zh = f"第 {step.number} 步“{step.title.zh}”不成立,以后各步未做;凭证所写均未得到证明"
    en = f"step {step.number} ({step.title.en}) failed, the rest was not done: nothing that the receipt says is shown"
    return Words(zh, en)


def statements_of(
    receipt: Receipt,
    trust: Trust,
    *,
    chain: TrustedChain | None,
    signed: Signed,
    standing: StandingThen | None,
    assurance: Assurance,
) -> tuple[Words, ...]:
    """Give the sentences of a verdict whose steps all passed."""
    header = receipt.material.decode_header()
    height, when = header.number, _date(header.timestamp)
    said = [*signed.doubts, _what(receipt, height, checked=standing is not None)]
    if standing is not None:
        said.append(standing.words)
    said += [
        Words(f"区块时间 {when},由出块的验证节点所称", f"header time {when}, as asserted by the proposer"),
        assurance.words,
        review_words(signed.reviewer),
    ]
    said += _earlier(receipt, chain)
    if height > trust.keys_known and (trust.keys_known or trust.sequence):
        known = trust.keys_known
        zh = f"信任锚知道截至高度 {known} 的一切密钥变更,此后的未知"
        said.append(Words(zh, f"the anchor knows every change of keys by height {known}, later ones it does not"))
    zh = "能证明:该机构在此区块前作出登记,内容此后未变。不能证明:版权归属,也不能证明世上首次"
    en = "shown: the institution registered this by that header, and the content is unchanged. "
    said.append(Words(zh, f"{en}Not shown: ownership, or being the first in the world"))
    if trust.founding.demonstration:
        zh = "演示:此信任锚属于演示链,与正式登记无关"
        said.append(Words(zh, "demonstration: the anchor is of a demonstration chain"))
    return tuple(said)


def _what(receipt: Receipt, height: int, *, checked: bool) -> Words:
    zh, en = f"截至区块高度 {height} 已登记", f"registered as of header {height}"
    record = receipt.record
    if isinstance(record, RegisteredRecord) and record.version > 1:
        zh, en = f"截至区块高度 {height} 已登记,第 {record.version} 版", f"{en}, version {record.version}"
    if receipt.unit is not None:
        unit, resource = receipt.unit.unit_id, receipt.unit.resource_id
        zh, en = f"资源 {resource} 的知识单元 {unit} {zh}", f"unit {unit} of resource {resource}: {en}"
    return Words(zh, en) if checked else Words(f"{zh};此后的状态未查", f"{en}; later status not checked")


def _earlier(receipt: Receipt, chain: TrustedChain | None) -> list[Words]:
    said = []
    if chain is not None:
        when, height, last = _date(chain.time), chain.height, chain.last
        zh = f"此链截至高度 {last} 的全部区块头由 {chain.institution} 于 {when} 锚定在信任锚的链上(高度 {height})"
        en = f"all headers of this chain by height {last} were anchored by {chain.institution} in that of the anchor"
        said.append(Words(f"{zh},此后不能再改", f"{en} at {when} (height {height}), unchangeable since"))
    if receipt.record.earlier_receipt is not None:
        digest = receipt.record.earlier_receipt.hex()
        zh, en = "先前已在另一条链上登记", "registered before, on an earlier chain"
        said.append(Words(f"{zh}:该凭证的 SHA-256 为 {digest}", f"{en}: the SHA-256 of that receipt is {digest}"))
    return said


def _date(time: int) -> str:
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
