"""Acts of the registry as values, and their calldata both ways; what a proposal calls is in `contracts.governing`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from contracts import abi
from contracts.approval import APPROVAL, NOT_REVIEWED, Approval
from contracts.errors import MalformedCall
from contracts.layouts import ENTRY, REASON, UNIT_BATCH, Layout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contracts.records import Entry, Reason, UnitBatch


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterCall:
    """Registers resources: one by `register`, or several by `registerMany`, whose approvals may be none at all."""

    entries: tuple[Entry, ...]
    approvals: tuple[Approval, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitUnitsCall:
    """Commits a batch of units."""

    batch: UnitBatch
    approval: Approval = NOT_REVIEWED


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendCall:
    """Corrects the metadata of a record; ``version`` is the one that this makes."""

    entry: Entry
    former_metadata_digest: bytes
    version: int
    reason: Reason
    approval: Approval = NOT_REVIEWED


@dataclass(frozen=True, slots=True, kw_only=True)
class SupersedeCall:
    """Gives a record new content; ``version`` is the one that this makes."""

    entry: Entry
    version: int
    reason: Reason
    approval: Approval = NOT_REVIEWED


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawCall:
    """Withdraws a record; ``version`` is its newest."""

    number: bytes
    version: int
    reason: Reason
    approval: Approval = NOT_REVIEWED


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverCall:
    """Delivers a package to another institution."""

    recipient: bytes
    package_digest: bytes
    claimed: int
    programme: bytes
    period: int
    lot: bytes
    document: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptDeliveryCall:
    """Accepts a delivery of another institution."""

    institution: bytes
    package_digest: bytes
    document: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnDeliveryCall:
    """Returns a delivery of another institution."""

    institution: bytes
    package_digest: bytes
    document: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class AttestCall:
    """Attests something about a subject."""

    subject: bytes
    kind: int
    digest: bytes
    verdict: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorChainCall:
    """Anchors the head of a chain that the institution began on."""

    genesis_hash: bytes
    height: int
    header_hash: bytes
    headers_root: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class GovernCall:
    """Approves a proposal; `contracts.governing.decode_governed` says what its call means."""

    call: bytes
    expires: int
    document: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptGovernorshipCall:
    """Takes office as a nominated governor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetireOwnKeyCall:
    """Retires the sender's own key."""


Call = (
    RegisterCall | CommitUnitsCall | AmendCall | SupersedeCall | WithdrawCall | DeliverCall | AcceptDeliveryCall
    | ReturnDeliveryCall | AttestCall | AnchorChainCall | GovernCall | AcceptGovernorshipCall | RetireOwnKeyCall
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _RegisterOne:
    """The arguments of `register`."""

    entry: Entry
    approval: Approval


# The first four bytes of keccak-256 of the signatures; a test computes them from the artefact.
REGISTER = bytes.fromhex("6e156ce4")
REGISTER_MANY = bytes.fromhex("28814a80")
_ONE = Layout(_RegisterOne, entry=ENTRY, approval=APPROVAL)
_DELIVERY = {"institution": "bytes8", "package_digest": "bytes32", "document": "bytes32"}
LAYOUTS: dict[bytes, Layout] = {
    bytes.fromhex(selector): layout
    for selector, layout in {
        "28814a80": Layout(RegisterCall, entries=[ENTRY], approvals=[APPROVAL]),
        "dbd55a27": Layout(CommitUnitsCall, batch=UNIT_BATCH, approval=APPROVAL),
        "54bec094": Layout(
            AmendCall, entry=ENTRY, former_metadata_digest="bytes32", version="uint32", reason=REASON, approval=APPROVAL
        ),
        "638d9636": Layout(SupersedeCall, entry=ENTRY, version="uint32", reason=REASON, approval=APPROVAL),
        "df988ba3": Layout(WithdrawCall, number="bytes32", version="uint32", reason=REASON, approval=APPROVAL),
        "c0ba398a": Layout(
            DeliverCall, recipient="bytes8", package_digest="bytes32", claimed="uint32", programme="bytes32",
            period="uint16", lot="bytes32", document="bytes32",
        ),
        "dadc4538": Layout(AcceptDeliveryCall, **_DELIVERY),
        "d3e69713": Layout(ReturnDeliveryCall, **_DELIVERY),
        "5f089dcb": Layout(AttestCall, subject="bytes32", kind="uint8", digest="bytes32", verdict="uint8"),
        "09891603": Layout(
            AnchorChainCall, genesis_hash="bytes32", height="uint64", header_hash="bytes32", headers_root="bytes32"
        ),
        "b07c7716": Layout(GovernCall, call="bytes", expires="uint64", document="bytes32"),
        "f3b27bc3": Layout(AcceptGovernorshipCall),
        "4cd60b4b": Layout(RetireOwnKeyCall),
    }.items()
}  # fmt: skip
_SELECTORS = {layout.kind: selector for selector, layout in LAYOUTS.items()}


def encode_register(entry: Entry, approval: Approval = NOT_REVIEWED) -> bytes:
    """Give the calldata that registers one resource; raise MalformedCall where a field does not fit."""
    return encode(REGISTER, _ONE, _RegisterOne(entry=entry, approval=approval))


def encode_register_many(entries: Sequence[Entry], approvals: Sequence[Approval] = ()) -> bytes:
    """Give the calldata that registers several resources, with one approval for each or none at all."""
    return encode_call(RegisterCall(entries=tuple(entries), approvals=tuple(approvals)))


def encode_commit_units(batch: UnitBatch, approval: Approval = NOT_REVIEWED) -> bytes:
    """Give the calldata that commits a batch of units."""
    return encode_call(CommitUnitsCall(batch=batch, approval=approval))


def encode_call(call: Call) -> bytes:
    """Give the calldata of an act (RegisterCall: of `registerMany`); raise MalformedCall where a value does not fit."""
    selector = _SELECTORS[type(call)]
    return encode(selector, LAYOUTS[selector], call)


def decode_call(calldata: bytes) -> Call:
    """Read the calldata of an act.

    Raises:
        MalformedCall: another function, or not the one encoding that this module gives.
    """
    selector, arguments = calldata[:4], calldata[4:]
    try:
        if selector == REGISTER:
            one: _RegisterOne = _ONE.decode(arguments)
            return RegisterCall(entries=(one.entry,), approvals=(one.approval,))
        if selector in LAYOUTS:
            call: Call = LAYOUTS[selector].decode(arguments)
            return call
    except abi.MisfitError as error:
        raise MalformedCall(f"调用数据编码不规范:{error}", f"malformed calldata: {error}") from error
    raise MalformedCall(f"不是登记事务:选择符 0x{selector.hex()}", f"no act of the registry: 0x{selector.hex()}")


def encode(selector: bytes, layout: Layout, value: object) -> bytes:
    """Give calldata; raise MalformedCall where an argument does not fit."""
    try:
        return selector + layout.encode(value)
    except abi.MisfitError as error:
        raise MalformedCall(f"参数不合规:{error}", f"an argument does not fit: {error}") from error
