"""What a list or a command says of a resource, a text a column, and the metadata that it means; and the way back.

The columns are named as the fields of `Metadata`, but for these: `parent` and `order` are `part_of` and `part_order`,
and those of `node.records.composed` are put together. Several of one kind stand behind semicolons.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from node.errors import BadInput, Words, together
from node.records.composed import (
    IDENTIFIERS,
    LINEAGE,
    parts,
    read_count,
    read_identifiers,
    read_lineage,
    read_roles,
    write_identifiers,
    write_lineage,
    write_roles,
)
from node.records.dates import first_day, last_day, read_date
from node.records.lot import lot_name
from node.records.number import Number
from node.records.vocabulary import VOCABULARY, code_for

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from node.records.metadata import Metadata

_YEAR_DIGITS = 4
_DASH = re.compile("[-–—.．/]")


def described(before: Metadata, said: Mapping[str, str], *, number_of: Callable[[str], str] | None = None) -> Metadata:
    """Give a description with what a list or a command says in place of what it said before.

    Args:
        before: the defaults, or the description that is corrected.
        said: column → text, not empty; columns that are no metadata (path, digests) are passed over.
        number_of: gives the registration number of a parent or a source, which a list may call by its client_ref; by
            default it must be a number.

    Raises:
        BadInput: texts that do not mean values of their fields, which it names, all of them at once.
    """
    resolve = number_of or _parsed
    changes: dict[str, Any] = {}
    wrong: list[BadInput] = []
    for column, text in said.items():
        meant = _meant(column, text, resolve)
        if isinstance(meant, BadInput):
            wrong.append(meant)
        elif meant is not None:
            changes |= meant
    if wrong:
        raise together(wrong)
    if said.keys() & {"identifiers", *IDENTIFIERS}:
        changes["identifiers"] = read_identifiers(before.identifiers, said)
    if said.keys() & set(LINEAGE):
        changes["derived_from"] = read_lineage(said, resolve)
    return replace(before, **changes)


def texts_of(metadata: Metadata) -> dict[str, str]:
    """Give the texts, column by column, that mean this metadata: `described` reads them back to the same."""
    value = metadata.to_json()
    texts = {name: str(value[name]) for name in (*TEXTS, *_READ) if name in value}
    texts |= {name: VOCABULARY[name][value[name]] for name in WORDS if name in value}
    texts |= {name: ";".join(value[name]) for name in NAMES if name in value}
    texts |= {"parent": metadata.part_of, "order": "-".join(map(str, metadata.part_order))}
    texts |= write_identifiers(metadata.identifiers) | write_lineage(metadata.derived_from)
    texts["file_roles"] = write_roles(metadata.file_roles)
    return {column: text for column, text in texts.items() if text}


def changed(before: Metadata, after: Metadata) -> dict[str, tuple[str, str]]:
    """Give what differs between two descriptions, column by column: the former text and the later, "" for none."""
    old, new = texts_of(before), texts_of(after)
    columns = [column for column in COLUMNS if old.get(column) != new.get(column)]
    return {column: (old.get(column, ""), new.get(column, "")) for column in columns}


def read_period(text: str) -> int:
    """Read a project year of four digits."""
    if len(text) != _YEAR_DIGITS or not text.isascii() or not text.isdigit():
        raise BadInput(f"年度“{text[:20]}”应为四位数字", f"period {text[:20]!r} must be four digits", field="period")
    return int(text)


def read_said_date(text: str) -> str:
    """Read the date of a resource to ISO form; what is no date of years, months and days stands as it is.

    Raises:
        BadInput: a date that the calendar does not have.
    """
    read = read_date(text)
    if read.impossible:
        mend = Words("改为如 1940-09-18;只知年月的,写到年或月", "correct it, such as 1940-09-18, 1940-09 or 1940")
        raise BadInput(f"日期“{text[:40]}”不存在", f"the date {text[:40]!r} does not exist", mend=mend)
    return read.iso or text


def read_order(text: str) -> tuple[int, ...]:
    """Read a place in a whole: ``3``, ``1940-12-2`` (year, issue, page), ``2.5`` (chapter, section)."""
    return tuple(map(read_count, _DASH.split(text)))


def read_licence_day(text: str, *, last: bool) -> str:
    """Read the first or last day of a licence as an ISO day: the first or last of a year or month that is given."""
    read = read_date(text)
    if not read.iso or read.impossible or "/" in read.iso:
        mend = Words("写成 2030-12-31;长期有效则不填", "write 2030-12-31; leave it empty when it does not end")
        raise BadInput(f"“{text[:40]}”不是日期", f"{text[:40]!r} is not a date", mend=mend)
    return last_day(read.iso) if last else first_day(read.iso)


def _meant(column: str, text: str, resolve: Callable[[str], str]) -> dict[str, Any] | BadInput | None:
    """Give what a column's text means, field → value; or what is wrong with it; None where it is read elsewhere."""
    try:
        if column == "parent":
            return {"part_of": _named(column, resolve, text)}
        if column in _READ:
            field, read = _READ[column]
            return {field: _named(column, read, text)}
        if column in WORDS:
            return {column: code_for(column, text)}
    except BadInput as error:
        return error
    return {column: text} if column in TEXTS else None


def _named(column: str, read: Callable[[str], Any], text: str) -> Any:
    try:
        return read(text)
    except BadInput as error:
        error.field = error.field or column
        raise


def _parsed(text: str) -> str:
    return str(Number.parse(text))


TEXTS = (
    "title", "alternative", "client_ref", "publisher", "description", "spatial", "temporal", "source", "issue",
    "edition", "rights_holder", "rights_licence", "region", "institution", "entry", "contractor", "disk", "programme",
)  # fmt: skip
"""Columns that are taken as they stand."""
NAMES = ("creator", "contributor", "subject", "clc", "language")
WORDS = ("type", "access", "rights", "rights_scope", "stock")
_READ: dict[str, tuple[str, Callable[[str], Any]]] = {
    "lot": ("lot", lot_name), "period": ("period", read_period), "date": ("date", read_said_date),
    "pages": ("pages", read_count), "order": ("part_order", read_order),
    "replaces": ("replaces", _parsed), "rights_document": ("rights_document", str.lower),
    "rights_from": ("rights_from", lambda text: read_licence_day(text, last=False)),
    "rights_until": ("rights_until", lambda text: read_licence_day(text, last=True)),
    "file_roles": ("file_roles", read_roles),
} | {name: (name, parts) for name in NAMES}  # fmt: skip
COLUMNS = (*TEXTS, *_READ, *WORDS, "parent", "identifiers", *IDENTIFIERS, *LINEAGE)
"""Every column that is metadata."""
