"""The registry in plain Python, first half: who may act, and how governors decide. To be read as its specification.

An act raises Refused with the name of the contract's error, or changes the model and appends the events that it emits.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from contracts import governing, parties
from contracts.parties import Key

if TYPE_CHECKING:
    from contracts.calls import GovernCall
    from contracts.events import Event
    from contracts.parties import Admission

NOBODY = bytes(20)


class Refused(Exception):  # noqa: N818 - reads as the fact it states
    """The registry refuses; its argument is the name of the error."""


@dataclass
class Standing:
    """An institution: whether it is suspended, and its policy."""

    one_person: bool
    suspended: bool = False


@dataclass
class PartiesModel:
    """Governors, institutions, keys and proposals; `height` and `time` are those of the header that is being made."""

    height: int = 0
    time: int = 0
    sequence: int = 0
    epoch: int = 0
    threshold: int = 0
    governors: set[bytes] = field(default_factory=set)
    nominated: set[bytes] = field(default_factory=set)
    institutions: dict[bytes, Standing] = field(default_factory=dict)
    keys: dict[bytes, Key] = field(default_factory=dict)
    approved: dict[bytes, set[bytes]] = field(default_factory=dict)
    executed: set[bytes] = field(default_factory=set)
    successor: bytes | None = None
    events: list[Event] = field(default_factory=list)

    # ------------------------------------------------------------ governors decide

    def govern(self, sender: bytes, call: GovernCall) -> None:
        require(sender in self.governors, "NotGovernor")
        require(self.time <= call.expires, "ProposalExpired")
        proposal = governing.proposal_id(epoch=self.epoch, call=call.call, expires=call.expires, document=call.document)
        require(proposal not in self.executed, "AlreadyExecuted")
        approvals = self.approved.setdefault(proposal, set())
        require(sender not in approvals, "AlreadyApproved")
        approvals.add(sender)
        self.events.append(
            parties.ProposalApproved(
                proposal=proposal, governor=sender, epoch=self.epoch, approvals=len(approvals), call=call.call,
                expires=call.expires, document=call.document,
            )
        )  # fmt: skip
        if len(approvals) == self.threshold:
            self.executed.add(proposal)
            self.sequence += 1
            done = self.sequence
            self.execute(governing.decode_governed(call.call))
            self.events.append(parties.Governed(sequence=done, proposal=proposal))

    def accept_governorship(self, sender: bytes) -> None:
        require(sender in self.nominated, "NotNominated")
        self.nominated.remove(sender)
        self.governors.add(sender)
        self.epoch += 1
        self.sequence += 1
        self.events += [
            parties.GovernorSeated(account=sender),
            parties.Governed(sequence=self.sequence, proposal=bytes(32)),
        ]

    def execute(self, call: governing.GovernedCall) -> None:
        match call:
            case governing.NominateGovernorCall(account=account):
                self.require_unused(account)
                self.nominated.add(account)
                self.events.append(parties.GovernorNominated(account=account))
            case governing.DismissGovernorCall(account=account):
                require(account in self.governors | self.nominated, "NotGovernor")
                if account in self.governors:
                    require(len(self.governors) - 1 >= self.threshold, "UnreachableThreshold")
                    self.epoch += 1
                self.governors.discard(account)
                self.nominated.discard(account)
                self.events.append(parties.GovernorDismissed(account=account))
            case governing.SetThresholdCall(threshold=threshold):
                require(1 <= threshold <= len(self.governors), "UnreachableThreshold")
                self.threshold = threshold
                self.epoch += 1
                self.events.append(parties.ThresholdSet(threshold=threshold))
            case governing.NameSuccessorCall(registry=registry, document=document):
                require(registry != NOBODY, "ZeroAccount")
                self.successor = registry
                self.events.append(parties.SuccessorNamed(successor=registry, document=document))
            case _:
                self.execute_about_institutions(call)

    # ------------------------------------------------------------ institutions and keys

    def execute_about_institutions(self, call: Any) -> None:
        match call:
            case governing.AdmitCall(admission=admission):
                self.admit(admission)
            case governing.SuspendCall(institution=institution, document=document):
                self.require_admitted(institution)
                self.institutions[institution].suspended = True
                self.events.append(parties.InstitutionSuspended(institution=institution, document=document))
            case governing.ReinstateCall(institution=institution, document=document):
                known = self.institutions.get(institution)
                require(known is not None and known.suspended, "NotSuspended")
                self.institutions[institution].suspended = False
                self.events.append(parties.InstitutionReinstated(institution=institution, document=document))
            case governing.SetPolicyCall(institution=institution, one_person=one_person):
                require(institution in self.institutions, "UnknownInstitution")
                self.institutions[institution].one_person = one_person
                self.events.append(parties.PolicySet(institution=institution, one_person=one_person))
            case governing.AddKeyCall(institution=institution, account=account, role=role):
                require(institution in self.institutions, "UnknownInstitution")
                require(role != 0, "UnknownRole")
                self.add_key(institution, account, role)
            case governing.RetireKeyCall(account=account):
                self.retire(account)
            case governing.RevokeStolenKeyCall(account=account, since=since):
                require(account in self.keys, "KeyNotActive")
                key = self.keys[account]
                require(key.since <= since < (key.until or self.height + 1), "HeightOutOfRange")
                self.keys[account] = replace(key, status=parties.KEY_STOLEN, until=since)
                self.events.append(parties.KeyStolen(institution=key.institution, account=account, until=since))
            case _:
                self.execute_about_records(call)

    def execute_about_records(self, call: Any) -> None:
        """Freeze or unfreeze; the other half of the model says how."""
        raise NotImplementedError(call)

    def admit(self, admission: Admission) -> None:
        code = admission.institution
        require(code.isascii() and code.decode().isalnum() and code == code.upper(), "MalformedCode")
        require(any(admission.profile_digest), "ZeroDigest")
        require(code not in self.institutions, "AlreadyAdmitted")
        self.institutions[code] = Standing(one_person=admission.one_person)
        self.events.append(
            parties.InstitutionAdmitted(
                institution=code, profile_digest=admission.profile_digest, one_person=admission.one_person
            )
        )
        for role, accounts in enumerate((admission.registrars, admission.reviewers, admission.auditors), start=1):
            for account in accounts:
                self.add_key(code, account, role)

    def add_key(self, institution: bytes, account: bytes, role: int) -> None:
        self.require_unused(account)
        self.keys[account] = Key(
            institution=institution, role=role, status=parties.KEY_ACTIVE, since=self.height, until=0
        )
        self.events.append(parties.KeyAdded(institution=institution, account=account, role=role))

    def retire(self, account: bytes) -> None:
        key = self.keys.get(account)
        require(key is not None and key.status == parties.KEY_ACTIVE, "KeyNotActive")
        ended = replace(self.keys[account], status=parties.KEY_RETIRED, until=self.height + 1)
        self.keys[account] = ended
        self.events.append(parties.KeyRetired(institution=ended.institution, account=account, until=ended.until))

    def retire_own_key(self, sender: bytes) -> None:
        self.retire(sender)
        self.sequence += 1
        self.events.append(parties.Governed(sequence=self.sequence, proposal=bytes(32)))

    # ------------------------------------------------------------ what acts begin with

    def acting_for(self, sender: bytes, role: int | None = parties.ROLE_REGISTRAR) -> bytes:
        """Give the institution that the sender may act for in a role, or in any."""
        key = self.keys.get(sender)
        good = key is not None and key.status == parties.KEY_ACTIVE and role in {None, key.role}
        require(good, "NotPermitted")
        institution = self.keys[sender].institution
        self.require_admitted(institution)
        return institution

    def require_admitted(self, institution: bytes) -> None:
        require(institution in self.institutions, "UnknownInstitution")
        require(not self.institutions[institution].suspended, "SuspendedInstitution")

    def require_unused(self, account: bytes) -> None:
        require(account != NOBODY, "ZeroAccount")
        require(account not in self.keys, "AccountTaken")
        require(account not in self.governors | self.nominated, "AlreadyGovernor")

    def after(self, act: str, sender: bytes, *arguments: Any) -> tuple[Any, list[Event]]:
        """Give the model after an act, and the events of it; raise Refused, with this one unchanged."""
        following = copy.deepcopy(self)
        following.events = []
        getattr(following, act)(sender, *arguments)
        return following, following.events


def require(holds: bool, error: str) -> None:  # noqa: FBT001 - reads as the contract does
    if not holds:
        raise Refused(error)
