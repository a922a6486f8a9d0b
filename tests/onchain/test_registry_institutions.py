"""Institutions and keys: who may admit, who may register, and what the registry remembers of a key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from eth_hash.auto import keccak
from registry_at_hand import INSTITUTION, NEIGHBOUR, batch, digest, entry

from contracts import artefact, calls, deploy
from contracts.errors import NotPermitted
from contracts.records import InstitutionAdmitted, RegistrarAdded, RoleGranted, RoleRevoked

if TYPE_CHECKING:
    from registry_at_hand import RegistryAtHand

REGISTRAR_ROLE = keccak(b"REGISTRAR_ROLE")
GOVERNOR_ROLE = bytes(32)


def role_call(registry: RegistryAtHand, act: str, role: bytes, account: int) -> bytes:
    """Encode grantRole or revokeRole; the binding has no such act, so web3 does it from the ABI."""
    contract = registry.own_abi()
    account_name = registry.web3.eth.accounts[account]
    return bytes.fromhex(contract.encode_abi(act, args=[role, account_name])[2:])


def test_the_deployed_code_is_the_artefacts_and_stands_where_foretold(bare: RegistryAtHand) -> None:
    compiled = artefact.load()
    code = bytes(bare.web3.eth.get_code(bare.own_abi().address))
    assert code == compiled.runtime_code
    assert keccak(code) == compiled.code_hash
    assert bare.address == deploy.registry_address(bare.accounts[0], 0)


def test_the_constructor_makes_its_argument_the_governor(bare: RegistryAtHand) -> None:
    governor = bare.accounts[0]
    assert bare.deployed.events == [RoleGranted(role=GOVERNOR_ROLE, account=governor, sender=governor)]


def test_a_registry_without_a_governor_cannot_be_deployed(bare: RegistryAtHand) -> None:
    assert not bare.transact(deploy.creation_calldata(bytes(20)), to=None).succeeded


def test_admitting_tells_the_institution_its_profile_and_its_key(bare: RegistryAtHand) -> None:
    governor, key = bare.accounts[0], bare.accounts[1]
    assert bare.admit(INSTITUTION, 1).events == [
        InstitutionAdmitted(institution=INSTITUTION, profile_digest=digest("profile")),
        RegistrarAdded(institution=INSTITUTION, account=key),
        RoleGranted(role=REGISTRAR_ROLE, account=key, sender=governor),
    ]
    assert calls.decode_profile_of(bare.ask(calls.encode_profile_of(INSTITUTION))) == digest("profile")
    assert calls.decode_institution_of(bare.ask(calls.encode_institution_of(key))) == INSTITUTION


def test_adding_a_key_lets_it_register_for_its_institution(registry: RegistryAtHand) -> None:
    key = registry.accounts[3]
    assert registry.transact(calls.encode_add_registrar(INSTITUTION, key)).events == [
        RegistrarAdded(institution=INSTITUTION, account=key),
        RoleGranted(role=REGISTRAR_ROLE, account=key, sender=registry.accounts[0]),
    ]
    assert registry.transact(calls.encode_register(entry()), sender=3).events == [entry().registered(INSTITUTION)]


def test_views_say_none_of_what_is_unknown(bare: RegistryAtHand) -> None:
    assert calls.decode_profile_of(bare.ask(calls.encode_profile_of(INSTITUTION))) is None
    assert calls.decode_institution_of(bare.ask(calls.encode_institution_of(bare.accounts[1]))) is None


def test_known_are_governors_and_registrars_and_nobody_else(registry: RegistryAtHand) -> None:
    known = [calls.decode_is_known(registry.ask(calls.encode_is_known(key))) for key in registry.accounts[:4]]
    assert known == [True, True, True, False]


@pytest.mark.parametrize("sender", [1, 3])
def test_only_the_governor_admits_and_adds_keys(registry: RegistryAtHand, sender: int) -> None:
    spare = registry.accounts[4]
    for act in (calls.encode_admit(b"31000001", digest("x"), spare), calls.encode_add_registrar(INSTITUTION, spare)):
        error = registry.reverts_with(act, sender=sender)
        assert isinstance(error, NotPermitted)
        assert error.values == {"account": registry.accounts[sender], "neededRole": GOVERNOR_ROLE}


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
        assert error.values == {"account": registry.accounts[sender], "neededRole": REGISTRAR_ROLE}


def test_refusals_of_admit(registry: RegistryAtHand) -> None:
    def refusal(institution: bytes, profile: bytes, key: bytes) -> tuple[str, dict[str, object]]:
        error = registry.reverts_with(calls.encode_admit(institution, profile, key))
        return error.name, error.values

    spare, profile = registry.accounts[4], digest("x")
    assert refusal(bytes(8), profile, spare) == ("ZeroInstitution", {})
    assert refusal(b"31000001", bytes(32), spare) == ("ZeroDigest", {})
    assert refusal(b"31000001", profile, bytes(20)) == ("ZeroAccount", {})
    assert refusal(INSTITUTION, profile, spare) == ("AlreadyAdmitted", {"institution": INSTITUTION})
    taken = {"account": registry.accounts[2], "institution": NEIGHBOUR}
    assert refusal(b"31000001", profile, registry.accounts[2]) == ("AccountTaken", taken)


def test_refusals_of_add_registrar(registry: RegistryAtHand) -> None:
    def refusal(institution: bytes, key: bytes) -> tuple[str, dict[str, object]]:
        error = registry.reverts_with(calls.encode_add_registrar(institution, key))
        return error.name, error.values

    taken = {"account": registry.accounts[1], "institution": INSTITUTION}
    assert refusal(b"31000001", registry.accounts[4]) == ("UnknownInstitution", {"institution": b"31000001"})
    assert refusal(INSTITUTION, bytes(20)) == ("ZeroAccount", {})
    assert refusal(NEIGHBOUR, registry.accounts[1]) == ("AccountTaken", taken)
    assert refusal(INSTITUTION, registry.accounts[1]) == ("AccountTaken", taken)


def test_the_registrars_role_is_not_given_past_the_institutions(registry: RegistryAtHand) -> None:
    error = registry.reverts_with(role_call(registry, "grantRole", REGISTRAR_ROLE, 4))
    assert error.name == "AccountWithoutInstitution"
    assert error.values == {"account": registry.accounts[4]}


def test_a_key_that_lost_its_role_registers_no_more_but_is_remembered(registry: RegistryAtHand) -> None:
    governor, key = registry.accounts[0], registry.accounts[1]
    done = registry.transact(role_call(registry, "revokeRole", REGISTRAR_ROLE, 1))
    assert done.events == [RoleRevoked(role=REGISTRAR_ROLE, account=key, sender=governor)]
    assert isinstance(registry.reverts_with(calls.encode_register(entry()), sender=1), NotPermitted)
    assert not calls.decode_is_known(registry.ask(calls.encode_is_known(key)))
    assert calls.decode_institution_of(registry.ask(calls.encode_institution_of(key))) == INSTITUTION
    assert registry.reverts_with(calls.encode_add_registrar(NEIGHBOUR, key)).name == "AccountTaken"
    registry.transact(role_call(registry, "grantRole", REGISTRAR_ROLE, 1))
    assert registry.transact(calls.encode_register(entry()), sender=1).succeeded


def test_nobody_gives_up_a_role_for_another(registry: RegistryAtHand) -> None:
    error = registry.reverts_with(role_call(registry, "renounceRole", REGISTRAR_ROLE, 1), sender=2)
    assert isinstance(error, NotPermitted)
    assert error.name == "AccessControlBadConfirmation"
