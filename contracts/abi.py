"""The ABI's encoding, both ways and strict: one value has one encoding, no other is read.

Source: the Contract ABI Specification of Solidity, "Formal Specification of the Encoding". A general library takes a
fifth of a second to import, a third of what checking a receipt may take; the tests hold this module to it.

A type is the ABI's name of a word or ``bytes``; a tuple of types for a struct; a list of one type for an array of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

Value = bytes | int | bool | tuple["Value", ...]
Type = str | tuple["Type", ...] | list["Type"]
WORD = 32
ADDRESS = 20


class MisfitError(ValueError):
    """A value that its ABI type does not hold, or bytes that are no canonical encoding."""


def encode_fields(types: Sequence[Type], values: Sequence[Value]) -> bytes:
    """Encode a tuple's fields, in order; raise MisfitError where a value does not fit its type."""
    head, tail = bytearray(), bytearray()
    start = sum(map(_head_size, types))
    for type_, value in zip(types, values, strict=True):
        encoded = _encode(type_, value)
        if _is_dynamic(type_):
            head += encode_word("uint256", start + len(tail))
            tail += encoded
        else:
            head += encoded
    return bytes(head + tail)


def decode_fields(types: Sequence[Type], data: bytes) -> tuple[Value, ...]:
    """Read a tuple's fields from exactly these bytes; raise MisfitError unless encoding them again gives the same."""
    values, end = _decode_fields(types, data, 0)
    if len(data) != end:
        raise MisfitError(f"{len(data)} bytes where the encoding has {end}")
    return values


def encode_word(type_: str, value: Value) -> bytes:
    """Encode a value of bytesN, uintN, address (20 bytes) or bool as one word."""
    if type_ == "bool" and isinstance(value, bool):
        return int(value).to_bytes(WORD, "big")
    if type_ == "address" and isinstance(value, bytes) and len(value) == ADDRESS:
        return value.rjust(WORD, b"\0")
    if type_.startswith("uint") and isinstance(value, int) and not isinstance(value, bool):
        if 0 <= value < 1 << int(type_[4:]):
            return value.to_bytes(WORD, "big")
    elif type_.startswith("bytes") and isinstance(value, bytes) and len(value) == int(type_[5:]):
        return value.ljust(WORD, b"\0")
    raise MisfitError(f"{value!r} is no {type_}")


def decode_word(type_: str, word: bytes) -> bytes | int | bool:
    """Read one word as bytesN, uintN, address or bool; raise MisfitError where its padding is not zero."""
    value: bytes | int | bool
    if type_.startswith("bytes"):
        value = word[: int(type_[5:])]
    elif type_ == "address":
        value = word[-ADDRESS:]
    else:
        value = int.from_bytes(word, "big")
        if type_ == "bool" and value in (0, 1):
            value = bool(value)
    if len(word) != WORD or encode_word(type_, value) != word:
        raise MisfitError(f"a word that holds no {type_}")
    return value


def _is_dynamic(type_: Type) -> bool:
    if isinstance(type_, tuple):
        return any(map(_is_dynamic, type_))
    return type_ == "bytes" or isinstance(type_, list)


def _head_size(type_: Type) -> int:
    if _is_dynamic(type_) or isinstance(type_, str):
        return WORD
    return sum(map(_head_size, type_))


def _encode(type_: Type, value: Value) -> bytes:
    if type_ == "bytes":
        if not isinstance(value, bytes):
            raise MisfitError(f"{value!r} is no bytes")
        return encode_word("uint256", len(value)) + value.ljust(_padded(len(value)), b"\0")
    if isinstance(type_, str):
        return encode_word(type_, value)
    if not isinstance(value, (tuple, list)):
        raise MisfitError(f"{value!r} has no fields or items")
    if isinstance(type_, tuple):
        return encode_fields(type_, value)
    return encode_word("uint256", len(value)) + encode_fields(type_ * len(value), value)


def _decode_fields(types: Sequence[Type], data: bytes, start: int) -> tuple[tuple[Value, ...], int]:
    """Read fields from their start; give them and where they end. Tails lie end to end, in order, after the head."""
    values: list[Value] = []
    place, end = start, start + sum(map(_head_size, types))
    for type_ in types:
        if _is_dynamic(type_):
            if _size(data, place) != end - start:
                raise MisfitError("a field does not stand where the encoding puts it")
            value, end = _decode(type_, data, end)
            place += WORD
        else:
            value, place = _decode(type_, data, place)
        values.append(value)
    return tuple(values), end


def _decode(type_: Type, data: bytes, start: int) -> tuple[Value, int]:
    if type_ == "bytes":
        return _decode_bytes(data, start)
    if isinstance(type_, str):
        return decode_word(type_, data[start : start + WORD]), start + WORD
    if isinstance(type_, tuple):
        return _decode_fields(type_, data, start)
    count = _size(data, start)
    if count > len(data) // WORD:
        raise MisfitError("an array that is longer than its bytes")
    return _decode_fields(type_ * count, data, start + WORD)


def _decode_bytes(data: bytes, start: int) -> tuple[bytes, int]:
    length = _size(data, start)
    start += WORD
    value, end = data[start : start + length], start + _padded(length)
    padding = data[start + length : end]
    if len(value) != length or padding != bytes(_padded(length) - length):
        raise MisfitError("bytes that are cut short or padded with something else than zeros")
    return value, end


def _size(data: bytes, start: int) -> int:
    word = data[start : start + WORD]
    if len(word) != WORD:
        raise MisfitError("the encoding is cut short")
    return int.from_bytes(word, "big")


def _padded(length: int) -> int:
    return -(-length // WORD) * WORD
