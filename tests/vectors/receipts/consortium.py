"""A made-up consortium that changes: votes and governance acts as a real one would leave them, for anchors that grow.

The chain of four validators of `synthetic`. Blocks here hold two transactions, ours the second; every piece of a proof
can be told otherwise, so that a liar's is made like an honest one.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import rlp
from synthetic import (
    CODE,
    GOVERNORS,
    REGISTRY,
    TIME,
    Block,
    address,
    digest_of,
    founding_of,
    log_of,
    receipt_of,
    signed,
    validators_of,
)  # fmt: skip
from trie import HexaryTrie

from contracts import calls, governing
from contracts.parties import ROLE_REGISTRAR, Admission, Governed, ProposalApproved
from node.receipts.changes import GovernanceChange, ValidatorChange
from node.receipts.founding import Profile
from node.receipts.keccak import keccak
from node.receipts.state_proof import StateProof

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from contracts.governing import GovernedCall
    from node.receipts.material import ProofMaterial
    from node.receipts.tx_receipt import Log

FOUR = validators_of(4)
NEW = "validator that joins"
EXPIRES = TIME + 10**6
CODE_HASH = digest_of("code")
LATE = b"32000001"
LATE_PROFILE = Profile(name="后来的图书馆(虚构)", credit_code="123200000000000019", region="320000")


def named(addresses: Sequence[bytes]) -> list[str]:
    """Give the names of validators, ascending by address."""
    return sorted((name for name in (*FOUR, NEW) if address(name) in addresses), key=address)


THREE = FOUR[:3]
FIVE = sorted([*FOUR, NEW], key=address)


def block_at(
    height: int, transaction: bytes, tx_receipt: bytes, validators: Sequence[str] = FOUR, **more: Any
) -> Block:
    changes = {"number": height, "timestamp": TIME + height} | more.pop("header_changes", {})
    return Block(
        transaction=transaction, tx_receipt=tx_receipt, index=1, size=2, validators=validators, header_changes=changes,
        **more,
    )  # fmt: skip


def empty_block(height: int, validators: Sequence[str], **more: Any) -> Block:
    nothing = signed(b"", by="stranger", to=address("elsewhere")).encode()
    return block_at(height, nothing, receipt_of(), validators, **more)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """A header that carries a vote of its proposer."""

    height: int
    voter: str
    about: str = FOUR[3]
    adds: bool = False
    validators: Sequence[str] = tuple(FOUR)
    more: dict[str, Any] = field(default_factory=dict)

    def header(self) -> bytes:
        vote = (address(self.about), b"\xff" if self.adds else b"")
        changes = {"miner": address(self.voter)} | self.more.get("header_changes", {})
        how = {"vote": vote} | self.more | {"header_changes": changes}
        return material_header(empty_block(self.height, self.validators, **how))


def material_header(block: Block, *, trim: bool = True) -> bytes:
    return block.material(trim=trim and block.sealers is None).header


def child_of(vote: bytes, height: int, validators: Sequence[str], **more: Any) -> bytes:
    """Give the first header of a new set."""
    from node.receipts.header import decode_header

    parent = {"parent_hash": decode_header(vote).block_hash} | more.pop("header_changes", {})
    return material_header(empty_block(height, validators, header_changes=parent, **more))


def voted(votes: Sequence[Vote], validators: Sequence[str], **child: Any) -> ValidatorChange:
    headers = tuple(vote.header() for vote in votes)
    height = child.pop("height", votes[-1].height + 1)
    return ValidatorChange(votes=headers, header=child_of(headers[-1], height, validators, **child))


OUT = [Vote(height=30, voter=FOUR[0]), Vote(height=31, voter=FOUR[1]), Vote(height=33, voter=FOUR[2])]
"""Three of four vote the fourth out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """One governor's transaction for a proposal."""

    call: bytes
    height: int
    by: str
    epoch: int = 0
    expires: int = EXPIRES
    executes: int | None = None
    logs: tuple[Log, ...] | None = None
    signed: dict[str, Any] = field(default_factory=dict)
    succeeded: bool = True
    receipt_kind: int | None = None
    resign: Callable[[bytes], bytes] = bytes
    more: dict[str, Any] = field(default_factory=dict)
    validators: Sequence[str] = tuple(FOUR)

    def material(self) -> ProofMaterial:
        document = digest_of("paper")
        proposal = governing.proposal_id(epoch=self.epoch, call=self.call, expires=self.expires, document=document)
        calldata = calls.encode_call(calls.GovernCall(call=self.call, expires=self.expires, document=document))
        approved = ProposalApproved(
            proposal=proposal, governor=address(self.by), epoch=self.epoch, approvals=1, call=self.call,
            expires=self.expires, document=document,
        )  # fmt: skip
        logs = (log_of(approved),)
        if self.executes is not None:
            logs += (log_of(Governed(sequence=self.executes, proposal=proposal)),)
        transaction = self.resign(signed(calldata, **{"by": self.by} | self.signed).encode())
        kind = self.signed.get("kind", 0) if self.receipt_kind is None else self.receipt_kind
        tx_receipt = receipt_of(*(logs if self.logs is None else self.logs), succeeded=self.succeeded, kind=kind)
        block = block_at(self.height, transaction, tx_receipt, self.validators, **self.more)
        return block.material(trim=block.sealers is None)


def governed(
    call: GovernedCall, height: int, sequence: int, *, by: Sequence[str] = GOVERNORS[:2], epoch: int = 0,
    profile: Profile | None = None, validators: Sequence[str] = FOUR, last: dict[str, Any] | None = None,
) -> GovernanceChange:  # fmt: skip
    """Give the act that these governors approved one after the other, the last at `height`."""
    encoded = governing.encode_governed(call)
    first = height - len(by) + 1
    approvals = [
        Approval(call=encoded, height=first + place, by=name, epoch=epoch, validators=validators)
        for place, name in enumerate(by)
    ]
    approvals[-1] = replace(approvals[-1], **{"executes": sequence} | (last or {}))
    return GovernanceChange(transactions=tuple(one.material() for one in approvals), profile=profile)


def own_act(
    call: calls.Call, by: str, height: int, sequence: int, validators: Sequence[str] = FOUR, **typed: Any
) -> GovernanceChange:
    """Give the act of a nominee or of a key for itself."""
    transaction = signed(calls.encode_call(call), by=by, **typed).encode()
    log = log_of(Governed(sequence=sequence, proposal=bytes(32)))
    tx_receipt = receipt_of(log, kind=typed.get("kind", 0))
    return GovernanceChange(transactions=(block_at(height, transaction, tx_receipt, validators).material(),))


ADD_KEY = governing.AddKeyCall(institution=CODE, account=address("new registrar"), role=ROLE_REGISTRAR)
RETIRE_KEY = governing.RetireKeyCall(account=address("second registrar"))
ADMIT = governing.AdmitCall(
    admission=Admission(
        institution=LATE, profile_digest=LATE_PROFILE.digest, one_person=False,
        registrars=(address("late registrar"),), reviewers=(address("late reviewer"),),
    )
)  # fmt: skip


def history() -> tuple[GovernanceChange | ValidatorChange, ...]:
    """Give what the consortium went through, by height: keys, validators, institutions, governors."""
    later = (GOVERNORS[1], GOVERNORS[2], "fourth governor")
    three = {"validators": THREE}
    stolen = governing.RevokeStolenKeyCall(account=address("new registrar"), since=41)
    lost = governing.RevokeStolenKeyCall(account=address("reviewer"), since=45)
    return (
        governed(ADD_KEY, 11, 1),
        governed(RETIRE_KEY, 21, 2),
        voted(OUT, THREE),
        governed(governing.SuspendCall(institution=CODE, document=bytes(32)), 36, 3, **three),
        governed(governing.ReinstateCall(institution=CODE, document=bytes(32)), 38, 4, **three),
        governed(stolen, 51, 5, **three),
        governed(lost, 53, 6, **three),
        governed(ADMIT, 55, 7, profile=LATE_PROFILE, **three),
        governed(governing.NominateGovernorCall(account=address("fourth governor")), 57, 8, **three),
        own_act(calls.AcceptGovernorshipCall(), "fourth governor", 58, 9, THREE),
        governed(governing.DismissGovernorCall(account=address(GOVERNORS[0])), 60, 10, by=later[1:], epoch=1, **three),
        governed(governing.SetThresholdCall(threshold=3), 62, 11, by=later[:2], epoch=2, **three),
        governed(governing.SetPolicyCall(institution=CODE, one_person=False), 65, 12, by=later, epoch=3, **three),
        governed(governing.FreezeCall(number=bytes(32), document=bytes(32)), 68, 13, by=later, epoch=3, **three),
        own_act(calls.RetireOwnKeyCall(), "auditor", 69, 14, THREE),
        voted(
            [Vote(height=height, voter=name, about=NEW, adds=True, validators=THREE)
             for height, name in ((70, THREE[0]), (72, THREE[2]))],
            sorted([*THREE, NEW], key=address),
        ),
    )  # fmt: skip


SEQUENCE, LAST_SET = 14, sorted([*THREE, NEW], key=address)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What the registry's storage holds, among other accounts and slots; everything else is made up."""

    slots: dict[int, int]
    code_hash: bytes = CODE_HASH
    registry: bytes = REGISTRY

    def proof(
        self, slot: int, height: int, validators: Sequence[str], *, account: bytes | None = None, **more: Any
    ) -> StateProof:
        storage = _trie({place.to_bytes(32, "big"): rlp.encode(value) for place, value in self._filled().items()})
        held = rlp.encode([1, 0, storage.root_hash, self.code_hash])
        filler = (b"\x11" * 32, b"\x22" * 32)
        others = {address(f"account {number}"): rlp.encode([number, 1, *filler]) for number in range(9)}
        twin = {address("twin of the registry"): held}
        state = _trie(others | twin | {self.registry: held})
        changes = {"state_root": state.root_hash} | more.pop("header_changes", {})
        block = empty_block(height, validators, header_changes=changes, **more)
        return StateProof(
            header=material_header(block),
            account_path=_path(state, account or self.registry),
            storage_path=_path(storage, slot.to_bytes(32, "big")),
        )

    def _filled(self) -> dict[int, int]:
        return {number: number + 1 for number in range(1, 12)} | self.slots


def governance_word(sequence: int, *, epoch: int = 0, threshold: int = 2, governors: int = 3) -> int:
    return sequence | epoch << 64 | threshold << 128 | governors << 160


def state_word(*, status: int = 1, frozen: int = 0, version: int = 1) -> int:
    """Give what the slot of a record's state holds."""
    return status | frozen << 8 | 1 << 16 | version << 24 | 42 << 56 | (TIME + 42) << 120


def known_at(height: int, sequence: int, validators: Sequence[str], **more: Any) -> StateProof:
    return State(slots={0: governance_word(sequence)}).proof(0, height, validators, **more)


def _trie(values: dict[bytes, bytes]) -> HexaryTrie:
    trie = HexaryTrie({})
    for key, value in values.items():
        trie[keccak(key)] = value
    return trie


def _path(trie: HexaryTrie, key: bytes) -> tuple[bytes, ...]:
    nodes = [rlp.encode(node) for node in trie.get_proof(keccak(key))]
    return tuple(node for place, node in enumerate(nodes) if not place or len(node) >= 32)


FOUNDING = founding_of(4)
