"""Receipts under anchors that know what changed: keys, approvals, validators, states and anchored chains."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from broken_changes import unproven_anchors
from consortium import FOUR, LAST_SET, LATE, THREE, State, block_at, state_word
from defects import FILE_SUBJECT, Vector
from honest import ENTRIES, FILE_METADATA, file_receipt, number
from old_chain import old_block, old_receipt, old_state, sister_receipt
from synthetic import CHAIN_ID, CODE, REGISTRY, TIME, address, digest_of, key_of, log_of, receipt_of, signed

from contracts import approval, calls
from contracts.approval import NOT_REVIEWED, Approval, Asked
from contracts.records import Entry, Reason
from node.receipts.assemble import resource_receipt
from node.receipts.record_state import slot_of
from node.receipts.signature import ORDER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from contracts.events import Event
    from node.receipts.receipt import Receipt
    from node.receipts.state_proof import StateProof

REASON = Reason(code=1, document=digest_of("paper"))
NUMBER = str(number(1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A registration, or what was made of it, at a height: by whom, with which approval, told in which event."""

    height: int = 42
    by: str = "registrar"
    entry: Entry = ENTRIES[0]
    code: bytes = CODE
    approved: Approval = NOT_REVIEWED
    call: calls.Call | None = None
    event: Event | None = None
    validators: Sequence[str] = tuple(THREE)
    more: dict[str, Any] | None = None

    def receipt(self) -> Receipt:
        registers = calls.encode_register(self.entry, self.approved)
        calldata = registers if self.call is None else calls.encode_call(self.call)
        event = self.entry.registered(self.code) if self.event is None else self.event
        transaction = signed(calldata, by=self.by).encode()
        block = block_at(self.height, transaction, receipt_of(log_of(event)), self.validators, **self.more or {})
        return resource_receipt(block.material(trim=block.sealers is None), log_index=0, metadata=FILE_METADATA)


def approve(asked: Asked, by: str = "reviewer", *, chain_id: int = CHAIN_ID, registry: bytes = REGISTRY) -> Approval:
    signature = key_of(by).sign_recoverable(asked.digest(chain_id=chain_id, registry=registry), hasher=None)
    return Approval.from_signature(signature, expires=asked.expires)


ASKED = approval.asked_to_register(ENTRIES[0], institution=CODE, expires=TIME + 1000)
GOOD = approve(ASKED)
LATE_NUMBER = number(1, LATE)
LATE_ENTRY = replace(ENTRIES[0], number=LATE_NUMBER.on_chain())
LATE_ASKED = approval.asked_to_register(LATE_ENTRY, institution=LATE, expires=TIME + 1000)


def later() -> Iterator[Vector]:
    yield from _unproven()
    yield from _keys()
    yield from _approvals()
    yield from _acts()
    yield from _validators()
    yield from _states()
    yield from _old_chain()


def _vector(
    name: str, receipt: Receipt, fails: str | None = None, *, anchor: str = "grown", answer: str | None = None
) -> Vector:
    return Vector(
        name=name, receipt=receipt.to_json_bytes(), subject=FILE_SUBJECT, fails=fails, anchor=anchor, answer=answer
    )


def _unproven() -> Iterator[Vector]:
    for name in unproven_anchors():
        yield _vector(f"under-{name}", file_receipt(4), "anchor", anchor=name)


def _keys() -> Iterator[Vector]:
    new, second, late = "new registrar", "second registrar", "late registrar"
    four = {"validators": FOUR}
    yes: list[tuple[str, Made]] = [
        ("valid-key-at-since", Made(by=new, height=11, **four)),
        ("valid-key-below-stolen", Made(by=new, height=40)),
        ("valid-key-below-until", Made(by=second, height=21, **four)),
        ("valid-while-suspended-in-the-same-header", Made(height=36)),
    ]
    for name, made in yes:
        yield _vector(name, made.receipt())
    no: list[tuple[str, Made]] = [
        ("key-before-since", Made(by=new, height=10, **four)),
        ("key-at-until", Made(by=second, height=22, **four)),
        ("key-of-a-reviewer", Made(by="reviewer")),
        ("key-of-an-auditor", Made(by="auditor")),
        ("key-of-a-governor", Made(by="second governor", height=90, validators=LAST_SET)),
        ("institution-suspended", Made(height=37)),
        ("institution-before-admission", Made(by=late, code=LATE, entry=LATE_ENTRY, height=54)),
        ("key-of-a-stranger", Made(by="stranger", height=90, validators=LAST_SET)),
    ]
    for name, made in no:
        yield _vector(name, made.receipt(), "transaction")
    stolen = Made(by=new, height=42).receipt()
    yield _vector("stolen-key", stolen, answer="doubtful")
    yield _vector("stolen-key-at-its-height", Made(by=new, height=41).receipt(), answer="doubtful")
    yield _vector("stolen-key-that-is-not-known-yet", stolen, "transaction", anchor="valid-4", answer="anchor-too-old")
    above = Made(by="stranger", height=101, validators=LAST_SET).receipt()
    yield _vector("key-above-what-is-known", above, "transaction", answer="anchor-too-old")
    unknown = Made(by="stranger", code=b"99000001", entry=replace(ENTRIES[0], number=number(1, b"99000001").on_chain()),
                   height=101, validators=LAST_SET).receipt()  # fmt: skip
    yield _vector("institution-above-what-is-known", unknown, "transaction", answer="anchor-too-old")


def _approvals() -> Iterator[Vector]:
    late: dict[str, Any] = {"by": "late registrar", "code": LATE, "entry": LATE_ENTRY, "height": 90,
                            "validators": LAST_SET}  # fmt: skip
    yield _vector("valid-approved", Made(approved=GOOD).receipt())
    yield _vector("valid-approved-by-a-reviewer-admitted-later",
                  Made(approved=approve(LATE_ASKED, "late reviewer"), **late).receipt())  # fmt: skip
    yield _vector("approval-by-a-stolen-key", Made(approved=GOOD, height=46).receipt(), answer="doubtful")
    high = ORDER - int.from_bytes(GOOD.signature[32:64], "big")
    flipped = bytes([high >> 248 & 0x7F | ((GOOD.signature[64] ^ 1) << 7)]) + high.to_bytes(32, "big")[1:]
    cases: list[tuple[str, Made]] = [
        ("approval-missing", Made(**late)),
        ("approval-missing-since-two-persons-are-the-policy", Made(height=90, validators=LAST_SET)),
        ("approval-by-the-registrar-himself", Made(approved=approve(ASKED, "registrar"))),
        ("approval-by-another-registrar", Made(approved=approve(ASKED, "new registrar"), height=30, validators=FOUR)),
        ("approval-by-an-auditor", Made(approved=approve(ASKED, "auditor"))),
        ("approval-by-a-reviewer-of-another-institution", Made(approved=approve(ASKED, "other reviewer"))),
        ("approval-by-a-stranger", Made(approved=approve(ASKED, "stranger"))),
        ("approval-expired", Made(approved=approve(replace(ASKED, expires=TIME + 41)))),
        ("approval-with-another-expiry", Made(approved=replace(GOOD, expires=GOOD.expires + 1))),
        ("approval-for-another-version", Made(approved=approve(replace(ASKED, version=2)))),
        ("approval-for-another-act", Made(approved=approve(replace(ASKED, act=approval.ACT_SUPERSEDE)))),
        ("approval-for-another-number", Made(approved=approve(replace(ASKED, subject=ENTRIES[1].number)))),
        ("approval-for-another-content", Made(approved=approve(
            approval.asked_to_register(replace(ENTRIES[0], period=2022), institution=CODE, expires=TIME + 1000)))),
        ("approval-for-another-institution", Made(approved=approve(replace(ASKED, institution=LATE)))),
        ("approval-on-another-chain", Made(approved=approve(ASKED, chain_id=1))),
        ("approval-for-another-registry", Made(approved=approve(ASKED, registry=address("other registry")))),
        ("approval-with-a-high-s", Made(approved=replace(GOOD, vs=flipped))),
        ("approval-of-zeros-but-its-expiry", Made(approved=replace(NOT_REVIEWED, expires=TIME + 1000))),
    ]  # fmt: skip
    for name, made in cases:
        yield _vector(name, made.receipt(), "transaction")
    many = calls.RegisterCall(entries=ENTRIES, approvals=(NOT_REVIEWED, GOOD, GOOD))
    yield _vector("valid-one-person-among-approved", Made(call=many).receipt())
    wrong = calls.RegisterCall(entries=ENTRIES, approvals=(approve(replace(ASKED, version=2)), GOOD, GOOD))
    yield _vector("approval-of-another-entry-in-the-group", Made(call=wrong).receipt(), "transaction")
    exact = Made(approved=approve(replace(ASKED, expires=TIME + 42)))
    yield _vector("valid-approval-in-its-last-second", exact.receipt())


def _acts() -> Iterator[Vector]:
    entry = ENTRIES[0]
    asked = {"version": 2, "institution": CODE, "expires": TIME + 1000}
    to_amend = approve(approval.asked_to_amend(entry, REASON, **asked))
    to_supersede = approve(approval.asked_to_supersede(entry, REASON, **asked))
    amend = calls.AmendCall(entry=entry, former_metadata_digest=digest_of("former"), version=2, reason=REASON,
                            approval=to_amend)  # fmt: skip
    supersede = calls.SupersedeCall(entry=entry, version=2, reason=REASON, approval=to_supersede)
    amended, superseded = entry.amended(CODE, 2, REASON), entry.superseded(CODE, 2, REASON)
    yield _vector("valid-amended", Made(call=amend, event=amended).receipt())
    yield _vector("valid-superseded", Made(call=supersede, event=superseded).receipt())
    earlier = replace(entry, earlier_receipt=digest_of("earlier receipt"))
    yield _vector("valid-registered-before", Made(entry=earlier).receipt())
    bare = replace(REASON, document=bytes(32))
    undocumented = replace(amend, reason=bare, approval=NOT_REVIEWED)
    undocumented_event = entry.amended(CODE, 2, bare)
    yield _vector("valid-amended-without-a-document", Made(call=undocumented, event=undocumented_event).receipt())
    cases: list[tuple[str, Made]] = [
        ("amendment-told-as-a-supersession", Made(call=amend, event=superseded)),
        ("amendment-of-another-version", Made(call=replace(amend, version=3), event=amended)),
        ("amendment-for-another-reason", Made(call=replace(amend, reason=bare), event=amended)),
        ("amendment-approved-as-a-supersession", Made(call=replace(amend, approval=to_supersede), event=amended)),
        ("supersession-approved-as-an-amendment", Made(call=replace(supersede, approval=to_amend), event=superseded)),
        ("registration-told-as-an-amendment", Made(event=amended)),
        ("act-of-another-kind", Made(call=calls.RetireOwnKeyCall())),
    ]
    for name, made in cases:
        yield _vector(name, made.receipt(), "transaction")
    good = Made(call=amend, event=amended).receipt()
    yield _vector("record-with-another-reason", replace(good, record=replace(good.record, reason=2)), "event")
    yield _vector("record-with-another-act", replace(good, record=replace(good.record, act="supersede")), "event")
    forged = replace(good.record, earlier_receipt=digest_of("earlier receipt"))
    yield _vector("record-with-an-earlier-receipt", replace(good, record=forged), "event")


def _validators() -> Iterator[Vector]:
    old = Made(height=33, validators=FOUR).receipt()
    yield _vector("valid-in-the-last-header-of-the-old-set", old)
    yield _vector("valid-in-the-first-header-of-the-new-set", Made(height=34).receipt())
    yield _vector("old-set-after-the-change", Made(height=34, validators=FOUR).receipt(), "header")
    yield _vector("new-set-before-the-change", Made(height=33).receipt(), "header")
    late: dict[str, Any] = {"by": "late registrar", "code": LATE, "entry": LATE_ENTRY, "height": 101}
    approved = approve(LATE_ASKED, "late reviewer")
    above = Made(approved=approved, validators=FOUR, **late).receipt()
    yield _vector("set-above-what-is-known", above, "header", answer="anchor-too-old")
    yield _vector("set-unknown-to-the-founding", Made(height=42).receipt(), "header", anchor="valid-4",
                  answer="anchor-too-old")  # fmt: skip
    sealers = {"sealers": [FOUR[0], FOUR[3]]}
    yield _vector("sealed-by-who-was-voted-out", Made(height=42, more=sealers).receipt(), "seals")


def _states() -> Iterator[Vector]:
    receipt = Made(height=42).receipt()

    def stating(
        height: int = 90, *, held: int | None = None, validators: Sequence[str] = LAST_SET, **more: Any
    ) -> Receipt:
        word = state_word() if held is None else held
        state = State(slots={slot_of(NUMBER): word, slot_of(str(number(2))): state_word()})
        return replace(receipt, status=state.proof(slot_of(more.pop("number", NUMBER)), height, validators, **more))

    yield _vector("valid-status", stating())
    yield _vector("valid-status-in-the-same-header-height", stating(42, validators=THREE))
    yield _vector("valid-status-newer-version", stating(held=state_word(version=3)))
    yield _vector("status-withdrawn", stating(held=state_word(status=2)), answer="doubtful")
    yield _vector("status-frozen", stating(held=state_word(frozen=1)), answer="doubtful")
    twin = address("twin of the registry")
    good = stating().status
    assert good is not None
    cases: list[tuple[str, Receipt]] = [
        ("status-of-another-slot", stating(number=str(number(2)))),
        ("status-of-another-contract", stating(account=twin)),
        ("status-of-an-older-header", stating(41, validators=THREE)),
        ("status-of-an-older-version", stating(held=state_word(version=0))),
        ("status-sealed-by-too-few", stating(sealers=LAST_SET[:2])),
        ("status-by-other-validators", stating(validators=FOUR)),
        ("status-without-the-end", _with(receipt, replace(good, storage_path=good.storage_path[:-1]))),
        ("status-without-an-account", _with(receipt, replace(good, account_path=()))),
        ("status-with-a-node-too-many", _with(receipt, replace(good, storage_path=(*good.storage_path, b"\x80" * 40)))),
        ("status-with-a-truncated-header", _with(receipt, replace(good, header=good.header[:-1]))),
    ]
    for name, made in cases:
        yield _vector(name, made, "status")
    yield _vector("status-above-what-is-known", stating(101, validators=FOUR), "status", answer="anchor-too-old")


def _with(receipt: Receipt, status: StateProof) -> Receipt:
    return replace(receipt, status=status)


def _old_chain() -> Iterator[Vector]:
    good = old_receipt()
    yield _vector("valid-of-an-anchored-chain", good, anchor="anchored")
    yield _vector("valid-of-the-chain-that-anchored", file_receipt(4), anchor="anchored")
    yield _vector("anchored-chain-not-in-the-anchor", good, "tx-receipt", anchor="valid-4")
    yield _vector("valid-status-in-the-anchored-chain", _with(good, old_state()), anchor="anchored")
    here = State(slots={slot_of(NUMBER): state_word()}).proof(slot_of(NUMBER), 90, FOUR)
    yield _vector("valid-status-in-the-chain-that-anchored", _with(good, here), anchor="anchored")
    gone = State(slots={slot_of(NUMBER): state_word(status=2)}).proof(slot_of(NUMBER), 90, FOUR)
    yield _vector("status-withdrawn-in-the-chain-that-anchored", _with(good, gone), anchor="anchored",
                  answer="doubtful")  # fmt: skip
    yield _vector("anchored-chain-for-another-institution", sister_receipt(), "header", anchor="anchored-with-a-sister")
    above = old_receipt(6)
    yield _vector("anchored-chain-above-its-height", above, "header", anchor="anchored")
    rewritten = old_receipt(header_changes={"timestamp": TIME})
    yield _vector("anchored-chain-rewritten", rewritten, "header", anchor="anchored")
    strange = old_block(sealers=["stranger"]).material(trim=False)
    unsealed = resource_receipt(strange, log_index=0, metadata=FILE_METADATA)
    yield _vector("anchored-chain-sealed-by-a-stranger", unsealed, "seals", anchor="anchored")

