"""Cells that must mean a value of the metadata: read by the very functions that registering reads them with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from node.errors import BadInput
from node.importers.columns import BY_FIELD
from node.precheck.cells import grouped, place
from node.precheck.finding import find
from node.records.metadata import EARLIEST_PERIOD, Metadata
from node.records.said import described, read_licence_day

if TYPE_CHECKING:
    from collections.abc import Iterator

    from node.importers.table import Table
    from node.precheck.finding import Finding

_RULES = ("licence", "order", "thousandths", "region", "identifiers", "roles")
_PLAIN_OF = {
    "order": re.compile("[0-9]{1,9}(?:-[0-9]{1,9}){0,3}"), "region": re.compile("[0-9]{6}"),
    "identifiers": re.compile("(?:cdoi|doi|ark|urn|handle|barcode|local):[!-:<-~]{1,480}"),
}  # fmt: skip
"""What is right beyond doubt, so that 190,000 values that all differ need not be read one by one."""
_NOTHING = Metadata(title="-", period=EARLIEST_PERIOD)


def check_meaning(table: Table) -> Iterator[Finding]:
    """Give every value that registering would refuse, once with all its rows."""
    for name, texts in zip(table.fields, table.columns, strict=True):
        if name is None or (rule := BY_FIELD[name].rule) not in _RULES:
            continue
        looked_at = set(texts) - {""}
        if (plain := _PLAIN_OF.get(rule)) is not None:
            looked_at = {text for text in looked_at if not plain.fullmatch(text)}
        told = {text: error for text in looked_at if (error := _fault(name, text)) is not None}
        for value, indexes in grouped(texts, told).items():
            words = told[value].words
            code = "bad-licence-day" if rule == "licence" else "bad-value"
            reasons = {"reason": words.zh, "reason_en": words.en}
            yield find(code, value=value, place=place(table, name, indexes), **reasons)
    yield from _backwards(table)


def _fault(name: str, text: str) -> BadInput | None:
    try:
        described(_NOTHING, {name: text}).check_as_input()
    except BadInput as error:
        return error
    return None


def _backwards(table: Table) -> Iterator[Finding]:
    """Find licences that end before they begin."""
    begins, ends = table.column("rights_from"), table.column("rights_until")
    if begins is None or ends is None:
        return
    pairs = {pair for pair in zip(begins, ends, strict=True) if all(pair)}
    wrong = {pair for pair in pairs if _is_backwards(*pair)}
    for pair in wrong:
        rows = [index for index, both in enumerate(zip(begins, ends, strict=True)) if both == pair]
        yield find("licence-backwards", value=pair[1], other=pair[0], place=place(table, "rights_until", rows))


def _is_backwards(begins: str, ends: str) -> bool:
    try:
        return read_licence_day(ends, last=True) < read_licence_day(begins, last=False)
    except BadInput:
        return False
