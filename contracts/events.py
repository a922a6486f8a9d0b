"""Events of the registry: strict decoding of raw logs into values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError
from eth_hash.auto import keccak

from contracts.errors import MalformedEvent
from contracts.records import EntrySkipped, InstitutionAdmitted, Registered, RegistrarAdded, UnitsCommitted

if TYPE_CHECKING:
    from collections.abc import Sequence

Event = Registered | EntrySkipped | UnitsCommitted | InstitutionAdmitted | RegistrarAdded

_LAYOUTS: dict[type, tuple[str, list[tuple[str, str]], list[tuple[str, str]]]] = {
    Registered: (
        "Registered",
        [("institution", "bytes8"), ("number", "bytes32"), ("content_digest", "bytes32")],
        [
            ("kind", "uint8"), ("version", "uint32"), ("metadata_digest", "bytes32"), ("cid", "bytes"),
            ("programme", "bytes32"), ("period", "uint16"), ("lot", "bytes32"), ("replaces", "bytes32"),
        ],
    ),
    EntrySkipped: (
        "EntrySkipped", [("institution", "bytes8"), ("number", "bytes32"), ("content_digest", "bytes32")], [],
    ),
    UnitsCommitted: (
        "UnitsCommitted",
        [("institution", "bytes8"), ("root", "bytes32"), ("list_digest", "bytes32")],
        [
            ("claimed", "uint32"), ("cid", "bytes"), ("programme", "bytes32"), ("period", "uint16"),
            ("lot", "bytes32"), ("counting_rule", "bytes32"), ("parent", "bytes32"),
        ],
    ),
    InstitutionAdmitted: ("InstitutionAdmitted", [("institution", "bytes8")], [("profile_digest", "bytes32")]),
    RegistrarAdded: ("RegistrarAdded", [("institution", "bytes8"), ("account", "address")], []),
}  # fmt: skip
"""Event → its name, its indexed fields, its other fields."""


def _topic(kind: type) -> bytes:
    name, indexed, others = _LAYOUTS[kind]
    topic: bytes = keccak(f"{name}({','.join(type_ for _, type_ in indexed + others)})".encode())
    return topic


REGISTERED = _topic(Registered)
UNITS_COMMITTED = _topic(UnitsCommitted)
ENTRY_SKIPPED = _topic(EntrySkipped)
_BY_TOPIC: dict[bytes, type] = {_topic(kind): kind for kind in _LAYOUTS}
_OPEN_ZEPPELIN = {keccak(f"Role{act}(bytes32,address,address)".encode()) for act in ("Granted", "Revoked")} | {
    keccak(b"RoleAdminChanged(bytes32,bytes32,bytes32)")
}


def is_own_event(topics: Sequence[bytes]) -> bool:
    """Tell whether a log of the registry is one of its own events, not one of its access control."""
    return bool(topics) and topics[0] not in _OPEN_ZEPPELIN


def decode_log(topics: Sequence[bytes], data: bytes) -> Event:
    """Read a raw log (topics of 32 bytes, data); raise MalformedEvent unless encoding it again gives the same."""
    kind = _BY_TOPIC.get(topics[0]) if topics else None
    if kind is None:
        raise MalformedEvent("不是登记合约的事件", "no event of the registry")
    name, indexed, others = _LAYOUTS[kind]
    if len(topics) != 1 + len(indexed):
        raise MalformedEvent(f"事件 {name} 的主题数不对", f"event {name} has a wrong number of topics")
    types = [type_ for _, type_ in others]
    try:
        values = {field: decode([type_], topic)[0] for (field, type_), topic in zip(indexed, topics[1:], strict=True)}
        tail = decode(types, data)
    except (DecodingError, OverflowError) as error:
        raise MalformedEvent(f"事件 {name} 残缺:{error}", f"malformed event {name}: {error}") from error
    again = [encode([type_], [values[field]]) for field, type_ in indexed]
    if again != list(topics[1:]) or encode(types, tail) != data:
        raise MalformedEvent(f"事件 {name} 不是规范编码", f"event {name} is not canonically encoded")
    if kind is RegistrarAdded:
        values["account"] = bytes.fromhex(values["account"][2:])
    event: Event = kind(**values, **{field: value for (field, _), value in zip(others, tail, strict=True)})
    return event
