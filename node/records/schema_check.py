"""Holding a value to a JSON Schema of ours, and saying where it differs.

Only the words that our schemas use are known; another word in a schema is our own fault and raises, so that a schema
never says more than is checked. Of `anyOf` the one alternative is taken that fits the value's kind and its `type`, so
that nesting costs no more than its depth.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from node.errors import BadInput, Words

if TYPE_CHECKING:
    from collections.abc import Iterator

Schema = dict[str, Any]

DEEPEST = 32
_KINDS: dict[str, type] = {"object": dict, "array": list, "string": str, "integer": int}
_CHINESE = {"object": "对象", "array": "数组", "string": "文字", "integer": "整数"}
_LIMITS = {
    "minLength": Words("少于 {} 字", "fewer than {} characters"),
    "maxLength": Words("超过 {} 字", "more than {} characters"),
    "minItems": Words("少于 {} 项", "fewer than {} items"),
    "maxItems": Words("超过 {} 项", "more than {} items"),
    "minimum": Words("小于 {}", "less than {}"),
    "maximum": Words("大于 {}", "more than {}"),
}
_TOLD = frozenset({"$schema", "$id", "$defs", "title", "description"})
_CHECKED = frozenset(
    {"type", "enum", "required", "properties", "additionalProperties", "items", "anyOf", "$ref", "pattern"}
)


def faults(value: Any, schema: Schema) -> list[BadInput]:
    """Give everything in which a value differs from a schema, each with its place as the error's field."""
    return list(_Check(schema).at(value, schema, "", DEEPEST))


class _Check:
    """A check of one value; the root holds what `$ref` points at."""

    def __init__(self, root: Schema) -> None:
        self._root = root

    def at(self, value: Any, schema: Schema, place: str, depth: int) -> Iterator[BadInput]:
        """Give the faults of a value at a place."""
        schema = self._resolved(schema)
        if unknown := schema.keys() - _TOLD - _CHECKED - _LIMITS.keys():
            raise AssertionError(f"a schema with {sorted(unknown)}")
        if depth <= 0:
            yield BadInput(f"嵌套超过 {DEEPEST} 层", f"nested deeper than {DEEPEST} levels", field=place)
        elif "anyOf" in schema:
            fitting = [one for one in map(self._resolved, schema["anyOf"]) if self._fits(value, one)]
            if fitting:
                yield from self.at(value, fitting[0], place, depth - 1)
            else:
                yield BadInput("形式不对", "of another form", field=place)
        elif "type" in schema and not _is(value, schema["type"]):
            yield BadInput(f"应为{_CHINESE[schema['type']]}", f"must be of type {schema['type']}", field=place)
        elif "enum" in schema and value not in schema["enum"]:
            mend = Words("可用:" + "、".join(schema["enum"]), "one of: " + ", ".join(schema["enum"]))
            yield BadInput(f"没有“{str(value)[:40]}”这个取值", f"no value {str(value)[:40]!r}", mend=mend, field=place)
        else:
            yield from _limits(value, schema, place)
            yield from self._inside(value, schema, place, depth - 1)

    def _inside(self, value: Any, schema: Schema, place: str, depth: int) -> Iterator[BadInput]:
        if isinstance(value, list) and "items" in schema:
            for index, item in enumerate(value):
                yield from self.at(item, schema["items"], f"{place}[{index}]", depth)
        if not isinstance(value, dict) or "properties" not in schema:
            return
        before = f"{place}." if place else ""
        for name in schema.get("required", ()):
            if name not in value:
                yield BadInput(f"缺少 {name}", f"{name} is missing", field=before + name)
        for name, item in value.items():
            if name in schema["properties"]:
                yield from self.at(item, schema["properties"][name], before + name, depth)
            elif schema.get("additionalProperties") is False:
                shown = name[:60]
                yield BadInput(f"没有 {shown} 这一项", f"there is no field {shown!r}", field=before + shown)

    def _fits(self, value: Any, schema: Schema) -> bool:
        if "anyOf" in schema:
            return any(self._fits(value, self._resolved(one)) for one in schema["anyOf"])
        if not _is(value, schema["type"]):
            return False
        kinds = schema.get("properties", {}).get("type", {}).get("enum")
        return kinds is None or value.get("type") in kinds

    def _resolved(self, schema: Schema) -> Schema:
        if "$ref" not in schema:
            return schema
        found: Schema = self._root["$defs"][schema["$ref"].rpartition("/")[2]]
        return found


def _is(value: Any, kind: str) -> bool:
    return isinstance(value, _KINDS[kind]) and not isinstance(value, bool)


def _limits(value: Any, schema: Schema, place: str) -> Iterator[BadInput]:
    size = value if isinstance(value, int) else len(value)
    for name, words in _LIMITS.items():
        if name in schema and (size < schema[name] if name.startswith("min") else size > schema[name]):
            yield BadInput(words.zh.format(schema[name]), words.en.format(schema[name]), field=place)
    if "pattern" in schema and not _compiled(schema["pattern"]).search(value):
        yield BadInput(f"“{value[:60]}”的写法不对", f"{value[:60]!r} is malformed", field=place)


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
