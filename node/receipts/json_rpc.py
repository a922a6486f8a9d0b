"""Values as an engine's raw JSON-RPC objects hold them: quantities and byte strings in 0x hexadecimal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from node.receipts.errors import MismatchedChain

if TYPE_CHECKING:
    from collections.abc import Mapping

_HEXADECIMAL = re.compile("0x[0-9a-fA-F]*")


def quantity(fields: Mapping[str, Any], name: str) -> int:
    """Read a quantity; raise MismatchedChain when it is missing or none."""
    digits = _digits(fields.get(name), name)
    return int(digits, 16) if digits else 0


def octets(fields: Mapping[str, Any], name: str) -> bytes:
    """Read a byte string; raise MismatchedChain when it is missing or none."""
    return as_octets(fields.get(name), name)


def as_octets(value: Any, name: str) -> bytes:
    """Read a byte string that has no name of its own; `name` is where it stands."""
    digits = _digits(value, name)
    if len(digits) % 2:
        raise _refusal(name)
    return bytes.fromhex(digits)


def _digits(value: Any, name: str) -> str:
    if not isinstance(value, str) or _HEXADECIMAL.fullmatch(value) is None:
        raise _refusal(name)
    return value[2:]


def _refusal(name: str) -> MismatchedChain:
    zh, en = f"节点的回答中 {name} 缺失或形式不对", f"{name} is missing or malformed in the engine's answer"
    return MismatchedChain(zh, en)
