"""What a proposal can call, as values and calldata both ways; and the identity of a proposal."""

from __future__ import annotations

from dataclasses import dataclass

from contracts import abi
from contracts.calls import encode
from contracts.errors import MalformedCall
from contracts.layouts import Layout
from contracts.parties import Admission


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmitCall:
    """Admits an institution."""

    admission: Admission


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspendCall:
    """Suspends an institution."""

    institution: bytes
    document: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ReinstateCall:
    """Reinstates a suspended institution."""

    institution: bytes
    document: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPolicyCall:
    """Says whether an institution's registrars may act without approval."""

    institution: bytes
    one_person: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AddKeyCall:
    """Gives an institution one more key."""

    institution: bytes
    account: bytes
    role: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RetireKeyCall:
    """Retires an active key."""

    account: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeStolenKeyCall:
    """Declares a key stolen; it was good below the height ``since``, which the contract calls `from`."""

    account: bytes
    since: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NominateGovernorCall:
    """Nominates a governor."""

    account: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class DismissGovernorCall:
    """Dismisses a governor, or takes a nomination back."""

    account: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SetThresholdCall:
    """Sets how many governors must approve."""

    threshold: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeCall:
    """Freezes a record."""

    number: bytes
    document: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class UnfreezeCall:
    """Unfreezes a record."""

    number: bytes
    document: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class NameSuccessorCall:
    """Announces the registry that follows this one."""

    registry: bytes
    document: bytes


GovernedCall = (
    AdmitCall | SuspendCall | ReinstateCall | SetPolicyCall | AddKeyCall | RetireKeyCall | RevokeStolenKeyCall
    | NominateGovernorCall | DismissGovernorCall | SetThresholdCall | FreezeCall | UnfreezeCall | NameSuccessorCall
)  # fmt: skip

ADMISSION = Layout(
    Admission, institution="bytes8", profile_digest="bytes32", one_person="bool", registrars=["address"],
    reviewers=["address"], auditors=["address"],
)  # fmt: skip
# The first four bytes of keccak-256 of the signatures; a test computes them from the artefact.
LAYOUTS: dict[bytes, Layout] = {
    bytes.fromhex(selector): layout
    for selector, layout in {
        "0c2593d7": Layout(AdmitCall, admission=ADMISSION),
        "16b69265": Layout(SuspendCall, institution="bytes8", document="bytes32"),
        "1effa3d8": Layout(ReinstateCall, institution="bytes8", document="bytes32"),
        "e4f77426": Layout(SetPolicyCall, institution="bytes8", one_person="bool"),
        "cbef1c85": Layout(AddKeyCall, institution="bytes8", account="address", role="uint8"),
        "25324a42": Layout(RetireKeyCall, account="address"),
        "b7ba0b0a": Layout(RevokeStolenKeyCall, account="address", since="uint64"),
        "db3b76ed": Layout(NominateGovernorCall, account="address"),
        "9bd4dbad": Layout(DismissGovernorCall, account="address"),
        "6693f253": Layout(SetThresholdCall, threshold="uint32"),
        "44ef3244": Layout(FreezeCall, number="bytes32", document="bytes32"),
        "1014f5e9": Layout(UnfreezeCall, number="bytes32", document="bytes32"),
        "d5190242": Layout(NameSuccessorCall, registry="address", document="bytes32"),
    }.items()
}
_SELECTORS = {layout.kind: selector for selector, layout in LAYOUTS.items()}


def encode_governed(call: GovernedCall) -> bytes:
    """Give the `call` of a proposal; raise MalformedCall where an argument does not fit."""
    selector = _SELECTORS[type(call)]
    return encode(selector, LAYOUTS[selector], call)


def decode_governed(call: bytes) -> GovernedCall:
    """Say what a proposal's call means; raise MalformedCall where it is nothing for proposals in its one encoding."""
    layout = LAYOUTS.get(call[:4])
    if layout is None:
        zh, en = f"不是治理提案:选择符 0x{call[:4].hex()}", f"nothing that can be proposed: 0x{call[:4].hex()}"
        raise MalformedCall(zh, en)
    try:
        meant: GovernedCall = layout.decode(call[4:])
    except abi.MisfitError as error:
        raise MalformedCall(f"提案编码不规范:{error}", f"malformed proposal: {error}") from error
    return meant


def proposal_id(*, epoch: int, call: bytes, expires: int, document: bytes) -> bytes:
    """Give the identity of a proposal in an epoch: keccak-256 of the ABI-encoded four."""
    from eth_hash.backends.pysha3 import keccak256 as keccak

    try:
        return keccak(abi.encode_fields(("uint64", "bytes", "uint64", "bytes32"), (epoch, call, expires, document)))
    except abi.MisfitError as error:
        raise MalformedCall(f"提案不合规:{error}", f"a proposal that does not fit: {error}") from error
