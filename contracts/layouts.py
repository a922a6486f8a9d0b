"""How a value of ours lies in the ABI's encoding: its class, and the type of each of its fields in order."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from contracts import abi
from contracts.records import Entry, Reason, UnitBatch

if TYPE_CHECKING:
    from collections.abc import Mapping


class Layout:
    """A class of values and how its fields are encoded; the fields are given in the order of the contract.

    A field is a word or ``bytes`` by its ABI name, a struct by its layout, or an array by a list of one of them, which
    is a tuple in the value.
    """

    def __init__(self, kind: type[Any], /, **types: Any) -> None:
        if tuple(types) != tuple(field.name for field in fields(kind)):
            raise TypeError(f"the fields of {kind.__name__} are others, or in another order")
        self.kind = kind
        self.fields: Mapping[str, Any] = types
        self.types: tuple[abi.Type, ...] = tuple(map(_abi_type, types.values()))

    def encode(self, value: Any) -> bytes:
        """Encode a value's fields; raise MisfitError where one does not fit."""
        return abi.encode_fields(self.types, self.plain(value))

    def decode(self, data: bytes) -> Any:
        """Read a value from exactly these bytes; raise MisfitError unless they are its one encoding."""
        return self.build(abi.decode_fields(self.types, data))

    def plain(self, value: Any) -> tuple[abi.Value, ...]:
        """Give a value's fields as the ABI's coding takes them."""
        if not isinstance(value, self.kind):
            raise abi.MisfitError(f"{value!r} is no {self.kind.__name__}")
        return tuple(_plain(field, getattr(value, name)) for name, field in self.fields.items())

    def build(self, read: Any) -> Any:
        """Give the value that has these fields."""
        pairs = zip(self.fields.items(), read, strict=True)
        return self.kind(**{name: _build(field, value) for (name, field), value in pairs})


def _abi_type(field: Any) -> abi.Type:
    if isinstance(field, Layout):
        return field.types
    return [_abi_type(field[0])] if isinstance(field, list) else str(field)


def _plain(field: Any, value: Any) -> abi.Value:
    if isinstance(field, Layout):
        return field.plain(value)
    return tuple(_plain(field[0], item) for item in value) if isinstance(field, list) else value


def _build(field: Any, read: Any) -> Any:
    if isinstance(field, Layout):
        return field.build(read)
    return tuple(_build(field[0], item) for item in read) if isinstance(field, list) else read


ENTRY = Layout(
    Entry, number="bytes32", kind="uint8", content_digest="bytes32", metadata_digest="bytes32", cid="bytes",
    programme="bytes32", period="uint16", lot="bytes32", replaces="bytes32", earlier_receipt="bytes32",
)  # fmt: skip
UNIT_BATCH = Layout(
    UnitBatch, root="bytes32", list_digest="bytes32", claimed="uint32", cid="bytes", programme="bytes32",
    period="uint16", lot="bytes32", counting_rule="bytes32", parent="bytes32", earlier_receipt="bytes32",
)  # fmt: skip
REASON = Layout(Reason, code="uint8", document="bytes32")
