"""The columns that a list may have: the one table (`columns.tsv`) that reading, template and documentation go by."""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from node.errors import Words
from node.records.vocabulary import VOCABULARY

if TYPE_CHECKING:
    from collections.abc import Iterator

WORDS: dict[str, dict[str, str]] = VOCABULARY
"""Field → code → Chinese word, for the columns whose rule is "word"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: its field, heading in Chinese and term in Dublin Core, and what its cells must be.

    ``rule`` is what the pre-check holds the cells to: text, path, title, word, period, date, licence (a day), number,
    reference, count, order, thousandths, region, identifiers, roles, sha256, sm3 or md5. ``also`` are further headings,
    as processing companies write them.
    """

    field: str
    zh: str
    dc: str
    rule: str
    example: str
    meaning: Words
    also: tuple[str, ...]

    @property
    def en(self) -> str:
        """The heading in English: the field with spaces for underlines."""
        return self.field.replace("_", " ")


def _read() -> Iterator[Column]:
    with Path(__file__).with_name("columns.tsv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream, delimiter="\t"):
            meaning = Words(row.pop("meaning_zh"), row.pop("meaning_en"))
            also = tuple(row.pop("also").split())
            yield Column(meaning=meaning, also=also, **row)


COLUMNS: tuple[Column, ...] = tuple(_read())
BY_FIELD = {column.field: column for column in COLUMNS}
MENDING = "怎么改 / mend"
"""The column that the pre-check writes; read back, it is no column of the list."""
NOT_LISTS = ("填写说明", "示例", "预检结果")
"""The sheets that only explain, two of the template and one of the pre-check; they are never read as lists."""
_REMARK = re.compile(r"[(（\[【*＊].*$")
_SPACE = re.compile(r"[\s_]+")


def field_of(heading: str) -> str | None:
    """Give the field that a heading means, in Chinese, English or Dublin Core, or None."""
    return _HEADINGS.get(folded(heading))


def folded(heading: str) -> str:
    """Give a heading without what does not matter: width, case, spaces, and remarks such as （必填）."""
    text = unicodedata.normalize("NFKC", _REMARK.sub("", heading.strip())).casefold()
    return _SPACE.sub("", text).replace("dcterms.", "dcterms:").replace("dc.", "dc:")


def _headings() -> dict[str, str]:
    known: dict[str, str] = {}
    for column in COLUMNS:
        for heading in (column.field, column.zh, column.dc, *column.also):
            if heading and known.setdefault(folded(heading), column.field) != column.field:
                raise AssertionError(heading)
    return known


_HEADINGS = _headings()
