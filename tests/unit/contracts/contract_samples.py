"""What the tests of the binding share: one value of every field, and the contract's ABI as its judge."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from eth_hash.auto import keccak
from hypothesis import strategies as st

from contracts import artefact
from contracts.layouts import Layout

STRATEGIES: dict[str, st.SearchStrategy[Any]] = {
    "bytes8": st.binary(min_size=8, max_size=8),
    "bytes32": st.binary(min_size=32, max_size=32),
    "address": st.binary(min_size=20, max_size=20),
    "bytes": st.binary(max_size=70),
    "bool": st.booleans(),
    "uint8": st.integers(0, 2**8 - 1),
    "uint16": st.integers(0, 2**16 - 1),
    "uint32": st.integers(0, 2**32 - 1),
    "uint64": st.integers(0, 2**64 - 1),
}
BY_NAME: dict[tuple[str, str], dict[str, Any]] = {
    (item["type"], item["name"]): item for item in artefact.load().abi if "name" in item
}


def values_of(layout: Layout) -> st.SearchStrategy[Any]:
    """Draw values of a layout's class."""
    return st.builds(layout.kind, **{name: _field(field) for name, field in layout.fields.items()})


def _field(field: Any) -> st.SearchStrategy[Any]:
    if isinstance(field, Layout):
        return values_of(field)
    return st.lists(_field(field[0]), max_size=3).map(tuple) if isinstance(field, list) else STRATEGIES[field]


def plain(value: Any) -> Any:
    """Take a value apart as the general library wants it; a second writing of what the binding does."""
    if is_dataclass(value):
        return tuple(plain(getattr(value, field.name)) for field in fields(value))
    return [plain(item) for item in value] if isinstance(value, tuple) else value


def type_of(parameter: dict[str, Any]) -> str:
    if not parameter["type"].startswith("tuple"):
        return str(parameter["type"])
    return f"({','.join(map(type_of, parameter['components']))}){parameter['type'][5:]}"


def types_of(kind: str, name: str) -> list[str]:
    return [type_of(parameter) for parameter in BY_NAME[kind, name]["inputs"]]


def signature_hash(kind: str, name: str) -> bytes:
    return keccak(f"{name}({','.join(types_of(kind, name))})".encode())


def camel(name: str) -> str:
    return "".join(word.title() if index else word for index, word in enumerate(name.split("_")))
