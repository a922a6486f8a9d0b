"""Events of the registry: raw logs read into values, and the commitment that the registry keeps over one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contracts.abi import MisfitError, decode_fields, decode_word, encode_fields
from contracts.errors import MalformedEvent
from contracts.records import (
    EntrySkipped,
    InstitutionAdmitted,
    Registered,
    RegistrarAdded,
    RoleGranted,
    RoleRevoked,
    UnitsCommitted,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

Event = Registered | EntrySkipped | UnitsCommitted | InstitutionAdmitted | RegistrarAdded | RoleGranted | RoleRevoked

# keccak-256 of the signatures, written out since hashing them costs an import; a test computes them from the artefact.
REGISTERED = bytes.fromhex("3b73653d5d592892143c5defc0214f2f9ce3331f2a8f3ca32992723ad5ecc261")
ENTRY_SKIPPED = bytes.fromhex("af627c1e48b0801fefa1257e1b7ce08c6b0f7e99bd8d8c183c71f49840e3ef7c")
UNITS_COMMITTED = bytes.fromhex("8f239b0f1adbdc3c175b6002f9a58616744389a2153be17c0b0e17218e5e7c32")
INSTITUTION_ADMITTED = bytes.fromhex("d987dbfcc65c58e1bd6d4a275ae044fbedd3a72660bc0828551778bd98bc5276")
REGISTRAR_ADDED = bytes.fromhex("31dce814f9f0dacc4c65c3e01b555c91eedc5445140c83b800c6ae2b9221a64e")
ROLE_GRANTED = bytes.fromhex("2f8788117e7eff1d82e926ec794901d17c78024a50270940304540a733656f0d")
ROLE_REVOKED = bytes.fromhex("f6391f5c32d9c69d2a47ea670b442974b53935d1edc7fd64eb21e047a839171b")

_ROLE = (("role", "bytes32"), ("account", "address"), ("sender", "address"))
_LAYOUTS: dict[bytes, tuple[type[Event], tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]] = {
    REGISTERED: (
        Registered,
        (("institution", "bytes8"), ("number", "bytes32"), ("content_digest", "bytes32")),
        (
            ("kind", "uint8"), ("version", "uint32"), ("metadata_digest", "bytes32"), ("cid", "bytes"),
            ("programme", "bytes32"), ("period", "uint16"), ("lot", "bytes32"), ("replaces", "bytes32"),
        ),
    ),
    ENTRY_SKIPPED: (
        EntrySkipped,
        (("institution", "bytes8"), ("number", "bytes32"), ("content_digest", "bytes32")),
        (("reason", "uint8"),),
    ),
    UNITS_COMMITTED: (
        UnitsCommitted,
        (("institution", "bytes8"), ("root", "bytes32"), ("list_digest", "bytes32")),
        (
            ("claimed", "uint32"), ("cid", "bytes"), ("programme", "bytes32"), ("period", "uint16"),
            ("lot", "bytes32"), ("counting_rule", "bytes32"), ("parent", "bytes32"),
        ),
    ),
    INSTITUTION_ADMITTED: (InstitutionAdmitted, (("institution", "bytes8"), ("profile_digest", "bytes32")), ()),
    REGISTRAR_ADDED: (RegistrarAdded, (("institution", "bytes8"), ("account", "address")), ()),
    ROLE_GRANTED: (RoleGranted, _ROLE, ()),
    ROLE_REVOKED: (RoleRevoked, _ROLE, ()),
}  # fmt: skip
"""Topic → the event, its indexed fields, the fields of its data; in the order of the contract."""


def decode_log(topics: Sequence[bytes], data: bytes) -> Event:
    """Read a raw log of the registry (topics of 32 bytes each, data).

    Raises:
        MalformedEvent: not an event of the registry, or not the one encoding that the registry emits.
    """
    layout = _LAYOUTS.get(topics[0]) if topics else None
    if layout is None:
        raise MalformedEvent("不是登记合约的事件", "no event of the registry")
    event, indexed, others = layout
    if len(topics) != 1 + len(indexed):
        raise MalformedEvent(f"事件 {event.__name__} 的主题数不对", f"{event.__name__} with {len(topics)} topics")
    values: dict[str, Any] = {}
    try:
        for (name, type_), topic in zip(indexed, topics[1:], strict=True):
            values[name] = decode_word(type_, topic)
        read = decode_fields([type_ for _, type_ in others], data)
    except MisfitError as error:
        name = event.__name__
        raise MalformedEvent(f"事件 {name} 编码不规范:{error}", f"malformed event {name}: {error}") from error
    values |= {name: value for (name, _), value in zip(others, read, strict=True)}
    return event(**values)


def commitment(event: Registered) -> bytes:
    """Give what `commitmentOf` holds for the version that this event made: keccak-256 of its ABI-encoded fields."""
    from eth_hash.auto import keccak

    _, indexed, others = _LAYOUTS[REGISTERED]
    fields = indexed + others
    return keccak(encode_fields([type_ for _, type_ in fields], [getattr(event, name) for name, _ in fields]))
