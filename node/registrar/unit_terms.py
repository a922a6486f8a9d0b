"""By what a unit is found: the text in which words are looked for, and the keys that are compared as a whole."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXTS = ("title", "abstract")
LABELS = ("tags", "subjects", "persons", "places", "orgs", "dates", "events", "works", "knowledge_points", "clc")
TAKING_BACK = ("replaces", "withdraws")
_BETWEEN = "\0"
"""Stands between fields, so that no word goes from one into the next; no field and no word holds it."""
_WIDE = re.compile("[！-～]")


@lru_cache(maxsize=1024)  # labels come again with many units
def folded(text: str) -> str:
    """Write text in one way: full-width letters as others, capitals as small ones."""
    return _folded(text.replace(_BETWEEN, " "))


def _folded(text: str) -> str:
    """Fold what may hold several fields: nothing that is done goes over what stands between them.

    Full-width signs, which every Chinese text has, are narrowed beforehand: normalizing costs five times as much, and
    nothing where a text is normal already.
    """
    narrow = _WIDE.sub(_narrow, text)
    return (narrow if unicodedata.is_normalized("NFKC", narrow) else unicodedata.normalize("NFKC", narrow)).casefold()


def _narrow(sign: re.Match[str]) -> str:
    return chr(ord(sign[0]) - 0xFEE0)


def text_of(unit: dict[str, Any]) -> str:
    """Give the folded text of a unit: title, abstract, labels of every kind, and the words that it quotes."""
    parts = [unit[name] for name in TEXTS if isinstance(unit.get(name), str)]
    for name in LABELS:
        parts += labels(unit, name)
    parts += _quoted(unit.get("selector"))
    return _folded(_BETWEEN.join([part.replace(_BETWEEN, " ") for part in parts]))


def labels(unit: dict[str, Any], name: str) -> list[str]:
    """Give the labels in a field as text."""
    value = unit.get(name)
    if not isinstance(value, list):
        return []
    found = [each.get("label") if isinstance(each, dict) else each for each in value]
    return [each for each in found if isinstance(each, str)]


def keys_of(unit: dict[str, Any]) -> Iterator[str]:
    """Give a unit's keys, each with its kind before it."""
    yield key("unit", str(unit.get("unit_id")))
    yield key("resource", str(unit.get("resource_id")))
    for label in {folded(each) for each in labels(unit, "tags")}:
        yield key("tag", label)
    for label in {folded(each) for each in labels(unit, "subjects")}:
        yield key("subject", label)
    for name in taken_back(unit):
        yield key("taken-back", name)


def taken_back(unit: dict[str, Any]) -> set[str]:
    """Give the units, as NUMBER#IDENTIFIER, that a unit replaces or withdraws."""
    return {each for name in TAKING_BACK for each in labels(unit, name)}


def key(kind: str, text: str) -> str:
    """Give a key of a kind."""
    return f"{kind}{_BETWEEN}{text}"


def _quoted(selector: Any) -> Iterator[str]:
    for one in selector if isinstance(selector, list) else [selector]:
        if isinstance(one, dict):
            if isinstance(one.get("exact"), str):
                yield one["exact"]
            for inner in ("refinedBy", "startSelector", "endSelector"):
                yield from _quoted(one.get(inner))
