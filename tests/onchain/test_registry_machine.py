"""The registry against its model: whatever anybody does in whatever order, both say the same and hold the same."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from eth_abi.abi import encode
from eth_hash.auto import keccak
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from model_parties import Refused
from model_records import RegistryModel
from registry_at_hand import (
    AUDITOR,
    FAR,
    GOVERNORS,
    INSTITUTION,
    KEYS,
    NEIGHBOUR,
    NEIGHBOUR_REGISTRAR,
    NEIGHBOUR_REVIEWER,
    REGISTRAR,
    REVIEWER,
    SPARE,
    STRANGER,
    TWO_PEOPLE,
    RegistryAtHand,
    account,
    admission,
    batch,
    digest,
    entry,
    number,
)

from contracts import approval, calls, events, governing, views
from contracts.approval import NOT_REVIEWED, Approval, Asked
from contracts.calls import (
    AcceptDeliveryCall,
    AcceptGovernorshipCall,
    AmendCall,
    AnchorChainCall,
    AttestCall,
    CommitUnitsCall,
    DeliverCall,
    GovernCall,
    RegisterCall,
    RetireOwnKeyCall,
    ReturnDeliveryCall,
    SupersedeCall,
    WithdrawCall,
)
from contracts.errors import decode_revert
from contracts.records import Reason

PLACES = st.integers(0, len(KEYS) - 1)
OTHERS = st.sampled_from([SPARE, STRANGER] * 5 + list(range(len(KEYS)))).map(account)
"""Accounts that proposals are about; mostly such that what they lose does not end the story."""
CODES = st.sampled_from([INSTITUTION] * 3 + [NEIGHBOUR] * 2 + [b"31000001"])
SERIALS = st.integers(1, 4)
DIGESTS = st.sampled_from([digest("a"), digest("b"), digest("c"), digest("d"), bytes(32)])
PAPERS = st.just(digest("paper"))
REASONS = st.builds(Reason, code=st.sampled_from([1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 10]), document=PAPERS)
STEPS = st.sampled_from([0] * 9 + [1])
SENDERS = st.sampled_from(
    [(REGISTRAR, INSTITUTION, REVIEWER)] * 8
    + [(NEIGHBOUR_REGISTRAR, NEIGHBOUR, NEIGHBOUR_REVIEWER)] * 6
    + [(SPARE, INSTITUTION, REVIEWER), (REGISTRAR, NEIGHBOUR, REVIEWER), (REVIEWER, INSTITUTION, REVIEWER)]
)
"""Who sends, whose record it is about, who is asked to approve."""
SIGNING = st.sampled_from(["signed"] * 8 + ["not signed", "by another", "late", "another version"])
BLUNDERS = st.sampled_from(
    [{}] * 20
    + [
        {"kind": 0}, {"kind": 2}, {"period": 0}, {"cid": b""}, {"cid": b"c" * 65}, {"metadata_digest": bytes(32)},
        {"number": number(1)[:24] + b"x" + bytes(7)}, {"replaces": number(1)}, {"replaces": number(1, NEIGHBOUR)},
    ]
)  # fmt: skip


@st.composite
def entries(draw: st.DrawFn) -> Any:
    """Draw what makes an entry once its institution is known; numbers and contents are few, blunders fewer."""
    serial, content, metadata, blunder = draw(SERIALS), draw(SERIALS), draw(SERIALS), draw(BLUNDERS)
    full = entry(
        serial, content_digest=digest(f"content {content}"), metadata_digest=digest(f"metadata {metadata}"),
        cid=b"cid",
    )  # fmt: skip
    return lambda code: replace(replace(full, number=number(serial, code)), **blunder)


PROPOSALS: Any = st.one_of(
    st.builds(governing.SuspendCall, institution=CODES, document=DIGESTS),
    st.builds(governing.ReinstateCall, institution=CODES, document=DIGESTS),
    st.builds(governing.SetPolicyCall, institution=CODES, one_person=st.booleans()),
    st.builds(governing.AddKeyCall, institution=CODES, account=OTHERS, role=st.integers(0, 3)),
    st.builds(governing.RetireKeyCall, account=OTHERS),
    st.builds(governing.RevokeStolenKeyCall, account=OTHERS, since=st.integers(0, 40)),
    st.builds(governing.NominateGovernorCall, account=OTHERS | st.just(bytes(20))),
    st.builds(governing.DismissGovernorCall, account=OTHERS),
    st.builds(governing.SetThresholdCall, threshold=st.integers(0, 4)),
    st.builds(governing.FreezeCall, number=st.builds(number, SERIALS, CODES), document=DIGESTS),
    st.builds(governing.UnfreezeCall, number=st.builds(number, SERIALS, CODES), document=DIGESTS),
    st.builds(governing.NameSuccessorCall, registry=st.sampled_from([bytes(20), b"s" * 20]), document=DIGESTS),
    st.builds(governing.AdmitCall, admission=st.builds(admission, CODES, PLACES, one_person=st.booleans())),
)


APPROVING = st.sampled_from(
    [list(GOVERNORS[:2])] * 6 + [list(GOVERNORS), [GOVERNORS[2]], [STRANGER], [GOVERNORS[0]] * 2]
)


class RegistryMachine(RuleBasedStateMachine):
    """Does the same on the registry and on its model."""

    @initialize()
    def found(self) -> None:
        self.registry = RegistryAtHand(TWO_PEOPLE, governors=GOVERNORS, threshold=2)
        done = self.registry.deployed
        self.model = RegistryModel(height=done.height, time=done.time, threshold=2)
        self.model.governors = {account(place) for place in GOVERNORS}
        for each in TWO_PEOPLE:
            self.model.admit(each)
        self.proposed = 0
        for serial in range(1, 4):
            what = entry(serial, content_digest=digest("content 1"), cid=b"cid")
            self.register((REGISTRAR, INSTITUTION, REVIEWER), lambda _, what=what: what, "signed")

    def act(self, name: str, calldata: bytes, place: int, *arguments: Any) -> None:
        """Send a transaction; the model must say beforehand whether it succeeds, and with which events or error."""
        done = self.registry.transact(calldata, sender=place)
        self.model.height, self.model.time = done.height, done.time
        following, expected, refused = self.model, [], ""
        try:
            following, expected = self.model.after(name, account(place), *arguments)
        except Refused as refusal:
            refused = str(refusal)
        if not done.succeeded:
            error = decode_revert(self.registry.revert_data(calldata, sender=place))
            assert getattr(error, "name", error) == refused
        assert (done.succeeded, done.events) == (not refused, expected), name
        self.model = following

    def signed(self, asked: Asked, reviewer: int, how: str) -> Approval:
        """Have what is asked signed, or something wrong with it; tell the model who signed what."""
        if how == "not signed":
            return NOT_REVIEWED
        meant = replace(asked, expires=1 if how == "late" else FAR)
        if how == "another version":
            meant = replace(meant, version=meant.version + 7)
        signer = REGISTRAR if how == "by another" else reviewer
        given = self.registry.approve(meant, by=signer)
        self.model.signatures[given] = (account(signer), meant)
        return given

    def next_version(self, name: bytes) -> int:
        state = self.model.records.get(name)
        return state.version + 1 if state else 2

    @rule(who=SENDERS, make=entries(), how=SIGNING)
    def register(self, who: tuple[int, bytes, int], make: Any, how: str) -> None:
        place, code, reviewer = who
        what = make(code)
        given = self.signed(approval.asked_to_register(what, institution=code, expires=FAR), reviewer, how)
        call = RegisterCall(entries=(what,), approvals=(given,))
        self.act("register", calls.encode_register(what, given), place, call)

    @rule(who=SENDERS, group=st.lists(st.tuples(entries(), SIGNING), max_size=3), fit=st.sampled_from([1] * 8 + [0, 2]))
    def register_many(self, who: tuple[int, bytes, int], group: list[tuple[Any, str]], fit: int) -> None:
        place, code, reviewer = who
        made = tuple(make(code) for make, _ in group)
        asked = [approval.asked_to_register(what, institution=code, expires=FAR) for what in made]
        approvals = [self.signed(each, reviewer, how) for each, (_, how) in zip(asked, group, strict=True)] * fit
        call = RegisterCall(entries=made, approvals=tuple(approvals))
        self.act("register_many", calls.encode_call(call), place, call)

    @precondition(lambda self: self.model.records)
    @rule(who=SENDERS, serial=SERIALS, why=REASONS, how=SIGNING, meta=SERIALS, step=STEPS)
    def amend(self, *, who: tuple[int, bytes, int], serial: int, why: Reason, how: str, meta: int, step: int) -> None:
        place, code, reviewer = who
        version = self.next_version(number(serial, code)) + step
        former = self.model.versions.get(
            (number(serial, code), version - 1), entry(serial, number=number(serial, code))
        )
        what = replace(former, metadata_digest=digest(f"metadata {meta}"))
        asked = approval.asked_to_amend(what, why, version=version, institution=code, expires=FAR)
        call = AmendCall(
            entry=what, former_metadata_digest=former.metadata_digest, version=version, reason=why,
            approval=self.signed(asked, reviewer, how),
        )  # fmt: skip
        self.act("amend", calls.encode_call(call), place, call)

    @precondition(lambda self: self.model.records)
    @rule(who=SENDERS, make=entries(), why=REASONS, how=SIGNING, step=STEPS)
    def supersede(self, *, who: tuple[int, bytes, int], make: Any, why: Reason, how: str, step: int) -> None:
        place, code, reviewer = who
        what = make(code)
        version = self.next_version(what.number) + step
        asked = approval.asked_to_supersede(what, why, version=version, institution=code, expires=FAR)
        call = SupersedeCall(entry=what, version=version, reason=why, approval=self.signed(asked, reviewer, how))
        self.act("supersede", calls.encode_call(call), place, call)

    @precondition(lambda self: self.model.records)
    @rule(who=SENDERS, serial=SERIALS, why=REASONS, how=SIGNING, step=STEPS)
    def withdraw(self, *, who: tuple[int, bytes, int], serial: int, why: Reason, how: str, step: int) -> None:
        place, code, reviewer = who
        version = self.next_version(number(serial, code)) - 1 + step
        asked = approval.asked_to_withdraw(number(serial, code), why, version=version, institution=code, expires=FAR)
        given = self.signed(asked, reviewer, how)
        call = WithdrawCall(number=number(serial, code), version=version, reason=why, approval=given)
        self.act("withdraw", calls.encode_call(call), place, call)

    @rule(who=SENDERS, root=DIGESTS, claimed=st.integers(0, 3), how=SIGNING)
    def commit_units(self, who: tuple[int, bytes, int], root: bytes, claimed: int, how: str) -> None:
        place, code, reviewer = who
        what = batch(root=root, claimed=claimed)
        given = self.signed(approval.asked_to_commit(what, institution=code, expires=FAR), reviewer, how)
        call = CommitUnitsCall(batch=what, approval=given)
        self.act("commit_units", calls.encode_call(call), place, call)

    @rule(
        who=SENDERS,
        code=st.sampled_from([NEIGHBOUR, NEIGHBOUR, INSTITUTION, b"31000001"]),
        package=DIGESTS,
        claimed=st.integers(0, 4),
    )
    def deliver(self, who: tuple[int, bytes, int], code: bytes, package: bytes, claimed: int) -> None:
        call = DeliverCall(
            recipient=code, package_digest=package, claimed=claimed, programme=bytes(32), period=2023, lot=bytes(32),
            document=digest("paper"),
        )  # fmt: skip
        self.act("deliver", calls.encode_call(call), who[0], call)

    @precondition(lambda self: self.model.deliveries)
    @rule(who=SENDERS, which=st.integers(0, 5), accepted=st.booleans())
    def answer(self, who: tuple[int, bytes, int], which: int, *, accepted: bool) -> None:
        kind: Any = AcceptDeliveryCall if accepted else ReturnDeliveryCall
        made = sorted(self.model.deliveries) or [(INSTITUTION, digest("none"))]
        code, package = made[which % len(made)]
        call = kind(institution=code, package_digest=package, document=digest("paper"))
        self.act("accept_delivery" if accepted else "return_delivery", calls.encode_call(call), who[0], call)

    @rule(place=PLACES, subject=DIGESTS, kind=st.integers(0, 2))
    def attest(self, place: int, subject: bytes, kind: int) -> None:
        call = AttestCall(subject=subject, kind=kind, digest=digest("finding"), verdict=1)
        self.act("attest", calls.encode_call(call), place, call)

    @rule(who=SENDERS, genesis=DIGESTS, height=st.integers(0, 3))
    def anchor_chain(self, who: tuple[int, bytes, int], genesis: bytes, height: int) -> None:
        call = AnchorChainCall(
            genesis_hash=genesis, height=height, header_hash=digest("head"), headers_root=digest("headers")
        )
        self.act("anchor_chain", calls.encode_call(call), who[0], call)

    @rule(call=PROPOSALS, by=APPROVING, late=st.sampled_from([False] * 9 + [True]))
    def govern(self, call: Any, by: list[int], *, late: bool) -> None:
        paper = digest(f"minutes {self.proposed % 7}")
        self.proposed += 1
        proposed = GovernCall(call=governing.encode_governed(call), expires=1 if late else FAR, document=paper)
        for place in by:
            self.act("govern", calls.encode_call(proposed), place, proposed)

    @precondition(lambda self: self.model.nominated)
    @rule(which=st.integers(0, 5))
    def accept_governorship(self, which: int) -> None:
        nominated = [place for place in range(len(KEYS)) if account(place) in self.model.nominated] or [STRANGER]
        self.act("accept_governorship", calls.encode_call(AcceptGovernorshipCall()), nominated[which % len(nominated)])

    @precondition(lambda self: account(SPARE) in self.model.keys)
    @rule(place=st.sampled_from([SPARE, STRANGER, AUDITOR]))
    def retire_own_key(self, place: int) -> None:
        self.act("retire_own_key", calls.encode_call(RetireOwnKeyCall()), place)

    @invariant()
    def governance_is_as_the_model_has_it(self) -> None:
        now = views.decode_governance(self.registry.ask(views.encode_governance()))
        model = self.model
        expected = (model.sequence, model.epoch, model.threshold, len(model.governors))
        assert (now.sequence, now.epoch, now.threshold, now.governors) == expected
        assert 1 <= now.threshold <= now.governors, "the governors have locked themselves out"

    def teardown(self) -> None:
        """Compare all that the registry holds with the model."""
        if not hasattr(self, "model"):
            return
        registry, model = self.registry, self.model
        for place in range(len(KEYS)):
            assert views.decode_key_of(registry.ask(views.encode_key_of(account(place)))) == model.keys.get(
                account(place)
            )
            governs = views.decode_is_governor(registry.ask(views.encode_is_governor(account(place))))
            assert governs == (account(place) in model.governors)
        for code, standing in model.institutions.items():
            found = views.decode_institution_of(registry.ask(views.encode_institution_of(code)))
            assert found is not None
            assert (found.standing, found.one_person) == (2 if standing.suspended else 1, standing.one_person)
            claimed = views.decode_claimed_of(registry.ask(views.encode_claimed_of(code, 2023)))
            expected = (model.claimed_resources[code, 2023], model.claimed_units[code, 2023])
            assert (claimed.resources, claimed.units) == expected
        for name, state in model.records.items():
            assert views.decode_record_of(registry.ask(views.encode_record_of(name))) == state
        for (name, version), what in model.versions.items():
            kept = views.decode_commitment_of(registry.ask(views.encode_commitment_of(name, version)))
            assert kept == events.commitment(replace(what.registered(name[:8]), version=version))
        for (kind, content), name in model.newest.items():
            assert views.decode_number_by_digest(registry.ask(views.encode_number_by_digest(kind, content))) == name
        for root, held in model.batches.items():
            assert views.decode_unit_batch_of(registry.ask(views.encode_unit_batch_of(root))) == held
        for (code, package), delivery in model.deliveries.items():
            assert views.decode_delivery_of(registry.ask(views.encode_delivery_of(code, package))) == delivery
        for (code, genesis), call in model.anchored.items():
            head = encode(["uint64", "bytes32", "bytes32"], [call.height, call.header_hash, call.headers_root])
            kept = views.decode_anchored_chain_of(registry.ask(views.encode_anchored_chain_of(code, genesis)))
            assert kept == keccak(head)
        assert views.decode_successor(registry.ask(views.encode_successor())) == model.successor


RegistryMachine.TestCase.settings = settings(
    max_examples=30, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
test_the_registry_and_its_model_agree = RegistryMachine.TestCase
