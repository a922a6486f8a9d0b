"""The founding: what the deployment says, what it refuses, and who is known after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from eth_hash.auto import keccak
from registry_at_hand import (
    AUDITOR,
    GAS,
    GOVERNOR,
    GOVERNORS,
    INSTITUTION,
    NEIGHBOUR,
    NEIGHBOUR_REGISTRAR,
    NEIGHBOUR_REVIEWER,
    REGISTRAR,
    REVIEWER,
    SPARE,
    STRANGER,
    account,
    admission,
    digest,
)

from contracts import artefact, deploy, views
from contracts.parties import (
    ROLE_AUDITOR,
    ROLE_REGISTRAR,
    ROLE_REVIEWER,
    Governance,
    GovernorSeated,
    Institution,
    InstitutionAdmitted,
    Key,
    KeyAdded,
    ThresholdSet,
)

if TYPE_CHECKING:
    from registry_at_hand import RegistryAtHand


def test_the_deployed_code_is_the_artefacts_and_stands_where_foretold(bare: RegistryAtHand) -> None:
    compiled = artefact.load()
    code = bytes(bare.web3.eth.get_code(bare.own_abi().address))
    assert code == compiled.runtime_code
    assert keccak(code) == compiled.code_hash
    assert bare.address == deploy.registry_address(bare.accounts[0], 0)


def test_the_deployment_is_the_founding(consortium: RegistryAtHand) -> None:
    first = InstitutionAdmitted(institution=INSTITUTION, profile_digest=digest("profile"), one_person=False)
    second = InstitutionAdmitted(institution=NEIGHBOUR, profile_digest=digest("profile"), one_person=True)
    assert consortium.deployed.events == [
        *(GovernorSeated(account=account(place)) for place in GOVERNORS),
        ThresholdSet(threshold=2),
        first,
        KeyAdded(institution=INSTITUTION, account=account(REGISTRAR), role=ROLE_REGISTRAR),
        KeyAdded(institution=INSTITUTION, account=account(REVIEWER), role=ROLE_REVIEWER),
        KeyAdded(institution=INSTITUTION, account=account(AUDITOR), role=ROLE_AUDITOR),
        second,
        KeyAdded(institution=NEIGHBOUR, account=account(NEIGHBOUR_REGISTRAR), role=ROLE_REGISTRAR),
        KeyAdded(institution=NEIGHBOUR, account=account(NEIGHBOUR_REVIEWER), role=ROLE_REVIEWER),
    ]
    governance = views.decode_governance(consortium.ask(views.encode_governance()))
    assert governance == Governance(sequence=0, epoch=0, threshold=2, governors=3)
    found = views.decode_institution_of(consortium.ask(views.encode_institution_of(INSTITUTION)))
    assert found == Institution(standing=1, one_person=False, profile_digest=digest("profile"))
    key = views.decode_key_of(consortium.ask(views.encode_key_of(account(AUDITOR))))
    assert key == Key(institution=INSTITUTION, role=ROLE_AUDITOR, status=1, since=consortium.deployed.height, until=0)


def test_governance_is_read_from_slot_zero_as_a_proof_shows_it(consortium: RegistryAtHand) -> None:
    word = bytes(consortium.web3.eth.get_storage_at(consortium.own_abi().address, 0)).rjust(32, b"\0")
    assert int.from_bytes(word) == 3 << 160 | 2 << 128 | 0 << 64 | 0


def test_known_are_governors_and_active_keys_and_nobody_else(consortium: RegistryAtHand) -> None:
    known = [
        place
        for place, key in enumerate(consortium.accounts)
        if views.decode_is_known(consortium.ask(views.encode_is_known(key)))
    ]
    assert known == sorted(set(range(10)) - {STRANGER, SPARE})
    governors = [
        place
        for place, key in enumerate(consortium.accounts)
        if views.decode_is_governor(consortium.ask(views.encode_is_governor(key)))
    ]
    assert governors == sorted(GOVERNORS)


def test_views_say_none_of_what_is_unknown(bare: RegistryAtHand) -> None:
    assert views.decode_institution_of(bare.ask(views.encode_institution_of(INSTITUTION))) is None
    assert views.decode_key_of(bare.ask(views.encode_key_of(account(REGISTRAR)))) is None
    assert views.decode_successor(bare.ask(views.encode_successor())) is None


NOBODY, TWICE = bytes(20), (account(REGISTRAR), account(REGISTRAR))
UNFOUNDED: list[tuple[str, tuple[Any, int, Any]]] = [
    ("UnreachableThreshold", ([account(0)], 0, [])),
    ("UnreachableThreshold", ([account(0)], 2, [])),
    ("UnreachableThreshold", ([], 1, [])),
    ("UnreachableThreshold", ([], 0, [])),
    ("ZeroAccount", ([account(0), NOBODY], 1, [])),
    ("AlreadyGovernor", ([account(0), account(0)], 1, [])),
    ("AlreadyGovernor", ([account(0)], 1, [admission(INSTITUTION, GOVERNOR)])),
    ("AccountTaken", ([account(0)], 1, [admission(INSTITUTION, REGISTRAR), admission(NEIGHBOUR, REGISTRAR)])),
    ("AccountTaken", ([account(0)], 1, [admission(INSTITUTION, registrars=TWICE)])),
    ("AccountTaken", ([account(0)], 1, [admission(INSTITUTION, REGISTRAR, reviewers=TWICE[:1])])),
    ("AlreadyAdmitted", ([account(0)], 1, [admission(INSTITUTION, REGISTRAR), admission(INSTITUTION, SPARE)])),
    ("ZeroAccount", ([account(0)], 1, [admission(INSTITUTION, auditors=(NOBODY,))])),
    ("ZeroDigest", ([account(0)], 1, [admission(INSTITUTION, profile_digest=bytes(32))])),
    *(
        ("MalformedCode", ([account(0)], 1, [admission(b"1400000" + last)]))
        for last in (b"\0", b"/", b":", b"@", b"[", b"a", b"\xff")
    ),
    ("MalformedCode", ([account(0)], 1, [admission(bytes(8))])),
]


@pytest.mark.parametrize(("name", "arguments"), UNFOUNDED)
def test_a_founding_that_would_not_stand_is_refused(
    bare: RegistryAtHand, name: str, arguments: tuple[Any, int, Any]
) -> None:
    assert bare.reverts_with(deploy.creation_calldata(*arguments), to=None).name == name


def test_the_first_and_last_letters_and_digits_make_a_code(bare: RegistryAtHand) -> None:
    creation = deploy.creation_calldata([account(0)], 1, [admission(b"0099AAZZ")])
    assert bare.transact(creation, to=None).succeeded


def test_a_founding_takes_no_money(bare: RegistryAtHand) -> None:
    fields = {"from": bare.web3.eth.accounts[0], "data": bare.creation, "value": 1, "gas": GAS, "gasPrice": 1}
    found = bare.web3.eth.wait_for_transaction_receipt(bare.web3.eth.send_transaction(fields))
    assert found["status"] == 0


def test_a_founding_in_which_a_word_is_missing_or_dirty_is_refused(bare: RegistryAtHand) -> None:
    compiled = artefact.load()
    assert not bare.transact(bare.creation[:-1], to=None).succeeded
    assert not bare.transact(compiled.creation_code, to=None).succeeded
    full = deploy.creation_calldata(
        [account(0)], 1, [admission(INSTITUTION, 3, reviewers=(account(4),), auditors=(account(5),))]
    )
    arguments = full[len(compiled.creation_code) :]
    for place in range(0, len(arguments), 32):
        for word in (2**256 - 1, 2**64, 2**64 - 1, 2**59, 255):
            dirty = arguments[:place] + word.to_bytes(32, "big") + arguments[place + 32 :]
            if bare.transact(compiled.creation_code + dirty, to=None).succeeded:
                assert deploy.decode_creation(compiled.creation_code + dirty) != deploy.decode_creation(full)
