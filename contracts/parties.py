"""Who may act, as values: institutions, keys, governance, and the registry's events about them.

Widths in bytes as in `contracts.records`. A key is good at height h when since <= h and (until == 0 or h < until).
"""

from __future__ import annotations

from dataclasses import dataclass

ROLE_REGISTRAR, ROLE_REVIEWER, ROLE_AUDITOR = 1, 2, 3
KEY_ACTIVE, KEY_RETIRED, KEY_STOLEN = 1, 2, 3
ADMITTED, SUSPENDED = 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """What an institution is admitted with: `Admission` of the contract."""

    institution: bytes
    profile_digest: bytes
    one_person: bool
    registrars: tuple[bytes, ...] = ()
    reviewers: tuple[bytes, ...] = ()
    auditors: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Institution:
    """What the registry holds of an institution: standing 1 admitted, 2 suspended."""

    standing: int
    one_person: bool
    profile_digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What the registry holds of a key, with its whole history."""

    institution: bytes
    role: int
    status: int
    since: int
    until: int

    def good_at(self, height: int) -> bool:
        """Whether it was good in the header of this height."""
        return self.since <= height and (self.until == 0 or height < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Governance:
    """How the consortium is governed: acts so far, epoch, approvals that a proposal needs, governors in office."""

    sequence: int
    epoch: int
    threshold: int
    governors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What the registry holds of a proposal in this epoch."""

    approvals: int
    executed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalApproved:
    """A governor approved a proposal."""

    proposal: bytes
    governor: bytes
    epoch: int
    approvals: int
    call: bytes
    expires: int
    document: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Governed:
    """A governance act took effect; the proposal is zeros where a key acted for itself."""

    sequence: int
    proposal: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class InstitutionAdmitted:
    """An institution was admitted."""

    institution: bytes
    profile_digest: bytes
    one_person: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InstitutionSuspended:
    """An institution was suspended."""

    institution: bytes
    document: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class InstitutionReinstated:
    """A suspended institution was reinstated."""

    institution: bytes
    document: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySet:
    """It was set whether an institution's registrars may act without approval."""

    institution: bytes
    one_person: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyAdded:
    """A key was added."""

    institution: bytes
    account: bytes
    role: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRetired:
    """A key was retired; it is good below ``until``."""

    institution: bytes
    account: bytes
    until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyStolen:
    """A key was declared stolen from ``until`` on."""

    institution: bytes
    account: bytes
    until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GovernorNominated:
    """An account was nominated."""

    account: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class GovernorSeated:
    """A nominated account took office."""

    account: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class GovernorDismissed:
    """A governor was dismissed, or a nomination taken back."""

    account: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdSet:
    """The number of governors that must approve was set."""

    threshold: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SuccessorNamed:
    """A registry that follows this one was announced."""

    successor: bytes
    document: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """A record was frozen."""

    number: bytes
    document: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfrozen:
    """A record was unfrozen."""

    number: bytes
    document: bytes
