"""Steps 8 to 10 of a verification: the header, its seals, and how the record stood at a later header."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from contracts.records import STATUS_WITHDRAWN
from node.errors import Words
from node.receipts.errors import BadProof
from node.receipts.header import decode_header
from node.receipts.record import RegisteredRecord
from node.receipts.record_state import read_state, slot_of
from node.receipts.sealed import check_made_by, check_sealed
from node.receipts.seals import check_seals

if TYPE_CHECKING:
    from contracts.records import RecordState
    from node.receipts.receipt import Receipt
    from node.receipts.state_proof import StateProof
    from node.receipts.trust import Trust, TrustedChain


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingThen:
    """How a record stood as of a header: its height and time, the registry's state, and the receipt's version."""

    height: int
    time: int
    state: RecordState
    version: int

    @property
    def doubtful(self) -> bool:
        """Whether it was withdrawn or frozen."""
        return self.state.frozen or self.state.status == STATUS_WITHDRAWN

    @property
    def words(self) -> Words:
        """Say it."""
        state, height = self.state, self.height
        if state.status == STATUS_WITHDRAWN:
            zh, en = f"已于区块高度 {state.height} 撤销登记", f"it was withdrawn at height {state.height}"
        else:
            zh, en = "未撤销", "not withdrawn"
        if state.frozen:
            zh, en = f"{zh},被冻结", f"{en}, but frozen"
        if state.version != self.version:
            zh = f"{zh};最新为第 {state.version} 版,本凭证是第 {self.version} 版的"
            en = f"{en}; its newest version is {state.version}, this receipt is of version {self.version}"
        return Words(f"截至区块高度 {height}:{zh}", f"as of height {height}: {en}")


def check_header(receipt: Receipt, trust: Trust, chain: TrustedChain | None) -> Words:
    """Step 8: the header is a QBFT header of the stated height, made by the validators in force.

    In a chain that was anchored it must be one of the headers that were fixed then.

    Raises:
        BadProof: it is not.
        AnchorTooOld: it lists validators that the anchor does not know, above what it knows.
    """
    header = decode_header(receipt.material.header)
    if header.number != receipt.height:
        zh, en = f"区块高度为 {header.number},凭证写的是 {receipt.height}", f"its height is {header.number}"
        raise BadProof(zh, f"{en}, the receipt says {receipt.height}")
    if chain is not None:
        chain.check_header(header, receipt.record.institution)
    check_made_by(header, trust)
    return Words(f"区块高度 {header.number}", f"height {header.number}, header hash 0x{header.block_hash.hex()}")


def check_quorum(receipt: Receipt, trust: Trust) -> Words:
    """Step 9: exactly a quorum of the validators in force sealed the header."""
    header = decode_header(receipt.material.header)
    validators = trust.validators_at(header.number)
    signers = check_seals(header, validators)
    count, whole = len(signers), len(validators)
    zh = f"{whole} 个验证节点中 {count} 个封签,达到法定数"
    return Words(zh, f"sealed by {count} of {whole} validators, a quorum")


def check_status(
    receipt: Receipt, proof: StateProof, here: Trust, chain: TrustedChain | None
) -> tuple[Words, StandingThen]:
    """Step 10: what the registry held of the record under a later header, by account and storage path.

    The record of a chain that was anchored stands on the chain of the anchor under the same number; its state may be
    proven there, or in a header of its own chain.

    Raises:
        BadProof: the proof does not hold, or its header is older than the receipt's.
        AnchorTooOld: its header lists validators that the anchor does not know, above what it knows.
    """
    record = receipt.record
    if not isinstance(record, RegisteredRecord):
        raise BadProof("批次没有可证明的状态", "a batch has no state to be proven")
    header = proof.decode_header()
    elsewhere = chain is not None and header.block_hash not in chain.headers
    trust = here if chain is None or elsewhere else chain.trust
    if header.number < receipt.height and not elsewhere:
        zh, en = "状态证明的区块头早于登记", "the header of the state proof is older than the registration"
        raise BadProof(zh, en)
    check_sealed(header, trust)
    founding = trust.founding
    slot = slot_of(record.number)
    word = proof.value(registry=founding.registry, code_hash=founding.registry_code_hash, slot=slot)
    state = read_state(word)
    if state.version < record.version and not elsewhere:
        raise BadProof("状态证明的版本早于凭证的版本", "the state proof is of an older version than the receipt")
    version = state.version if elsewhere else record.version
    standing = StandingThen(height=header.number, time=header.timestamp, state=state, version=version)
    return standing.words, standing
