"""Anchors whose proofs do not hold, each with one defect; and those that do.

A verification with one of the former fails at step 1, whatever the receipt says.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from consortium import (
    ADD_KEY,
    ADMIT,
    EXPIRES,
    FIVE,
    FOUNDING,
    FOUR,
    LAST_SET,
    LATE_PROFILE,
    NEW,
    OUT,
    RETIRE_KEY,
    SEQUENCE,
    THREE,
    Approval,
    State,
    Vote,
    governance_word,
    governed,
    history,
    known_at,
    own_act,
    voted,
)  # fmt: skip
from old_chain import anchored_chains, broken_chains, with_a_sister
from synthetic import CODE, GOVERNORS, address, digest_of, founding_of, log_of
from typed_transactions import typed_changes, typed_history

from contracts import calls, governing
from contracts.parties import Governed
from node.receipts.anchor import TrustAnchor
from node.receipts.changes import Change, GovernanceChange, ValidatorChange

if TYPE_CHECKING:
    from collections.abc import Iterator

    from node.receipts.material import ProofMaterial
    from node.receipts.state_proof import StateProof


def good_anchors() -> dict[str, TrustAnchor]:
    """Give the anchors that hold, by name."""
    grown = TrustAnchor(founding=FOUNDING, changes=history(), known=known_at(100, SEQUENCE, LAST_SET))
    five = voted([Vote(height=30 + place, voter=FOUR[place], about=NEW, adds=True) for place in range(3)], FIVE)
    return {
        "valid-1": TrustAnchor(founding=founding_of(1)),
        "valid-4": TrustAnchor(founding=FOUNDING),
        "known-1": TrustAnchor(founding=founding_of(1), known=known_at(100, 0, [_only()])),
        "known-4": TrustAnchor(founding=FOUNDING, known=known_at(100, 0, FOUR)),
        "grown": grown,
        "grown-to-five": TrustAnchor(founding=FOUNDING, changes=(five,)),
        "without-known": replace(grown, known=None),
        "governed-by-typed-transactions": TrustAnchor(founding=FOUNDING, changes=typed_history()),
        "anchored": TrustAnchor(founding=FOUNDING, anchored=anchored_chains()),
        "anchored-with-a-sister": TrustAnchor(founding=FOUNDING, anchored=with_a_sister()),
    }


def unproven_anchors() -> dict[str, TrustAnchor]:
    """Give the anchors with a defect, by its name."""
    anchors: dict[str, TrustAnchor] = {}
    for name, changes in (*_votes(), *_acts(), *_plays(), *typed_changes()):
        anchors[name] = TrustAnchor(founding=FOUNDING, changes=tuple(changes))
    for name, known in _known():
        anchors[name] = TrustAnchor(founding=FOUNDING, changes=history()[:2], known=known)
    for name, chain in broken_chains():
        anchors[name] = TrustAnchor(founding=FOUNDING, anchored=(chain,))
    return anchors


def _only() -> str:
    return "validator 0 of 1"


def _votes() -> Iterator[tuple[str, list[Change]]]:
    one, two, three = OUT
    cases: list[tuple[str, ValidatorChange]] = [
        ("vote-by-a-stranger", voted([one, two, replace(three, voter="stranger")], THREE)),
        ("vote-counted-twice", voted([one, two, replace(three, voter=two.voter)], THREE)),
        ("votes-by-half", voted([one, two], THREE)),
        ("votes-more-than-needed", voted([*OUT, Vote(height=34, voter=FOUR[3])], THREE)),
        ("votes-split-over-an-epoch", voted([replace(one, height=29_998), replace(two, height=29_999),
                                             replace(three, height=30_001)], THREE)),
        ("votes-out-of-order", voted([two, one, three], THREE)),
        ("votes-for-different-changes", voted([one, replace(two, about=FOUR[2]), three], THREE)),
        ("votes-in-different-directions", voted([one, replace(two, adds=True), three], THREE)),
        ("vote-that-adds-a-member", voted([replace(vote, adds=True) for vote in OUT], FOUR)),
        ("vote-that-removes-a-stranger", voted([replace(vote, about="stranger") for vote in OUT], FOUR)),
        ("votes-that-are-none", voted([replace(vote, more={"vote": ()}) for vote in OUT], THREE)),
        ("vote-header-sealed-by-too-few", voted([one, replace(two, more={"sealers": FOUR[:2]}), three], THREE)),
        ("vote-header-of-other-validators", voted([one, replace(two, validators=THREE), three], THREE)),
        ("vote-header-of-proof-of-work",
         voted([one, replace(two, more={"header_changes": {"difficulty": 2}}), three], THREE)),
        ("no-votes", ValidatorChange(votes=(), header=voted(OUT, THREE).header)),
        ("child-of-another-header", voted(OUT, THREE, header_changes={"parent_hash": digest_of("elsewhere")})),
        ("child-two-headers-on", voted(OUT, THREE, height=35)),
        ("child-that-lists-the-old-set", voted(OUT, FOUR)),
        ("child-that-lists-no-validators", voted(OUT, [], sealers=[])),
        ("child-sealed-by-too-few", voted(OUT, THREE, sealers=THREE[:1])),
        ("child-sealed-by-who-was-voted-out", voted(OUT, THREE, sealers=[FOUR[0], FOUR[3]])),
    ]  # fmt: skip
    for name, change in cases:
        yield name, [change]
    again = [Vote(height=height, voter=name, about=THREE[2], validators=THREE)
             for height, name in ((31, THREE[0]), (32, THREE[1]))]  # fmt: skip
    yield "votes-before-the-change-in-front", [voted(OUT, THREE), voted(again, THREE[:2])]
    half = [Vote(height=40, voter=THREE[0], about=THREE[2], validators=THREE), Vote(height=41, voter=FOUR[3],
            about=THREE[2], validators=THREE)]  # fmt: skip
    yield "vote-by-who-was-voted-out", [voted(OUT, THREE), voted(half, THREE[:2])]


def _acts() -> Iterator[tuple[str, list[Change]]]:
    def add(**last: Any) -> GovernanceChange:
        return governed(ADD_KEY, 11, 1, last=last)

    first, second = GOVERNORS[:2]
    call = governing.encode_governed(ADD_KEY)
    other = governing.encode_governed(RETIRE_KEY)
    done = log_of(Governed(sequence=1, proposal=digest_of("another proposal")))
    approved = Approval(call=call, height=10, by=first).material()
    whole = add()
    cases: list[tuple[str, GovernanceChange]] = [
        ("governance-by-m-minus-one", governed(ADD_KEY, 11, 1, by=[first])),
        ("governance-by-more-than-m", governed(ADD_KEY, 12, 1, by=GOVERNORS)),
        ("governance-by-one-governor-twice", governed(ADD_KEY, 11, 1, by=[first, first])),
        ("governance-by-a-stranger", governed(ADD_KEY, 11, 1, by=[first, "stranger"])),
        ("governance-by-a-registrar", governed(ADD_KEY, 11, 1, by=[first, "registrar"])),
        ("governance-by-nobody", GovernanceChange(transactions=())),
        ("governance-gap-in-sequence", governed(ADD_KEY, 11, 2)),
        ("governance-that-was-not-executed", add(executes=None)),
        ("governance-of-another-proposal", add(logs=(done,))),
        ("governance-with-other-calldata", add(call=other)),
        ("governance-of-another-epoch", governed(ADD_KEY, 11, 1, epoch=1)),
        ("governance-expired", governed(ADD_KEY, 11, 1, last={"more": {"header_changes": {"timestamp": EXPIRES + 1}}})),
        ("governance-that-failed", add(succeeded=False)),
        ("governance-on-another-chain", add(signed={"chain_id": 1})),
        ("governance-of-another-registry", add(signed={"to": address("other registry")})),
        ("governance-of-another-emitter", add(logs=(log_of(Governed(sequence=1, proposal=bytes(32)),
                                                           emitter=address("other registry")),))),
        ("governance-header-sealed-by-too-few", add(more={"sealers": FOUR[:2]})),
        ("governance-header-of-other-validators", add(validators=THREE)),
        ("governance-out-of-order", GovernanceChange(transactions=(whole.transactions[1], approved))),
        ("governance-transaction-twice", GovernanceChange(transactions=(approved, approved))),
        ("governance-truncated-path", GovernanceChange(transactions=(approved, _cut(whole.transactions[1])))),
        ("governance-by-no-call-of-ours", governed_raw(b"\0\0\0\0")),
        ("governance-of-nothing-to-propose", governed_raw(calls.encode_call(calls.RetireOwnKeyCall()))),
        ("governance-by-another-act", own_act(calls.AttestCall(subject=bytes(32), kind=1, digest=bytes(32), verdict=0),
                                              "registrar", 11, 1)),
        ("profile-missing", governed(ADMIT, 11, 1)),
        ("profile-of-another", governed(ADMIT, 11, 1, profile=replace(LATE_PROFILE, name="别的图书馆"))),
        ("profile-without-use", governed(ADD_KEY, 11, 1, profile=LATE_PROFILE)),
        ("acceptance-by-nobody-nominated", own_act(calls.AcceptGovernorshipCall(), "stranger", 11, 1)),
        ("acceptance-with-a-profile", replace(own_act(calls.RetireOwnKeyCall(), "auditor", 11, 1),
                                              profile=LATE_PROFILE)),
        ("retirement-by-a-stranger", own_act(calls.RetireOwnKeyCall(), "stranger", 11, 1)),
    ]  # fmt: skip
    for name, change in cases:
        yield name, [change]
    for name, refused in (
        ("refused-second-admission", replace(ADMIT, admission=replace(ADMIT.admission, institution=CODE))),
        ("refused-key-twice", replace(ADD_KEY, account=address("registrar"))),
        ("refused-key-of-no-role", replace(ADD_KEY, role=4)),
        ("refused-key-of-nobody", replace(ADD_KEY, institution=b"99000001")),
        ("refused-retirement-of-a-stranger", replace(RETIRE_KEY, account=address("stranger"))),
        ("refused-theft-from-the-future", governing.RevokeStolenKeyCall(account=address("registrar"), since=12)),
        ("refused-reinstatement", governing.ReinstateCall(institution=CODE, document=bytes(32))),
        ("refused-nomination", governing.NominateGovernorCall(account=address(GOVERNORS[2]))),
        ("refused-dismissal", governing.DismissGovernorCall(account=address("stranger"))),
        ("refused-threshold", governing.SetThresholdCall(threshold=4)),
    ):
        profile = LATE_PROFILE if isinstance(refused, governing.AdmitCall) else None
        yield name, [governed(refused, 11, 1, by=[first, second], profile=profile)]


def _plays() -> Iterator[tuple[str, list[Change]]]:
    """Defects that need an act in front."""
    dismissed = governed(governing.DismissGovernorCall(account=address(GOVERNORS[0])), 11, 1)
    yield "governance-by-a-dismissed-governor", [dismissed, governed(ADD_KEY, 21, 2, epoch=1)]
    policy = governing.SetPolicyCall(institution=CODE, one_person=False)
    yield "governance-executed-twice", [governed(policy, 11, 1), governed(policy, 21, 2)]
    yield "governance-act-left-out", [governed(ADD_KEY, 11, 1), governed(RETIRE_KEY, 31, 3)]
    yield "governance-of-the-epoch-before", [dismissed, governed(ADD_KEY, 21, 2, by=GOVERNORS[1:])]
    late = governed(ADD_KEY, 41, 1, validators=THREE)
    yield "governance-by-validators-not-yet-proven", [late, voted(OUT, THREE)]


def _known() -> Iterator[tuple[str, StateProof]]:
    good = State(slots={0: governance_word(2)})
    yield "known-of-another-sequence", known_at(100, 3, FOUR)
    yield "known-of-another-slot", good.proof(1, 100, FOUR)
    yield "known-of-another-contract", good.proof(0, 100, FOUR, account=address("twin of the registry"))
    yield "known-of-other-code", replace(good, code_hash=digest_of("other code")).proof(0, 100, FOUR)
    yield "known-older-than-the-changes", good.proof(0, 20, FOUR)
    yield "known-sealed-by-too-few", good.proof(0, 100, FOUR, sealers=FOUR[:2])
    yield "known-by-validators-not-proven", good.proof(0, 100, THREE)
    yield "known-of-another-root", good.proof(0, 100, FOUR, header_changes={"state_root": digest_of("state")})
    proof = good.proof(0, 100, FOUR)
    yield "known-without-the-end", replace(proof, storage_path=proof.storage_path[:-1])
    yield "known-with-a-node-too-many", replace(proof, account_path=(*proof.account_path, proof.account_path[-1]))


def governed_raw(call: bytes) -> GovernanceChange:
    """Give an act whose proposal calls what nobody can propose."""
    first, second = (
        Approval(call=call, height=10 + place, by=name, executes=1 if place else None)
        for place, name in enumerate(GOVERNORS[:2])
    )
    return GovernanceChange(transactions=(first.material(), second.material()))


def _cut(material: ProofMaterial) -> ProofMaterial:
    return replace(material, transaction_path=material.transaction_path[:-1])
