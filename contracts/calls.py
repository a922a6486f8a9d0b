"""Calls of the registry: acts encoded and read back, views encoded and their answers read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contracts import abi
from contracts.errors import MalformedAnswer, MalformedCall
from contracts.records import Entry, RecordState, UnitBatch, UnitBatchState

if TYPE_CHECKING:
    from collections.abc import Sequence

# The first four bytes of keccak-256 of the signatures; a test computes them from the artefact.
REGISTER = bytes.fromhex("46cd57fd")
REGISTER_MANY = bytes.fromhex("b8514417")
COMMIT_UNITS = bytes.fromhex("03c385c8")
ADMIT = bytes.fromhex("6372bb7e")
ADD_REGISTRAR = bytes.fromhex("6bf6565a")
RECORD_OF = bytes.fromhex("d1c60a3a")
COMMITMENT_OF = bytes.fromhex("f0fc0eac")
NUMBER_BY_DIGEST = bytes.fromhex("1abb1921")
UNIT_BATCH_OF = bytes.fromhex("68c83724")
VERIFY_UNIT = bytes.fromhex("852d036a")
PROFILE_OF = bytes.fromhex("d4b8c978")
INSTITUTION_OF = bytes.fromhex("a3bbd439")
IS_KNOWN = bytes.fromhex("6e09999e")

_ENTRY = {
    "number": "bytes32", "kind": "uint8", "content_digest": "bytes32", "metadata_digest": "bytes32", "cid": "bytes",
    "programme": "bytes32", "period": "uint16", "lot": "bytes32", "replaces": "bytes32",
}  # fmt: skip
_UNIT_BATCH = {
    "root": "bytes32", "list_digest": "bytes32", "claimed": "uint32", "cid": "bytes", "programme": "bytes32",
    "period": "uint16", "lot": "bytes32", "counting_rule": "bytes32", "parent": "bytes32",
}  # fmt: skip


def encode_register(entry: Entry) -> bytes:
    """Give the calldata that registers one resource; raise MalformedCall where a field does not fit."""
    return REGISTER + abi.behind_offset(_pack(_ENTRY, entry))


def encode_register_many(entries: Sequence[Entry]) -> bytes:
    """Give the calldata that registers several resources; raise MalformedCall where a field does not fit."""
    return REGISTER_MANY + abi.behind_offset(abi.encode_dynamic([_pack(_ENTRY, entry) for entry in entries]))


def encode_commit_units(batch: UnitBatch) -> bytes:
    """Give the calldata that commits a batch of units; raise MalformedCall where a field does not fit."""
    return COMMIT_UNITS + abi.behind_offset(_pack(_UNIT_BATCH, batch))


def encode_admit(institution: bytes, profile_digest: bytes, registrar: bytes) -> bytes:
    """Give the calldata that admits an institution with its first registrar key."""
    return _call(ADMIT, ("bytes8", "bytes32", "address"), (institution, profile_digest, registrar))


def encode_add_registrar(institution: bytes, registrar: bytes) -> bytes:
    """Give the calldata that gives an institution one more registrar key."""
    return _call(ADD_REGISTRAR, ("bytes8", "address"), (institution, registrar))


def decode_call(calldata: bytes) -> tuple[Entry, ...] | UnitBatch:
    """Read the calldata of an act: the entries that it registers, or the batch that it commits.

    Raises:
        MalformedCall: another function, or not the one encoding that this module gives.
    """
    selector, arguments = calldata[:4], calldata[4:]
    try:
        if selector == REGISTER:
            return (Entry(**_unpack(_ENTRY, abi.strip_offset(arguments))),)
        if selector == REGISTER_MANY:
            parts = abi.split_dynamic(abi.strip_offset(arguments))
            return tuple(Entry(**_unpack(_ENTRY, part)) for part in parts)
        if selector == COMMIT_UNITS:
            return UnitBatch(**_unpack(_UNIT_BATCH, abi.strip_offset(arguments)))
    except abi.MisfitError as error:
        raise MalformedCall(f"调用数据编码不规范:{error}", f"malformed calldata: {error}") from error
    raise MalformedCall(f"不是登记事务:选择符 0x{selector.hex()}", f"no act of the registry: 0x{selector.hex()}")


def encode_record_of(number: bytes) -> bytes:
    """Ask for a record's state."""
    return _call(RECORD_OF, ("bytes32",), (number,))


def decode_record_of(answer: bytes) -> RecordState | None:
    """Read a record's state; None where there is no such record."""
    status, kind, version, height, time = _answer(("uint8", "uint8", "uint32", "uint64", "uint64"), answer)
    if status == 0:
        return None
    return RecordState(status=status, kind=kind, version=version, height=height, time=time)


def encode_commitment_of(number: bytes, version: int) -> bytes:
    """Ask for the commitment of one version of a record; `contracts.events.commitment` computes it."""
    return _call(COMMITMENT_OF, ("bytes32", "uint32"), (number, version))


def decode_commitment_of(answer: bytes) -> bytes | None:
    """Read a commitment; None where there is no such version."""
    return _digest(answer)


def encode_number_by_digest(kind: int, content_digest: bytes) -> bytes:
    """Ask for the number of the newest record with this content."""
    return _call(NUMBER_BY_DIGEST, ("uint8", "bytes32"), (kind, content_digest))


def decode_number_by_digest(answer: bytes) -> bytes | None:
    """Read a number; None where no record has the content."""
    return _digest(answer)


def encode_unit_batch_of(root: bytes) -> bytes:
    """Ask for a unit batch's state."""
    return _call(UNIT_BATCH_OF, ("bytes32",), (root,))


def decode_unit_batch_of(answer: bytes) -> UnitBatchState | None:
    """Read a unit batch's state; None where there is no such batch."""
    institution, claimed, height, time = _answer(("bytes8", "uint32", "uint64", "uint64"), answer)
    if claimed == 0:
        return None
    return UnitBatchState(institution=institution, claimed=claimed, height=height, time=time)


def encode_verify_unit(root: bytes, unit_digest: bytes, proof: Sequence[bytes]) -> bytes:
    """Ask whether a committed batch holds a unit; the proof is its siblings from the leaf upwards."""
    head = _call(VERIFY_UNIT, ("bytes32", "bytes32", "uint256"), (root, unit_digest, 3 * abi.WORD))
    try:
        return head + abi.encode_words("bytes32", proof)
    except abi.MisfitError as error:
        raise MalformedCall(f"证明路径中有不合规的值:{error}", f"the proof does not fit: {error}") from error


def decode_verify_unit(answer: bytes) -> bool:
    """Read whether the batch holds the unit."""
    return bool(_answer(("bool",), answer)[0])


def encode_profile_of(institution: bytes) -> bytes:
    """Ask for the digest of an institution's profile."""
    return _call(PROFILE_OF, ("bytes8",), (institution,))


def decode_profile_of(answer: bytes) -> bytes | None:
    """Read a profile digest; None where the institution is not admitted."""
    return _digest(answer)


def encode_institution_of(account: bytes) -> bytes:
    """Ask for the institution that a key was given to."""
    return _call(INSTITUTION_OF, ("address",), (account,))


def decode_institution_of(answer: bytes) -> bytes | None:
    """Read an institution's code; None where the key was given to none."""
    code: bytes = _answer(("bytes8",), answer)[0]
    return code if any(code) else None


def encode_is_known(account: bytes) -> bytes:
    """Ask whether an account is a governor or an active registrar."""
    return _call(IS_KNOWN, ("address",), (account,))


def decode_is_known(answer: bytes) -> bool:
    """Read whether an account is known; no answer, since there is no contract yet, is no."""
    return bool(answer) and bool(_answer(("bool",), answer)[0])


def _pack(fields: dict[str, str], value: Entry | UnitBatch) -> bytes:
    try:
        return abi.encode_fields(tuple(fields.values()), [getattr(value, name) for name in fields])
    except abi.MisfitError as error:
        raise MalformedCall(f"字段的值不合规:{error}", f"a field does not fit: {error}") from error


def _unpack(fields: dict[str, str], data: bytes) -> dict[str, Any]:
    return dict(zip(fields, abi.decode_fields(tuple(fields.values()), data), strict=True))


def _call(selector: bytes, types: tuple[str, ...], values: tuple[bytes | int, ...]) -> bytes:
    try:
        return selector + abi.encode_fields(types, values)
    except abi.MisfitError as error:
        raise MalformedCall(f"参数不合规:{error}", f"an argument does not fit: {error}") from error


def _answer(types: tuple[str, ...], answer: bytes) -> tuple[Any, ...]:
    try:
        return abi.decode_fields(types, answer)
    except abi.MisfitError as error:
        raise MalformedAnswer(f"登记合约的回答不合规:{error}", f"malformed answer of the registry: {error}") from error


def _digest(answer: bytes) -> bytes | None:
    word: bytes = _answer(("bytes32",), answer)[0]
    return word if any(word) else None
