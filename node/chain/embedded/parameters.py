"""JSON-RPC parameters, read strictly: what does not fit raises InvalidParamsError with the parameter's name."""

from __future__ import annotations

import re
from typing import Any

from node.chain.embedded.errors import InvalidParamsError
from node.chain.embedded.logs import TOPIC_COUNT
from node.chain.embedded.message import MOST_GAS, Call

HEAD_TAGS = frozenset({"latest", "pending", "safe", "finalized"})
"""A QBFT header is final when it is sealed, so these are one."""
_QUANTITY = re.compile("0x(0|[1-9a-fA-F][0-9a-fA-F]{0,63})")
_DATA = re.compile("0x([0-9a-fA-F]{2})*")
_CALL_FIELDS = frozenset({"from", "to", "gas", "gasPrice", "value", "data", "input", "nonce", "type", "chainId"})


def read_quantity(value: Any, name: str) -> int:
    """Read a number; 0x, no leading zeros."""
    if not isinstance(value, str) or _QUANTITY.fullmatch(value) is None:
        raise InvalidParamsError(f"{name}: not a hexadecimal quantity")
    return int(value, 16)


def read_data(value: Any, name: str, length: int | None = None) -> bytes:
    """Read bytes, of a length if one is given."""
    if not isinstance(value, str) or _DATA.fullmatch(value) is None:
        raise InvalidParamsError(f"{name}: not hexadecimal data")
    data = bytes.fromhex(value[2:])
    if length is not None and len(data) != length:
        raise InvalidParamsError(f"{name}: {len(data)} bytes, want {length}")
    return data


def read_flag(value: Any, name: str) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise InvalidParamsError(f"{name}: not a boolean")
    return value


def read_height(value: Any, head: int) -> int:
    """Read a tag or a height; every tag but "earliest" is the head."""
    if value == "earliest":
        return 0
    if isinstance(value, str) and value in HEAD_TAGS:
        return head
    return read_quantity(value, "block number")


def read_slot(value: Any) -> int:
    """Read a storage slot: a quantity, or data of up to 32 bytes."""
    if isinstance(value, str) and re.fullmatch("0x[0-9a-fA-F]{1,64}", value):
        return int(value, 16)
    raise InvalidParamsError("storage key: not hexadecimal, or more than 32 bytes")


def read_call(value: Any) -> Call:
    """Read a call object; what it offers to pay for gas is ignored, for gas costs nothing here."""
    if not isinstance(value, dict):
        raise InvalidParamsError("call: not an object")
    if unknown := sorted(set(value) - _CALL_FIELDS):
        raise InvalidParamsError(f"call: unknown field {unknown[0]}")
    given = {name: field for name, field in value.items() if field is not None}
    calldata = read_data(given.get("input", given.get("data", "0x")), "data")
    if "data" in given and read_data(given["data"], "data") != calldata:
        raise InvalidParamsError("call: data and input differ")
    return Call(
        sender=read_data(given["from"], "from", 20) if "from" in given else bytes(20),
        to=read_data(given["to"], "to", 20) if "to" in given else b"",
        gas=min(read_quantity(given["gas"], "gas"), MOST_GAS) if "gas" in given else MOST_GAS,
        value=read_quantity(given.get("value", "0x0"), "value"),
        calldata=calldata,
    )


def read_addresses(value: Any) -> tuple[bytes, ...]:
    """Read the address of a log filter: none, one or a list."""
    if value is None:
        return ()
    return tuple(read_data(item, "address", 20) for item in (value if isinstance(value, list) else [value]))


def read_topics(value: Any) -> tuple[tuple[bytes, ...], ...]:
    """Read the topics of a log filter: at each place null, a topic, or a list of which any fits."""
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > TOPIC_COUNT:
        raise InvalidParamsError("topics: not a list of at most four")
    return tuple(_read_place(item) for item in value)


def _read_place(item: Any) -> tuple[bytes, ...]:
    if item is None:
        return ()
    if isinstance(item, list):
        return () if None in item else tuple(read_data(topic, "topic", 32) for topic in item)
    return (read_data(item, "topic", 32),)
