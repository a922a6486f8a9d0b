"""What institutions tell each other: deliveries that are accepted or returned, attestations, anchored chains."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from eth_abi.abi import encode
from eth_hash.auto import keccak
from registry_at_hand import (
    AUDITOR,
    INSTITUTION,
    NEIGHBOUR,
    NEIGHBOUR_REGISTRAR,
    REGISTRAR,
    REVIEWER,
    account,
    admission,
    digest,
)

from contracts import calls, views
from contracts.calls import AcceptDeliveryCall, AnchorChainCall, AttestCall, DeliverCall, ReturnDeliveryCall
from contracts.exchange import (
    ACCEPTED,
    DELIVERED,
    FINDING,
    RETURNED,
    Attested,
    ChainAnchored,
    Delivered,
    Delivery,
    DeliveryAccepted,
    DeliveryReturned,
)
from contracts.governing import AdmitCall, SuspendCall

if TYPE_CHECKING:
    from registry_at_hand import RegistryAtHand

PAPER, PACKAGE = digest("paper"), digest("package")
THIRD = b"31000001"
DELIVER = DeliverCall(
    recipient=NEIGHBOUR, package_digest=PACKAGE, claimed=12, programme=digest("programme"), period=2023,
    lot=digest("lot"), document=PAPER,
)  # fmt: skip
ACCEPT = AcceptDeliveryCall(institution=INSTITUTION, package_digest=PACKAGE, document=digest("accepted"))
RETURN = ReturnDeliveryCall(institution=INSTITUTION, package_digest=PACKAGE, document=digest("returned"))
ATTEST = AttestCall(subject=digest("subject"), kind=FINDING, digest=digest("finding"), verdict=2)
ANCHOR = AnchorChainCall(
    genesis_hash=digest("genesis"), height=77, header_hash=digest("head"), headers_root=digest("headers")
)
NOT_OPEN = ("DeliveryNotOpen", {"packageDigest": PACKAGE})


def send(registry: RegistryAtHand, call: Any, sender: int) -> Any:
    done = registry.transact(calls.encode_call(call), sender=sender)
    assert done.succeeded
    return done


def refused(registry: RegistryAtHand, call: Any, sender: int = REGISTRAR) -> tuple[str, dict[str, Any]]:
    error = registry.reverts_with(calls.encode_call(call), sender=sender)
    return error.name, error.values


def delivery_of(registry: RegistryAtHand) -> Delivery | None:
    return views.decode_delivery_of(registry.ask(views.encode_delivery_of(INSTITUTION, PACKAGE)))


def test_a_delivery_is_made_and_accepted(registry: RegistryAtHand) -> None:
    assert delivery_of(registry) is None
    done = send(registry, DELIVER, REGISTRAR)
    assert done.events == [
        Delivered(
            institution=INSTITUTION, recipient=NEIGHBOUR, package_digest=PACKAGE, claimed=12,
            programme=digest("programme"), period=2023, lot=digest("lot"), document=PAPER,
        )
    ]  # fmt: skip
    assert delivery_of(registry) == Delivery(recipient=NEIGHBOUR, status=DELIVERED, height=done.height, time=done.time)
    assert refused(registry, DELIVER) == NOT_OPEN
    done = send(registry, ACCEPT, NEIGHBOUR_REGISTRAR)
    assert done.events == [
        DeliveryAccepted(
            institution=INSTITUTION, recipient=NEIGHBOUR, package_digest=PACKAGE, document=digest("accepted")
        )
    ]
    assert delivery_of(registry) == Delivery(recipient=NEIGHBOUR, status=ACCEPTED, height=done.height, time=done.time)
    for call, sender in ((DELIVER, REGISTRAR), (ACCEPT, NEIGHBOUR_REGISTRAR), (RETURN, NEIGHBOUR_REGISTRAR)):
        assert refused(registry, call, sender) == NOT_OPEN


def test_what_was_returned_is_delivered_again_also_to_another(registry: RegistryAtHand) -> None:
    registry.decide(AdmitCall(admission=admission(THIRD, AUDITOR)))
    send(registry, DELIVER, REGISTRAR)
    done = send(registry, RETURN, NEIGHBOUR_REGISTRAR)
    assert done.events == [
        DeliveryReturned(
            institution=INSTITUTION, recipient=NEIGHBOUR, package_digest=PACKAGE, document=digest("returned")
        )
    ]
    assert delivery_of(registry) == Delivery(recipient=NEIGHBOUR, status=RETURNED, height=done.height, time=done.time)
    assert refused(registry, ACCEPT, NEIGHBOUR_REGISTRAR) == NOT_OPEN
    send(registry, replace(DELIVER, recipient=THIRD), REGISTRAR)
    assert refused(registry, ACCEPT, NEIGHBOUR_REGISTRAR) == NOT_OPEN
    send(registry, ACCEPT, AUDITOR)


def test_nobody_but_the_recipient_answers(registry: RegistryAtHand) -> None:
    registry.decide(AdmitCall(admission=admission(THIRD, AUDITOR)))
    assert refused(registry, ACCEPT, NEIGHBOUR_REGISTRAR) == NOT_OPEN
    send(registry, DELIVER, REGISTRAR)
    for call in (ACCEPT, RETURN):
        for sender in (REGISTRAR, AUDITOR):
            assert refused(registry, call, sender) == NOT_OPEN


def test_two_institutions_may_deliver_the_same_package(registry: RegistryAtHand) -> None:
    send(registry, DELIVER, REGISTRAR)
    send(registry, replace(DELIVER, recipient=INSTITUTION), NEIGHBOUR_REGISTRAR)
    send(registry, ACCEPT, NEIGHBOUR_REGISTRAR)
    send(registry, replace(RETURN, institution=NEIGHBOUR), REGISTRAR)


@pytest.mark.parametrize(
    ("changes", "name", "values"),
    [
        ({"recipient": INSTITUTION}, "OwnDelivery", {"institution": INSTITUTION}),
        ({"recipient": THIRD}, "UnknownInstitution", {"institution": THIRD}),
        ({"recipient": bytes(8)}, "UnknownInstitution", {"institution": bytes(8)}),
        ({"package_digest": bytes(32)}, "ZeroDigest", {}),
        ({"claimed": 0}, "NothingClaimed", {}),
        ({"period": 0}, "ZeroPeriod", {}),
    ],
)
def test_a_bad_delivery_is_refused(
    registry: RegistryAtHand, changes: dict[str, Any], name: str, values: dict[str, Any]
) -> None:
    assert refused(registry, replace(DELIVER, **changes)) == (name, values)


def test_nothing_is_delivered_to_who_is_suspended(registry: RegistryAtHand) -> None:
    registry.decide(SuspendCall(institution=NEIGHBOUR, document=PAPER))
    assert refused(registry, DELIVER) == ("SuspendedInstitution", {"institution": NEIGHBOUR})


@pytest.mark.parametrize(("sender", "role"), [(REGISTRAR, 1), (REVIEWER, 2), (AUDITOR, 3)])
def test_every_key_attests_for_its_institution(consortium: RegistryAtHand, sender: int, role: int) -> None:
    for _ in range(2):
        assert send(consortium, ATTEST, sender).events == [
            Attested(
                institution=INSTITUTION, subject=ATTEST.subject, digest=ATTEST.digest, account=account(sender),
                role=role, kind=FINDING, verdict=2,
            )
        ]  # fmt: skip


def test_an_attestation_has_a_subject_and_a_kind(consortium: RegistryAtHand) -> None:
    assert refused(consortium, replace(ATTEST, subject=bytes(32)), AUDITOR) == ("ZeroDigest", {})
    assert refused(consortium, replace(ATTEST, kind=0), AUDITOR) == ("ZeroKind", {})
    assert send(consortium, replace(ATTEST, digest=bytes(32), verdict=0, kind=255), AUDITOR).succeeded


def test_a_chain_is_anchored_once_by_each_institution(registry: RegistryAtHand) -> None:
    asked = views.encode_anchored_chain_of(INSTITUTION, ANCHOR.genesis_hash)
    assert views.decode_anchored_chain_of(registry.ask(asked)) is None
    for height in (0, 77):
        call = replace(ANCHOR, height=height, genesis_hash=digest(f"genesis {height}"))
        assert send(registry, call, REGISTRAR).events == [
            ChainAnchored(
                institution=INSTITUTION, genesis_hash=call.genesis_hash, header_hash=digest("head"), height=height,
                headers_root=digest("headers"),
            )
        ]  # fmt: skip
    send(registry, ANCHOR, NEIGHBOUR_REGISTRAR)
    send(registry, ANCHOR, REGISTRAR)
    head = keccak(encode(["uint64", "bytes32", "bytes32"], [77, digest("head"), digest("headers")]))
    assert views.decode_anchored_chain_of(registry.ask(asked)) == head
    later = replace(ANCHOR, height=78, header_hash=digest("later head"))
    assert refused(registry, later) == ("AlreadyAnchored", {"genesisHash": ANCHOR.genesis_hash})


@pytest.mark.parametrize("field", ["genesis_hash", "header_hash", "headers_root"])
def test_a_chain_is_anchored_with_all_its_digests(registry: RegistryAtHand, field: str) -> None:
    assert refused(registry, replace(ANCHOR, **{field: bytes(32)})) == ("ZeroDigest", {})
