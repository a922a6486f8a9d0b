"""What can be proposed, from the words of the command line to the call of a proposal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from contracts import governing, parties
from contracts.governing import GovernedCall, encode_governed
from contracts.parties import Admission
from node.cli.because import document_digest
from node.cli.delivering import institution_code
from node.errors import BadInput, Words
from node.founding import Institution
from node.records.number import Number

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

ROLES = {"registrar": parties.ROLE_REGISTRAR, "reviewer": parties.ROLE_REVIEWER, "auditor": parties.ROLE_AUDITOR}
POLICIES = {"one-person": True, "two-person": False}
_LARGEST = 2**32 - 1
T = TypeVar("T")


def called(arguments: argparse.Namespace) -> bytes:
    """Give the call that the command line proposes; raise BadInput that says how it is used."""
    usage, make = ACTS[arguments.act]
    if len(arguments.what) != len(usage.split()):
        mend = Words(f"zhicang govern {arguments.act} {usage}", f"zhicang govern {arguments.act} {usage}")
        raise BadInput(f"{arguments.act} 的参数不对", f"wrong arguments of {arguments.act}", mend=mend)
    return encode_governed(make(arguments, *arguments.what))


def _admit(arguments: argparse.Namespace, code: str) -> GovernedCall:
    institution = Institution(
        code=code, name=arguments.name, credit_code=arguments.credit_code, region=arguments.region
    )
    admission = Admission(
        institution=code.encode(),
        profile_digest=institution.profile_digest(),
        one_person=arguments.one_person,
        registrars=tuple(address(text) for text in arguments.registrar),
        reviewers=tuple(address(text) for text in arguments.reviewer),
        auditors=tuple(address(text) for text in arguments.auditor),
    )
    if not admission.registrars or not (admission.one_person or admission.reviewers):
        zh, en = "至少要有一个登记员;两人制还要有审核员", "a registrar is needed, and under two persons a reviewer"
        raise BadInput(zh, en, field="registrar")
    return governing.AdmitCall(admission=admission)


def _suspend(arguments: argparse.Namespace, code: str) -> GovernedCall:
    return governing.SuspendCall(institution=institution_code(code), document=document_digest(arguments.document))


def _reinstate(arguments: argparse.Namespace, code: str) -> GovernedCall:
    return governing.ReinstateCall(institution=institution_code(code), document=document_digest(arguments.document))


def _policy(_: argparse.Namespace, code: str, policy: str) -> GovernedCall:
    return governing.SetPolicyCall(institution=institution_code(code), one_person=_one_of(policy, POLICIES))


def _add_key(_: argparse.Namespace, code: str, role: str, account: str) -> GovernedCall:
    return governing.AddKeyCall(institution=institution_code(code), account=address(account), role=_one_of(role, ROLES))


def _retire_key(_: argparse.Namespace, account: str) -> GovernedCall:
    return governing.RetireKeyCall(account=address(account))


def _stolen_key(_: argparse.Namespace, account: str, height: str) -> GovernedCall:
    return governing.RevokeStolenKeyCall(account=address(account), since=_number(height, 2**64 - 1))


def _nominate(_: argparse.Namespace, account: str) -> GovernedCall:
    return governing.NominateGovernorCall(account=address(account))


def _dismiss(_: argparse.Namespace, account: str) -> GovernedCall:
    return governing.DismissGovernorCall(account=address(account))


def _threshold(_: argparse.Namespace, count: str) -> GovernedCall:
    return governing.SetThresholdCall(threshold=_number(count, _LARGEST))


def _freeze(arguments: argparse.Namespace, number: str) -> GovernedCall:
    document = document_digest(arguments.document)
    return governing.FreezeCall(number=Number.parse(number).on_chain(), document=document)


def _unfreeze(arguments: argparse.Namespace, number: str) -> GovernedCall:
    document = document_digest(arguments.document)
    return governing.UnfreezeCall(number=Number.parse(number).on_chain(), document=document)


def _successor(arguments: argparse.Namespace, registry: str) -> GovernedCall:
    return governing.NameSuccessorCall(registry=address(registry), document=document_digest(arguments.document))


ACTS: dict[str, tuple[str, Callable[..., GovernedCall]]] = {
    "admit": ("CODE", _admit),
    "suspend": ("CODE", _suspend),
    "reinstate": ("CODE", _reinstate),
    "policy": ("CODE one-person|two-person", _policy),
    "add-key": ("CODE registrar|reviewer|auditor ADDRESS", _add_key),
    "retire-key": ("ADDRESS", _retire_key),
    "stolen-key": ("ADDRESS HEIGHT", _stolen_key),
    "nominate": ("ADDRESS", _nominate),
    "dismiss": ("ADDRESS", _dismiss),
    "threshold": ("N", _threshold),
    "freeze": ("NUMBER", _freeze),
    "unfreeze": ("NUMBER", _unfreeze),
    "successor": ("ADDRESS", _successor),
}
"""Word → its arguments, and what makes its call."""


def address(text: str) -> bytes:
    """Read an address of 40 hexadecimal digits."""
    digits = text.removeprefix("0x")
    if re.fullmatch("[0-9a-fA-F]{40}", digits) is None:
        mend = Words("地址形如 0x 加 40 位十六进制;zhicang keys show 显示", "0x and 40 hex digits; zhicang keys show gives it")
        raise BadInput(f"“{text[:60]}”不是地址", f"{text[:60]!r} is no address", mend=mend)
    return bytes.fromhex(digits)


def _number(text: str, largest: int) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > largest:
        raise BadInput(f"“{text[:40]}”不是合适的整数", f"{text[:40]!r} is no number that fits")
    return int(text)


def _one_of(word: str, known: dict[str, T]) -> T:
    if word not in known:
        words = ", ".join(known)
        raise BadInput(f"“{word[:40]}”应为 {words}", f"{word[:40]!r} must be one of {words}")
    return known[word]
