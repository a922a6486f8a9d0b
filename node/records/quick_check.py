"""Telling quickly whether a value keeps to a JSON Schema of ours: the schema made into functions once.

It gives only yes or no; what is wrong is said by `schema_check.faults`, ten times slower, for the few values for which
the answer is no. That the two never differ is held by a property test.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from node.records.schema_check import DEEPEST

if TYPE_CHECKING:
    from collections.abc import Callable

    from node.records.schema_check import Schema

    Holds = Callable[[Any, int], bool]
    """Tells whether a value keeps to a schema, with so many levels of nesting left."""


def quick_check(schema: Schema) -> Callable[[Any], bool]:
    """Give the function that tells whether a value keeps to a schema."""
    holds = _Compiled(schema).of(schema)
    return lambda value: holds(value, DEEPEST)


class _Compiled:
    """A schema in work; `_known` has the parts that `$ref` names, which may name themselves."""

    def __init__(self, root: Schema) -> None:
        self._root = root
        self._known: dict[str, Holds] = {}

    def of(self, schema: Schema) -> Holds:
        """Give the function of a schema or of a part of it."""
        if "$ref" in schema:
            return self._referred(schema["$ref"].rpartition("/")[2])
        if "anyOf" in schema:
            return self._any(schema["anyOf"])
        if "enum" in schema and "type" not in schema:
            allowed = frozenset(schema["enum"])
            return lambda value, depth: depth > 0 and isinstance(value, str) and value in allowed
        return {"string": _text, "integer": _integer, "array": self._array, "object": self._object}[schema["type"]](
            schema
        )

    def _referred(self, name: str) -> Holds:
        def later(value: Any, depth: int) -> bool:
            if name not in self._known:
                self._known[name] = self.of(self._root["$defs"][name])
            return self._known[name](value, depth)

        return later

    def _any(self, alternatives: list[Schema]) -> Holds:
        holds = [self.of(one) for one in alternatives]
        return lambda value, depth: depth > 0 and any(one(value, depth - 1) for one in holds)

    def _array(self, schema: Schema) -> Holds:
        item = self.of(schema["items"])
        least, most = schema.get("minItems", 0), schema.get("maxItems", float("inf"))

        def holds(value: Any, depth: int) -> bool:
            if depth <= 0 or not isinstance(value, list) or not least <= len(value) <= most:
                return False
            for each in value:  # noqa: SIM110 - a generator costs more than what it would run over
                if not item(each, depth - 1):
                    return False
            return True

        return holds

    def _object(self, schema: Schema) -> Holds:
        known = {name: self.of(part) for name, part in schema["properties"].items()}
        required = frozenset(schema.get("required", ()))

        def holds(value: Any, depth: int) -> bool:
            if depth <= 0 or not isinstance(value, dict) or not required <= value.keys():
                return False
            for name, part in value.items():
                check = known.get(name)
                if check is None or not check(part, depth - 1):
                    return False
            return True

        return holds


def _text(schema: Schema) -> Holds:
    least, most = schema.get("minLength", 0), schema.get("maxLength", float("inf"))
    if "pattern" not in schema:
        return lambda value, depth: depth > 0 and isinstance(value, str) and least <= len(value) <= most
    search = re.compile(schema["pattern"]).search
    return lambda value, depth: (
        depth > 0 and isinstance(value, str) and least <= len(value) <= most and search(value) is not None
    )


def _integer(schema: Schema) -> Holds:
    least, most = schema.get("minimum", float("-inf")), schema.get("maximum", float("inf"))
    return lambda value, depth: depth > 0 and type(value) is int and least <= value <= most
