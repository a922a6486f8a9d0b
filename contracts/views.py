"""Views of the registry: questions encoded and their answers read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contracts import abi
from contracts.errors import MalformedAnswer, MalformedCall
from contracts.exchange import Claimed, Delivery
from contracts.layouts import Layout
from contracts.parties import Governance, Institution, Key, Proposal
from contracts.records import RecordState, UnitBatchState

if TYPE_CHECKING:
    from collections.abc import Sequence

# The first four bytes of keccak-256 of the signatures; a test computes them from the artefact.
RECORD_OF = bytes.fromhex("d1c60a3a")
COMMITMENT_OF = bytes.fromhex("f0fc0eac")
NUMBER_BY_DIGEST = bytes.fromhex("1abb1921")
UNIT_BATCH_OF = bytes.fromhex("68c83724")
VERIFY_UNIT = bytes.fromhex("852d036a")
CLAIMED_OF = bytes.fromhex("11a1b5b9")
DELIVERY_OF = bytes.fromhex("678e84b7")
ANCHORED_CHAIN_OF = bytes.fromhex("436889ba")
INSTITUTION_OF = bytes.fromhex("fad3be54")
KEY_OF = bytes.fromhex("fa073d76")
IS_GOVERNOR = bytes.fromhex("e43581b8")
GOVERNANCE = bytes.fromhex("5aa6e675")
PROPOSAL_OF = bytes.fromhex("fd984366")
SUCCESSOR = bytes.fromhex("6ff968c3")
IS_KNOWN = bytes.fromhex("6e09999e")

_RECORD_STATE = Layout(
    RecordState, status="uint8", frozen="bool", kind="uint8", version="uint32", height="uint64", time="uint64"
)
_UNIT_BATCH_STATE = Layout(UnitBatchState, institution="bytes8", claimed="uint32", height="uint64", time="uint64")
_CLAIMED = Layout(Claimed, resources="uint64", units="uint64")
_DELIVERY = Layout(Delivery, recipient="bytes8", status="uint8", height="uint64", time="uint64")
_INSTITUTION = Layout(Institution, standing="uint8", one_person="bool", profile_digest="bytes32")
_KEY = Layout(Key, institution="bytes8", role="uint8", status="uint8", since="uint64", until="uint64")
_GOVERNANCE = Layout(Governance, sequence="uint64", epoch="uint64", threshold="uint32", governors="uint32")
_PROPOSAL = Layout(Proposal, approvals="uint32", executed="bool")


def encode_record_of(number: bytes) -> bytes:
    """Ask for a record's state."""
    return _ask(RECORD_OF, ("bytes32",), number)


def decode_record_of(answer: bytes) -> RecordState | None:
    """Read a record's state; None where there is no such record."""
    state: RecordState | None = _state(_RECORD_STATE, answer)
    return state


def encode_commitment_of(number: bytes, version: int) -> bytes:
    """Ask for the commitment of one version of a record; `contracts.events.commitment` computes it."""
    return _ask(COMMITMENT_OF, ("bytes32", "uint32"), number, version)


def decode_commitment_of(answer: bytes) -> bytes | None:
    """Read a commitment; None where there is no such version."""
    return _word("bytes32", answer)


def encode_number_by_digest(kind: int, content_digest: bytes) -> bytes:
    """Ask for the number of the newest record with this content."""
    return _ask(NUMBER_BY_DIGEST, ("uint8", "bytes32"), kind, content_digest)


def decode_number_by_digest(answer: bytes) -> bytes | None:
    """Read a number; None where no record has the content."""
    return _word("bytes32", answer)


def encode_unit_batch_of(root: bytes) -> bytes:
    """Ask for a unit batch's state."""
    return _ask(UNIT_BATCH_OF, ("bytes32",), root)


def decode_unit_batch_of(answer: bytes) -> UnitBatchState | None:
    """Read a unit batch's state; None where there is no such batch."""
    state: UnitBatchState | None = _state(_UNIT_BATCH_STATE, answer)
    return state


def encode_verify_unit(root: bytes, unit_digest: bytes, proof: Sequence[bytes]) -> bytes:
    """Ask whether a committed batch holds a unit; the proof is its siblings from the leaf upwards."""
    return _ask(VERIFY_UNIT, ("bytes32", "bytes32", ["bytes32"]), root, unit_digest, tuple(proof))


def decode_verify_unit(answer: bytes) -> bool:
    """Read whether the batch holds the unit."""
    return bool(_answer(("bool",), answer)[0])


def encode_claimed_of(institution: bytes, period: int) -> bytes:
    """Ask what an institution claims for a project year."""
    return _ask(CLAIMED_OF, ("bytes8", "uint16"), institution, period)


def decode_claimed_of(answer: bytes) -> Claimed:
    """Read claimed totals."""
    claimed: Claimed = _CLAIMED.build(_answer(_CLAIMED.types, answer))
    return claimed


def encode_delivery_of(institution: bytes, package_digest: bytes) -> bytes:
    """Ask for the state of a delivery of this institution."""
    return _ask(DELIVERY_OF, ("bytes8", "bytes32"), institution, package_digest)


def decode_delivery_of(answer: bytes) -> Delivery | None:
    """Read a delivery's state; None where there is no such delivery."""
    state: Delivery | None = _state(_DELIVERY, answer)
    return state


def encode_anchored_chain_of(institution: bytes, genesis_hash: bytes) -> bytes:
    """Ask for the head at which an institution anchored a chain."""
    return _ask(ANCHORED_CHAIN_OF, ("bytes8", "bytes32"), institution, genesis_hash)


def decode_anchored_chain_of(answer: bytes) -> bytes | None:
    """Read keccak-256 of the ABI-encoded (height, header hash, headers' root); None where the chain is not anchored."""
    return _word("bytes32", answer)


def encode_institution_of(institution: bytes) -> bytes:
    """Ask for an institution."""
    return _ask(INSTITUTION_OF, ("bytes8",), institution)


def decode_institution_of(answer: bytes) -> Institution | None:
    """Read an institution; None where it was never admitted."""
    state: Institution | None = _state(_INSTITUTION, answer)
    return state


def encode_key_of(account: bytes) -> bytes:
    """Ask for a key."""
    return _ask(KEY_OF, ("address",), account)


def decode_key_of(answer: bytes) -> Key | None:
    """Read a key; None where the account never was one."""
    state: Key | None = _state(_KEY, answer)
    return state


def encode_is_governor(account: bytes) -> bytes:
    """Ask whether an account is a governor in office."""
    return _ask(IS_GOVERNOR, ("address",), account)


def decode_is_governor(answer: bytes) -> bool:
    """Read whether it is."""
    return bool(_answer(("bool",), answer)[0])


def encode_governance() -> bytes:
    """Ask how the consortium is governed."""
    return GOVERNANCE


def decode_governance(answer: bytes) -> Governance:
    """Read how the consortium is governed."""
    governance: Governance = _GOVERNANCE.build(_answer(_GOVERNANCE.types, answer))
    return governance


def encode_proposal_of(call: bytes, *, expires: int, document: bytes) -> bytes:
    """Ask for the state of a proposal in this epoch."""
    return _ask(PROPOSAL_OF, ("bytes", "uint64", "bytes32"), call, expires, document)


def decode_proposal_of(answer: bytes) -> Proposal | None:
    """Read a proposal's state; None where nobody approved it in this epoch."""
    state: Proposal | None = _state(_PROPOSAL, answer)
    return state


def encode_successor() -> bytes:
    """Ask for the registry that was announced to follow this one."""
    return SUCCESSOR


def decode_successor(answer: bytes) -> bytes | None:
    """Read an address; None where no successor was announced."""
    return _word("address", answer)


def encode_is_known(account: bytes) -> bytes:
    """Ask whether an account is a governor, nominated, or an active key of an institution."""
    return _ask(IS_KNOWN, ("address",), account)


def decode_is_known(answer: bytes) -> bool:
    """Read whether an account is known; no answer, since there is no contract yet, is no."""
    return bool(answer) and bool(_answer(("bool",), answer)[0])


def _ask(selector: bytes, types: tuple[abi.Type, ...], *values: abi.Value) -> bytes:
    try:
        return selector + abi.encode_fields(types, values)
    except abi.MisfitError as error:
        raise MalformedCall(f"参数不合规:{error}", f"an argument does not fit: {error}") from error


def _answer(types: tuple[abi.Type, ...], answer: bytes) -> tuple[Any, ...]:
    try:
        return abi.decode_fields(types, answer)
    except abi.MisfitError as error:
        raise MalformedAnswer(f"登记合约的回答不合规:{error}", f"malformed answer of the registry: {error}") from error


def _state(layout: Layout, answer: bytes) -> Any:
    """Read a state; None where it is all zero."""
    read = _answer(layout.types, answer)
    return layout.build(read) if any(answer) else None


def _word(type_: str, answer: bytes) -> bytes | None:
    word: bytes = _answer((type_,), answer)[0]
    return word if any(word) else None
