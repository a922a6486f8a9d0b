"""Calldata of the registry: encoding of acts and views, strict decoding of acts, decoding of the views' answers."""

from __future__ import annotations

from dataclasses import astuple
from typing import TYPE_CHECKING, Any, TypeVar

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError
from eth_hash.auto import keccak

from contracts.errors import MalformedCall
from contracts.records import Entry, RecordState, UnitBatch, UnitBatchState

if TYPE_CHECKING:
    from collections.abc import Sequence

_Act = TypeVar("_Act", tuple[Entry, ...], UnitBatch)
_ENTRY = "(bytes32,uint8,bytes32,bytes32,bytes,bytes32,uint16,bytes32,bytes32)"
_UNIT_BATCH = "(bytes32,bytes32,uint32,bytes,bytes32,uint16,bytes32,bytes32,bytes32)"


def _selector(signature: str) -> bytes:
    selector: bytes = keccak(signature.encode())[:4]
    return selector


REGISTER = _selector(f"register({_ENTRY})")
REGISTER_MANY = _selector(f"registerMany({_ENTRY}[])")
COMMIT_UNITS = _selector(f"commitUnits({_UNIT_BATCH})")


def encode_register(entry: Entry) -> bytes:
    """Give the calldata that registers one resource."""
    return REGISTER + encode([_ENTRY], [astuple(entry)])


def encode_register_many(entries: Sequence[Entry]) -> bytes:
    """Give the calldata that registers a group."""
    return REGISTER_MANY + encode([f"{_ENTRY}[]"], [[astuple(entry) for entry in entries]])


def encode_commit_units(batch: UnitBatch) -> bytes:
    """Give the calldata that commits a unit batch."""
    return COMMIT_UNITS + encode([_UNIT_BATCH], [astuple(batch)])


def encode_admit(institution: bytes, profile_digest: bytes, registrar: bytes) -> bytes:
    """Give the calldata that admits an institution (8 bytes) with a registrar's address (20 bytes)."""
    values = [institution, profile_digest, registrar]
    return _selector("admit(bytes8,bytes32,address)") + encode(["bytes8", "bytes32", "address"], values)


def encode_add_registrar(institution: bytes, registrar: bytes) -> bytes:
    """Give the calldata that adds a registrar's address to an institution."""
    return _selector("addRegistrar(bytes8,address)") + encode(["bytes8", "address"], [institution, registrar])


def decode_call(calldata: bytes) -> tuple[Entry, ...] | UnitBatch:
    """Read the calldata of an act; raise MalformedCall unless encoding it again gives the same bytes."""
    selector, body = calldata[:4], calldata[4:]
    if selector == REGISTER:
        entries: tuple[Entry, ...] = (Entry(**_named(Entry, _decode(_ENTRY, body))),)
        return _canonical(entries, encode_register(entries[0]), calldata)
    if selector == REGISTER_MANY:
        entries = tuple(Entry(**_named(Entry, values)) for values in _decode(f"{_ENTRY}[]", body))
        return _canonical(entries, encode_register_many(entries), calldata)
    if selector == COMMIT_UNITS:
        batch = UnitBatch(**_named(UnitBatch, _decode(_UNIT_BATCH, body)))
        return _canonical(batch, encode_commit_units(batch), calldata)
    raise MalformedCall(f"不是登记合约的事务(选择符 0x{selector.hex()})", f"no act of the registry: 0x{selector.hex()}")


def encode_record_of(number: bytes) -> bytes:
    """Give the calldata that asks for a record's state."""
    return _selector("recordOf(bytes32)") + number


def decode_record_of(answer: bytes) -> RecordState:
    """Read a record's state."""
    return RecordState(**_named(RecordState, decode(["uint8", "uint8", "uint32", "uint64", "uint64"], answer)))


def encode_unit_batch_of(root: bytes) -> bytes:
    """Give the calldata that asks for a unit batch's state."""
    return _selector("unitBatchOf(bytes32)") + root


def decode_unit_batch_of(answer: bytes) -> UnitBatchState:
    """Read a unit batch's state."""
    types = ["bytes8", "uint32", "uint16", "uint64", "uint64"]
    return UnitBatchState(**_named(UnitBatchState, decode(types, answer)))


def encode_commitment_of(number: bytes, version: int) -> bytes:
    """Give the calldata that asks for the commitment over a version's event."""
    return _selector("commitmentOf(bytes32,uint32)") + encode(["bytes32", "uint32"], [number, version])


def commitment(institution: bytes, entry: Entry, version: int = 1) -> bytes:
    """Give the commitment that the registry holds for an entry's version."""
    digest: bytes = keccak(encode(["bytes8", "uint32", _ENTRY], [institution, version, astuple(entry)]))
    return digest


def encode_number_by_digest(kind: int, content_digest: bytes) -> bytes:
    """Give the calldata that asks for the newest number with a content digest."""
    return _selector("numberByDigest(uint8,bytes32)") + encode(["uint8", "bytes32"], [kind, content_digest])


def encode_institution_of(account: bytes) -> bytes:
    """Give the calldata that asks which institution a key serves; the answer's first 8 bytes are its code."""
    return _selector("institutionOf(address)") + encode(["address"], [account])


def encode_is_known(account: bytes) -> bytes:
    """Give the calldata that asks whether an account may act at all."""
    return _selector("isKnown(address)") + encode(["address"], [account])


def decode_is_known(answer: bytes) -> bool:
    """Read the answer of `isKnown`; no answer (there is no contract) is no."""
    return len(answer) == 32 and answer[-1] == 1  # noqa: PLR2004 - one ABI word


def encode_verify_unit(root: bytes, unit_digest: bytes, proof: Sequence[bytes]) -> bytes:
    """Give the calldata that asks whether a unit is in a batch; the answer is as of `isKnown`."""
    types = ["bytes32", "bytes32", "bytes32[]"]
    return _selector("verifyUnit(bytes32,bytes32,bytes32[])") + encode(types, [root, unit_digest, list(proof)])


def _decode(type_: str, body: bytes) -> Any:
    try:
        return decode([type_], body)[0]
    except (DecodingError, OverflowError) as error:
        raise MalformedCall(f"事务数据残缺:{error}", f"malformed calldata: {error}") from error


def _canonical(value: _Act, encoded: bytes, calldata: bytes) -> _Act:
    if encoded != calldata:
        raise MalformedCall("事务数据不是规范编码", "calldata is not canonically encoded")
    return value


def _named(kind: type, values: Sequence[Any]) -> dict[str, Any]:
    return dict(zip(kind.__slots__, values, strict=True))  # type: ignore[attr-defined]
