"""The ABI's encoding of flat field lists, both ways and strict: one value has one encoding, no other is read.

Source: the Contract ABI Specification of Solidity, "Formal Specification of the Encoding". Only what the registry uses
is here: words, ``bytes``, arrays of words and arrays of such tuples. A general ABI library takes a fifth of a second to
import, a third of what checking a receipt may take; the tests hold this module to the general one.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

Value = bytes | int | bool
WORD = 32
ADDRESS = 20


class MisfitError(ValueError):
    """A value that its ABI type does not hold, or bytes that are no canonical encoding."""


def encode_fields(types: Sequence[str], values: Sequence[Value]) -> bytes:
    """Encode a tuple's fields, in order; raise MisfitError where a value does not fit its type."""
    head, tail = bytearray(), bytearray()
    for type_, value in zip(types, values, strict=True):
        if type_ == "bytes":
            head += encode_word("uint256", WORD * len(types) + len(tail))
            tail += _encode_bytes(value)
        else:
            head += encode_word(type_, value)
    return bytes(head + tail)


def decode_fields(types: Sequence[str], data: bytes) -> tuple[Value, ...]:
    """Read a tuple's fields from exactly these bytes; raise MisfitError unless encoding them again gives the same."""
    values: list[Value] = []
    end = WORD * len(types)
    for index, type_ in enumerate(types):
        word = data[WORD * index : WORD * (index + 1)]
        if type_ != "bytes":
            values.append(decode_word(type_, word))
            continue
        if decode_word("uint256", word) != end:
            raise MisfitError("a field does not stand where the encoding puts it")
        value = _decode_bytes(data, end)
        end += WORD + _padded(len(value))
        values.append(value)
    if len(data) != end:
        raise MisfitError(f"{len(data)} bytes where the encoding has {end}")
    return tuple(values)


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


def decode_word(type_: str, word: bytes) -> Value:
    """Read one word as bytesN, uintN, address or bool; raise MisfitError where its padding is not zero."""
    value: Value
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


def encode_dynamic(parts: Sequence[bytes]) -> bytes:
    """Encode an array of tuples of dynamic size from the encodings of its items: length, offsets, items."""
    offset = WORD * len(parts)
    offsets = bytearray()
    for part in parts:
        offsets += encode_word("uint256", offset)
        offset += len(part)
    return encode_word("uint256", len(parts)) + bytes(offsets) + b"".join(parts)


def split_dynamic(data: bytes) -> list[bytes]:
    """Cut what encode_dynamic gives into the encodings of its items; raise MisfitError unless they lie end to end."""
    count = _size(data, 0)
    if count > len(data) // WORD:
        raise MisfitError("an array that is longer than its bytes")
    body = data[WORD:]
    places = [*(_size(body, WORD * index) for index in range(count)), len(body)]
    if places[0] != WORD * count or places != sorted(places):
        raise MisfitError("an array whose items do not lie end to end")
    return [body[start:end] for start, end in itertools.pairwise(places)]


def encode_words(type_: str, values: Sequence[Value]) -> bytes:
    """Encode an array of words: length, items."""
    return encode_word("uint256", len(values)) + b"".join(encode_word(type_, value) for value in values)


def behind_offset(encoded: bytes) -> bytes:
    """Give the argument list whose only argument is this one of dynamic size."""
    return encode_word("uint256", WORD) + encoded


def strip_offset(data: bytes) -> bytes:
    """Give the only argument, of dynamic size, of an argument list."""
    if _size(data, 0) != WORD:
        raise MisfitError("an argument that does not stand where the encoding puts it")
    return data[WORD:]


def _encode_bytes(value: Value) -> bytes:
    if not isinstance(value, bytes):
        raise MisfitError(f"{value!r} is no bytes")
    return encode_word("uint256", len(value)) + value.ljust(_padded(len(value)), b"\0")


def _decode_bytes(data: bytes, start: int) -> bytes:
    length = _size(data, start)
    start += WORD
    value = data[start : start + length]
    padding = data[start + length : start + _padded(length)]
    if len(value) != length or padding != bytes(_padded(length) - length):
        raise MisfitError("bytes that are cut short or padded with something else than zeros")
    return value


def _size(data: bytes, start: int) -> int:
    word = data[start : start + WORD]
    if len(word) != WORD:
        raise MisfitError("the encoding is cut short")
    return int.from_bytes(word, "big")


def _padded(length: int) -> int:
    return -(-length // WORD) * WORD
