"""Founding a consortium: from the agreement to its first header, its registry, its trust anchor and everybody's files.

DIR/
  anchor.json             the trust anchor; its fingerprint belongs on paper
  CONSORTIUM.yaml         the agreement that it was made from
  deployment.json         the signed transaction that creates the registry
  genesis-besu.json       the first header and the rules, for Besu
  genesis-goquorum.json   the same, for the engine of the tests
  static-nodes.json       where the validators find each other
  GUIDE.md                what the engineers of the validators do with all that
  institutions/CODE/      what was made for one institution: hand it over, then delete it here
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import contracts.artefact
from node.building import LOCK_NAME, building
from node.consortium.deployment import sign_deployment
from node.consortium.founded import Consortium, Validator
from node.consortium.genesis import Genesis
from node.consortium.guide import guide
from node.consortium.made_keys import VALIDATOR, MadeKeys
from node.keys import SCRYPT_WORK_FACTOR
from node.receipts.anchor import TrustAnchor
from node.receipts.founding import AnchoredInstitution, Founding
from storage.durable import write_durably

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from node.consortium.spec import Member, Spec

PURPOSE = "consortium"
"""By this word the folder is known that a killed founding leaves."""


def found_consortium(
    path: Path,
    spec: Spec,
    *,
    agreement: bytes,
    passphrase: bytes,
    clock: Callable[[], float],
    random_bytes: Callable[[int], bytes],
    work_factor: int = SCRYPT_WORK_FACTOR,
) -> Consortium:
    """Make all files of a consortium at `path`, whole or not at all; raise BadInput when something is there."""
    with building(path, PURPOSE, random_bytes=random_bytes) as folder:
        made = MadeKeys(random_bytes)
        consortium = _settle(spec, made, timestamp=int(clock()), random_bytes=random_bytes)
        (folder / "institutions").mkdir(mode=0o700)
        made.save(folder / "institutions", passphrase, work_factor=work_factor)
        static = [validator.enode for validator in consortium.validators if validator.enode]
        files = {
            "CONSORTIUM.yaml": agreement,
            "anchor.json": consortium.anchor.to_json_bytes(),
            "deployment.json": consortium.deployment.to_json_bytes(),
            "genesis-besu.json": consortium.genesis.for_besu(),
            "genesis-goquorum.json": consortium.genesis.for_quorum(),
            "static-nodes.json": json.dumps(static, indent=2).encode() + b"\n",
            "GUIDE.md": guide(consortium).encode(),
        }
        for name, data in files.items():
            write_durably(folder / name, data)
        (folder / LOCK_NAME).unlink()
    return consortium


def _settle(spec: Spec, made: MadeKeys, *, timestamp: int, random_bytes: Callable[[int], bytes]) -> Consortium:
    """Make the keys that are asked for, and all that follows from who takes part."""
    institutions = tuple(sorted((_anchored(member, made) for member in spec.institutions), key=lambda one: one.code))
    governors = tuple(sorted(made.address(one.address, keeper=one.keeper, role="governor") for one in spec.governors))
    validators = _validators(spec, made)
    genesis = Genesis(
        chain_id=spec.chain_id, validators=tuple(sorted(one.address for one in validators)), period=spec.period,
        request_timeout=spec.request_timeout, timestamp=timestamp,
    )  # fmt: skip
    deployment = sign_deployment(
        chain_id=spec.chain_id, governors=governors, threshold=spec.threshold, institutions=institutions,
        random_bytes=random_bytes,
    )  # fmt: skip
    founding = Founding(
        chain_id=spec.chain_id,
        genesis_hash=genesis.header().block_hash,
        registry=deployment.registry,
        registry_code_hash=contracts.artefact.load().code_hash,
        validators=genesis.validators,
        governors=governors,
        threshold=spec.threshold,
        institutions=institutions,
        demonstration=spec.demonstration,
    )
    return Consortium(
        genesis=genesis, validators=validators, anchor=TrustAnchor(founding=founding), deployment=deployment
    )


def _anchored(member: Member, made: MadeKeys) -> AnchoredInstitution:
    institution = member.institution

    def addresses(given: tuple[bytes | None, ...], role: str) -> tuple[bytes, ...]:
        return tuple(sorted(made.address(one, keeper=institution.code, role=role) for one in given))

    return AnchoredInstitution(
        code=institution.code,
        name=institution.name,
        credit_code=institution.credit_code,
        region=institution.region,
        one_person=member.one_person,
        registrars=addresses(member.registrars, "registrar"),
        reviewers=addresses(member.reviewers, "reviewer"),
        auditors=addresses(member.auditors, "auditor"),
    )


def _validators(spec: Spec, made: MadeKeys) -> tuple[Validator, ...]:
    validators: list[Validator] = []
    for one in spec.validators:
        address, public_key = one.address, one.public_key
        if address is None:
            key = made.make(keeper=one.keeper, role=VALIDATOR).public_key
            address, public_key = key.to_canonical_address(), key.to_bytes()
        known = public_key is not None and one.host
        enode = f"enode://{public_key.hex()}@{one.host}:{one.port}" if known and public_key else ""
        validators.append(Validator(keeper=one.keeper, address=address, enode=enode))
    return tuple(validators)
