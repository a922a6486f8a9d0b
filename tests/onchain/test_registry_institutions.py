"""Founding and keys: what the deployment says, who is known, who may act."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from eth_hash.auto import keccak
from registry_at_hand import INSTITUTION, NEIGHBOUR, batch, digest, entry

from contracts import artefact, calls, deploy, governing, views
from contracts.errors import NotPermitted
from contracts.parties import (
    ROLE_REGISTRAR,
    Governance,
    Governed,
    GovernorSeated,
    Institution,
    InstitutionAdmitted,
    Key,
    KeyAdded,
    ProposalApproved,
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


def test_the_deployment_is_the_founding(registry: RegistryAtHand) -> None:
    first, second = registry.accounts[1:3]
    assert registry.deployed.events == [
        GovernorSeated(account=registry.accounts[0]),
        ThresholdSet(threshold=1),
        InstitutionAdmitted(institution=INSTITUTION, profile_digest=digest("profile"), one_person=True),
        KeyAdded(institution=INSTITUTION, account=first, role=ROLE_REGISTRAR),
        InstitutionAdmitted(institution=NEIGHBOUR, profile_digest=digest("profile"), one_person=True),
        KeyAdded(institution=NEIGHBOUR, account=second, role=ROLE_REGISTRAR),
    ]
    governance = views.decode_governance(registry.ask(views.encode_governance()))
    assert governance == Governance(sequence=0, epoch=0, threshold=1, governors=1)
    found = views.decode_institution_of(registry.ask(views.encode_institution_of(INSTITUTION)))
    assert found == Institution(standing=1, one_person=True, profile_digest=digest("profile"))
    key = views.decode_key_of(registry.ask(views.encode_key_of(first)))
    assert key == Key(institution=INSTITUTION, role=1, status=1, since=registry.deployed.height, until=0)


def test_adding_a_key_lets_it_register_for_its_institution(registry: RegistryAtHand) -> None:
    call = governing.AddKeyCall(institution=INSTITUTION, account=registry.accounts[3], role=ROLE_REGISTRAR)
    approved, added, governed = registry.transact(registry.propose(call)).events
    assert isinstance(approved, ProposalApproved)
    assert added == KeyAdded(institution=INSTITUTION, account=registry.accounts[3], role=ROLE_REGISTRAR)
    assert governed == Governed(sequence=1, proposal=approved.proposal)
    assert registry.transact(calls.encode_register(entry()), sender=3).events == [entry().registered(INSTITUTION)]


def test_known_are_governors_and_active_keys_and_nobody_else(registry: RegistryAtHand) -> None:
    known = [views.decode_is_known(registry.ask(views.encode_is_known(key))) for key in registry.accounts[:4]]
    assert known == [True, True, True, False]


@pytest.mark.parametrize("sender", [0, 3])
def test_only_registrars_register_and_commit(registry: RegistryAtHand, sender: int) -> None:
    acts = (
        calls.encode_register(entry()),
        calls.encode_register_many([entry()]),
        calls.encode_commit_units(batch()),
    )
    for act in acts:
        error = registry.reverts_with(act, sender=sender)
        assert isinstance(error, NotPermitted)
        assert error.values == {"account": registry.accounts[sender], "needed": ROLE_REGISTRAR}
