"""What governance acts change about whom to trust; the registry's rules, told once more for verifiers.

An act that the registry would have refused is refused here too, since then no honest chain executed it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from contracts import governing
from contracts.parties import ROLE_AUDITOR, ROLE_REGISTRAR, ROLE_REVIEWER
from node.receipts.errors import BadProof
from node.receipts.parties import Standing, TrustedInstitution, TrustedKey

if TYPE_CHECKING:
    from collections.abc import Callable

    from contracts.governing import GovernedCall
    from contracts.parties import Admission
    from node.receipts.founding import Profile
    from node.receipts.trust import Trust


def effect_of(call: GovernedCall, trust: Trust, *, height: int, profile: Profile | None) -> Trust:
    """Give the trust after an executed proposal; raise BadProof where the registry would not have executed it."""
    if isinstance(call, governing.AdmitCall):
        return _admitted(call.admission, trust, height=height, profile=profile)
    if profile is not None:
        raise BadProof("附有无关的机构资料", "it carries a profile that it has no use for")
    effect = _EFFECTS.get(type(call))
    # freezing records and naming a successor change nobody's keys
    return trust if effect is None else effect(call, trust, height)


def seated(account: bytes, trust: Trust) -> Trust:
    """Give the trust after a nominee took office."""
    if account not in trust.nominees:
        raise _refused()
    return replace(
        trust, nominees=trust.nominees - {account}, governors=trust.governors | {account}, epoch=trust.epoch + 1
    )


def retired(account: bytes, trust: Trust, *, height: int) -> Trust:
    """Give the trust after a key was retired: it is good up to this very header, which may hold acts of it."""
    key = trust.keys.get(account)
    if key is None or key.until:
        raise _refused()
    return replace(trust, keys={**trust.keys, account: replace(key, until=height + 1)})


def _admitted(admission: Admission, trust: Trust, *, height: int, profile: Profile | None) -> Trust:
    code = admission.institution.decode("ascii", "replace")
    if profile is None or profile.digest != admission.profile_digest:
        zh, en = "机构资料缺失,或其摘要与提案不符", "the profile is missing, or its digest is not the proposal's"
        raise BadProof(zh, en)
    if code in trust.institutions:
        raise _refused()
    standing = Standing(since=height, one_person=admission.one_person)
    party = TrustedInstitution(code=code, profile=profile, standings=(standing,))
    roles = {
        ROLE_REGISTRAR: admission.registrars, ROLE_REVIEWER: admission.reviewers, ROLE_AUDITOR: admission.auditors
    }  # fmt: skip
    return _with_keys(_with_party(party, trust), code, roles, height)


def _suspended(call: governing.SuspendCall | governing.ReinstateCall, trust: Trust, height: int) -> Trust:
    party, suspends = _party(call.institution, trust), isinstance(call, governing.SuspendCall)
    if party.standings[-1].suspended == suspends:
        raise _refused()
    return _with_party(party.then(height, suspended=suspends), trust)


def _policy_set(call: governing.SetPolicyCall, trust: Trust, height: int) -> Trust:
    return _with_party(_party(call.institution, trust).then(height, one_person=call.one_person), trust)


def _key_added(call: governing.AddKeyCall, trust: Trust, height: int) -> Trust:
    return _with_keys(trust, _party(call.institution, trust).code, {call.role: (call.account,)}, height)


def _key_retired(call: governing.RetireKeyCall, trust: Trust, height: int) -> Trust:
    return retired(call.account, trust, height=height)


def _key_stolen(call: governing.RevokeStolenKeyCall, trust: Trust, height: int) -> Trust:
    key = trust.keys.get(call.account)
    end = height + 1 if key is None or not key.until else key.until
    if key is None or not max(key.since, 1) <= call.since < end:
        raise _refused()
    return replace(trust, keys={**trust.keys, call.account: replace(key, until=call.since, stolen=True)})


def _nominated(call: governing.NominateGovernorCall, trust: Trust, _: int) -> Trust:
    if call.account in trust.governors | trust.nominees | trust.keys.keys():
        raise _refused()
    return replace(trust, nominees=trust.nominees | {call.account})


def _dismissed(call: governing.DismissGovernorCall, trust: Trust, _: int) -> Trust:
    if call.account in trust.nominees:
        return replace(trust, nominees=trust.nominees - {call.account})
    left = trust.governors - {call.account}
    if call.account not in trust.governors or len(left) < trust.threshold:
        raise _refused()
    return replace(trust, governors=left, epoch=trust.epoch + 1)


def _threshold_set(call: governing.SetThresholdCall, trust: Trust, _: int) -> Trust:
    if not 1 <= call.threshold <= len(trust.governors):
        raise _refused()
    return replace(trust, threshold=call.threshold, epoch=trust.epoch + 1)


_EFFECTS: dict[type, Callable[[Any, Trust, int], Trust]] = {
    governing.SuspendCall: _suspended,
    governing.ReinstateCall: _suspended,
    governing.SetPolicyCall: _policy_set,
    governing.AddKeyCall: _key_added,
    governing.RetireKeyCall: _key_retired,
    governing.RevokeStolenKeyCall: _key_stolen,
    governing.NominateGovernorCall: _nominated,
    governing.DismissGovernorCall: _dismissed,
    governing.SetThresholdCall: _threshold_set,
}
_ROLES = {ROLE_REGISTRAR, ROLE_REVIEWER, ROLE_AUDITOR}


def _party(institution: bytes, trust: Trust) -> TrustedInstitution:
    party = trust.institutions.get(institution.decode("ascii", "replace"))
    if party is None:
        raise _refused()
    return party


def _with_party(party: TrustedInstitution, trust: Trust) -> Trust:
    return replace(trust, institutions={**trust.institutions, party.code: party})


def _with_keys(trust: Trust, code: str, roles: dict[int, tuple[bytes, ...]], height: int) -> Trust:
    keys = dict(trust.keys)
    for role, accounts in roles.items():
        for account in accounts:
            if account in keys or account in trust.governors | trust.nominees or role not in _ROLES:
                raise _refused()
            keys[account] = TrustedKey(institution=code, role=role, since=height)
    return replace(trust, keys=keys)


def _refused() -> BadProof:
    return BadProof("登记合约不会执行这一提案", "the registry would not have executed this")
