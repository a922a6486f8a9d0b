"""The metadata of a resource, schema 1: what is said of it, as the bytes that its metadata digest covers.

Its form is published as `metadata-1.schema.json`, and what that refuses is refused here.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from node.errors import BadInput, together
from node.records import canonical
from node.records.dates import is_day
from node.records.number import Number
from node.records.parts import FileRole, Identifier, Source
from node.records.schema_check import faults
from node.records.vocabulary import VOCABULARY, unknown_word

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA = 1
LONGEST_TEXT, LONGEST_REFERENCE = 20_000, 200
EARLIEST_PERIOD, LATEST_PERIOD = 1900, 2999
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_OURS = frozenset({"schema", "salt", "sm3"})
"""Fields that the node writes beside what was said."""
FIXED = ("period", "programme", "lot", "replaces")
"""Fields that stand on chain beside the metadata's digest and that no amendment changes."""
_COMPOSED: dict[str, type[Identifier | Source | FileRole]] = {
    "identifiers": Identifier, "derived_from": Source, "file_roles": FileRole
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What is said of a resource. Not public unless `access` says "open"; rights unknown unless said.

    ``period`` is the project year; ``client_ref`` the institution's own identifier; ``programme`` and ``lot`` are plain
    text here and SHA-256 digests on chain; ``part_order`` the place in the whole from coarse to fine. Empty text, an
    empty tuple and 0 mean: not said.
    """

    title: str
    period: int
    type: str = "other"
    access: str = "closed"
    rights: str = "unknown"
    rights_holder: str = ""
    rights_licence: str = ""
    rights_scope: str = ""
    rights_from: str = ""
    rights_until: str = ""
    rights_document: str = ""
    stock: str = ""
    region: str = ""
    institution: str = ""
    client_ref: str = ""
    identifiers: tuple[Identifier, ...] = ()
    creator: tuple[str, ...] = ()
    contributor: tuple[str, ...] = ()
    publisher: str = ""
    date: str = ""
    alternative: str = ""
    description: str = ""
    subject: tuple[str, ...] = ()
    clc: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    spatial: str = ""
    temporal: str = ""
    source: str = ""
    part_of: str = ""
    part_order: tuple[int, ...] = ()
    issue: str = ""
    edition: str = ""
    pages: int = 0
    derived_from: tuple[Source, ...] = ()
    entry: str = ""
    file_roles: tuple[FileRole, ...] = ()
    contractor: str = ""
    disk: str = ""
    programme: str = ""
    lot: str = ""
    replaces: str = ""

    def __post_init__(self) -> None:
        wrong: list[BadInput] = []
        if not self.title.strip():
            wrong.append(BadInput("题名为空", "the title is empty", field="title"))
        if not EARLIEST_PERIOD <= self.period <= LATEST_PERIOD:
            zh, en = f"年度 {self.period} 不是四位年份", f"period {self.period} is not a year of four digits"
            wrong.append(BadInput(zh, en, field="period"))
        said = {name: getattr(self, name) for name in ("type", "access", "rights")}
        wrong += [
            unknown_word(VOCABULARY[name], word, field=name)
            for name, word in said.items()
            if word not in VOCABULARY[name]
        ]
        if wrong := wrong or faults(self.to_json(), metadata_schema()):
            raise together(wrong)

    def check_as_input(self) -> None:
        """Refuse what may not come in anew, though it can be read back.

        That is what no schema can say: control characters, a client_ref that is too long, a miscopied number, a day
        that the calendar does not have, a licence that ends before it begins. All of it is told at once.
        """
        if wrong := list(self._wrong_as_input()):
            raise together(wrong)

    def _wrong_as_input(self) -> Iterator[BadInput]:
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name != "description" and _CONTROL.search(_all_text(value)):
                yield BadInput("含有控制字符", "it has a control character", field=field.name)
        if len(self.client_ref) > LONGEST_REFERENCE:
            zh, en = f"超过 {LONGEST_REFERENCE} 字", f"it is longer than {LONGEST_REFERENCE} characters"
            yield BadInput(zh, en, field="client_ref")
        sources = [("derived_from", source.number) for source in self.derived_from]
        for name, number in (("part_of", self.part_of), ("replaces", self.replaces), *sources):
            if number and (error := _wrong_number(name, number)) is not None:
                yield error
        for name in ("rights_from", "rights_until"):
            if (day := getattr(self, name)) and not is_day(day):
                yield BadInput(f"日期 {day} 不存在", f"the date {day} does not exist", field=name)
        if self.rights_from and "" < self.rights_until < self.rights_from:
            zh, en = "权利期限止于起始之前", "the licence ends before it begins"
            yield BadInput(zh, en, field="rights_until")

    @property
    def is_open(self) -> bool:
        """Whether anyone may see it; what is not open is salted."""
        return self.access == "open"

    def to_json(self, salt: str = "", *, sm3: str = "") -> dict[str, Any]:
        """Give the JSON object that the metadata digest covers: what was said, and what the node adds to it.

        Args:
            salt: 32 lower-case hex digits, for what is not open.
            sm3: SM3 of the content in hex, under profile cn.
        """
        said = {name: _plain(value) for name in _NAMES if (value := getattr(self, name))}
        added = {"schema": SCHEMA, "salt": salt, "sm3": sm3}
        return said | {name: value for name, value in added.items() if value}

    def digest(self, salt: str = "", *, sm3: str = "") -> bytes:
        """Give the metadata digest: SHA-256 of the RFC 8785 bytes."""
        return canonical.digest(self.to_json(salt, sm3=sm3))

    def differing_fields(self, other: Metadata) -> list[str]:
        """Name the fields in which two descriptions differ."""
        return [name for name in _NAMES if getattr(self, name) != getattr(other, name)]

    @classmethod
    def from_json(cls, value: Any) -> Metadata:
        """Read what `to_json` gave, leaving out what the node added; raise BadInput where the schema refuses it."""
        if wrong := faults(value, metadata_schema()):
            raise together(wrong)
        return cls(**{name: _typed(name, item) for name, item in value.items() if name not in _OURS})


_NAMES = tuple(field.name for field in fields(Metadata))


@cache
def metadata_schema() -> dict[str, Any]:
    """Give the published JSON Schema."""
    schema: dict[str, Any] = json.loads(Path(__file__).with_name("metadata-1.schema.json").read_text(encoding="utf-8"))
    return schema


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [item.to_json() if isinstance(item, (Identifier, Source, FileRole)) else item for item in value]
    return value


def _typed(name: str, value: Any) -> Any:
    if name in _COMPOSED:
        return tuple(_COMPOSED[name](**item) for item in value)
    return tuple(value) if isinstance(value, list) else value


def _all_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return "".join(map(_all_text, (item.to_json() if hasattr(item, "to_json") else item for item in value)))
    return _all_text(tuple(value.values())) if isinstance(value, dict) else ""


def _wrong_number(name: str, number: str) -> BadInput | None:
    try:
        Number.parse(number)
    except BadInput as error:
        error.field = name
        return error
    return None
