"""What the cells of a list say, checked by the column: 190,000 rows are looked at once a column, not once a cell.

Each check first asks a question that the interpreter answers at the speed of C (a set, a join, one search) and looks at
single cells only where the answer is bad.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from node.errors import BadInput
from node.importers.columns import BY_FIELD, WORDS
from node.precheck.finding import find
from node.records.composed import parts
from node.records.dates import read_date
from node.records.lot import LONGEST as LONGEST_LOT
from node.records.metadata import EARLIEST_PERIOD, LATEST_PERIOD, LONGEST_TEXT
from node.records.number import Number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from node.importers.table import Table
    from node.precheck.finding import Finding

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_DIGESTS = {"sha256": ("SHA-256", 64), "rights_document": ("SHA-256", 64), "sm3": ("SM3", 64), "md5": ("MD5", 32)}
_HEX = re.compile("[0-9a-fA-F]*")
_UNKNOWN_RIGHTS = ("", "版权不明", "unknown")
_OPEN = ("公开", "open")


def check_cells(table: Table, *, today: str) -> Iterator[Finding]:
    """Check everything that can be told from a list alone, cell by cell; ``today`` is an ISO date."""
    yield from _headings(table)
    for name, texts in zip(table.fields, table.columns, strict=True):
        if name is None:
            continue
        limit = LONGEST_LOT if name == "lot" else LONGEST_TEXT
        if max(map(len, texts), default=0) > limit:
            bad_length = [index for index, text in enumerate(texts) if len(text) > limit]
            details: dict[str, Any] = {"length": max(map(len, texts)), "limit": limit}
            yield find("too-long", place=place(table, name, bad_length), **details)
        if name != "description" and _CONTROL.search("".join(texts)):
            bad = [index for index, text in enumerate(texts) if _CONTROL.search(text)]
            yield find("control-character", value=texts[bad[0]], place=place(table, name, bad))
        if (check := _BY_RULE.get(BY_FIELD[name].rule)) is not None:
            yield from check(table, name, texts)
    yield from _rights(table, today)
    yield from _references(table)


def place(table: Table, name: str, indexes: Iterable[int]) -> dict[str, Any]:
    """Give where a finding about cells stands: list, sheet, rows, heading and field."""
    rows = tuple(table.numbers[index] for index in indexes)
    return {"file": table.file, "sheet": table.sheet, "rows": rows, "column": table.heading(name), "field": name}


def grouped(texts: Sequence[str], wanted: Iterable[str]) -> dict[str, list[int]]:
    """Give the indexes of the rows with each of the wanted texts."""
    looked_for = set(wanted)
    found: dict[str, list[int]] = defaultdict(list)
    if looked_for:
        for index, text in enumerate(texts):
            if text in looked_for:
                found[text].append(index)
    return found


def _headings(table: Table) -> Iterator[Finding]:
    here: dict[str, Any] = {"file": table.file, "sheet": table.sheet}
    if table.encoding == "gb18030":
        yield find("gb18030", place=here)
    first: dict[str, str] = {}
    for name, heading in zip(table.fields, table.headings, strict=True):
        if name is None:
            yield find("unknown-column", value=heading, place=here | {"column": heading})
        elif name in first:
            yield find("repeated-column", value=heading, other=first[name], place=here | {"column": heading})
        else:
            first[name] = heading
    if table.surplus:
        yield find("surplus-cells", place=here | {"rows": tuple(table.numbers[index] for index in table.surplus)})
    for row, column in table.lossy:
        where = {"rows": (table.numbers[row],), "column": table.headings[column], "field": table.fields[column]}
        yield find("lost-digits", value=table.columns[column][row], place=here | where)


def _title(table: Table, name: str, texts: list[str]) -> Iterator[Finding]:
    if empty := grouped(texts, [""])[""] if "" in texts else []:
        yield find("title-missing", place=place(table, name, empty))


def _word(table: Table, name: str, texts: list[str]) -> Iterator[Finding]:
    words = WORDS[name]
    known = {"", *words, *words.values()}
    unknown = {text for text in set(texts) - known if name != "relation" or not known.issuperset(parts(text))}
    for value, indexes in grouped(texts, unknown).items():
        shown = {"words": "、".join(words.values()), "codes": ", ".join(words)}
        yield find("unknown-word", value=value, place=place(table, name, indexes), **shown)


def _period(table: Table, name: str, texts: list[str]) -> Iterator[Finding]:
    bad = [text for text in set(texts) if text and not _is_period(text)]
    for value, indexes in grouped(texts, bad).items():
        yield find("bad-period", value=value, place=place(table, name, indexes))


def _is_period(text: str) -> bool:
    return bool(re.fullmatch("[0-9]{4}", text)) and EARLIEST_PERIOD <= int(text) <= LATEST_PERIOD


def _date(table: Table, name: str, texts: list[str]) -> Iterator[Finding]:
    told = {}
    for text in set(texts) - {""}:
        read = read_date(text)
        if read.impossible or read.era or not read.iso:
            told[text] = read
    for value, indexes in grouped(texts, told).items():
        read = told[value]
        code = "bad-date" if read.impossible else "era-date" if read.iso else "unread-date"
        yield find(code, value=value, read=read.iso, place=place(table, name, indexes))


def _count(table: Table, name: str, texts: list[str]) -> Iterator[Finding]:
    bad = [text for text in set(texts) if text and not re.fullmatch("[0-9]{1,9}", text)]
    for value, indexes in grouped(texts, bad).items():
        yield find("bad-count", value=value, place=place(table, name, indexes))


def _number(table: Table, name: str, texts: list[str]) -> Iterator[Finding]:
    for value, indexes in grouped(texts, set(texts) - {""}).items():
        try:
            Number.parse(value)
        except BadInput as error:
            reasons = {"reason": error.words.zh, "reason_en": error.words.en}
            yield find("bad-number", value=value, place=place(table, name, indexes), **reasons)


def _digest(table: Table, name: str, texts: list[str]) -> Iterator[Finding]:
    algorithm, digits = _DIGESTS[name]
    if set(map(len, texts)) <= {digits, 0} and _HEX.fullmatch("".join(texts)):
        return
    bad = [text for text in set(texts) if text and (len(text) != digits or not _HEX.fullmatch(text))]
    for value, indexes in grouped(texts, bad).items():
        yield find("bad-digest", value=value, algorithm=algorithm, digits=digits, place=place(table, name, indexes))


_BY_RULE: dict[str, Callable[[Table, str, list[str]], Iterator[Finding]]] = {
    "title": _title, "word": _word, "period": _period, "date": _date, "count": _count, "number": _number,
    "sha256": _digest, "sm3": _digest, "md5": _digest,
}  # fmt: skip


def _rights(table: Table, today: str) -> Iterator[Finding]:
    rights = table.column("rights") or [""] * len(table)
    access = table.column("access") or [""] * len(table)
    if "" in rights:
        yield find("rights-missing", place=place(table, "rights", grouped(rights, [""])[""]))
    if not set(_UNKNOWN_RIGHTS).isdisjoint(rights):
        opened = grouped(access, _OPEN)
        for value, indexes in opened.items():
            if kept := [index for index in indexes if rights[index] in _UNKNOWN_RIGHTS]:
                yield find("open-without-rights", value=value, place=place(table, "access", kept))
    until = table.column("rights_until") or []
    ended = [text for text in set(until) if text and "" < read_date(text).iso < today[: len(read_date(text).iso)]]
    for value, indexes in grouped(until, ended).items():
        yield find("rights-expired", value=value, place=place(table, "rights_until", indexes))


def _references(table: Table) -> Iterator[Finding]:
    texts = table.column("client_ref")
    if texts is None or len(set(texts)) == len(texts):
        return
    seen: dict[str, int] = defaultdict(int)
    for text in texts:
        seen[text] += 1
    twice = [text for text, count in seen.items() if text and count > 1]
    for value, indexes in grouped(texts, twice).items():
        yield find("client-ref-repeated", value=value, count=len(indexes), place=place(table, "client_ref", indexes))
