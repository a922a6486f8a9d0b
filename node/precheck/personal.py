"""Identity card numbers 身份证号 and telephone numbers in metadata: what must not be published, found by the column.

Source of the check character: GB 11643-1999 (ISO 7064 MOD 11-2). Fifteen-digit numbers of before 1999 have none and
look like many an inventory number; they are not looked for.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from node.importers.columns import BY_FIELD
from node.precheck.cells import place
from node.precheck.finding import find
from node.records.dates import read_date

if TYPE_CHECKING:
    from collections.abc import Iterator

    from node.importers.table import Table
    from node.precheck.finding import Finding

_RUN = re.compile("[0-9][0-9-]{9,}[0-9Xx]")
"""Whatever could be either kind, so that most text is passed over at the speed of one search."""
_IDENTITY = re.compile(r"[1-9][0-9]{5}((?:18|19|20)[0-9]{6})[0-9]{3}[0-9Xx]")
_TELEPHONE = re.compile(r"1[3-9][0-9](?:-?[0-9]{4}){2}|0[1-9][0-9]{1,2}-[0-9]{7,8}")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_RULES = frozenset({"text", "title", "path"})
_NUMBERS_OF_THEIR_OWN = frozenset({"isbn", "cdoi", "call_number", "clc"})


def check_personal(table: Table) -> Iterator[Finding]:
    """Find identity card numbers and telephone numbers in the texts of a list; they are shown with stars."""
    for name, texts in zip(table.fields, table.columns, strict=True):
        if name is None or BY_FIELD[name].rule not in _RULES or name in _NUMBERS_OF_THEIR_OWN:
            continue
        joined = "\n".join(texts)
        found: dict[tuple[str, str], list[int]] = defaultdict(list)
        row, counted = 0, 0
        for match in _RUN.finditer(joined):
            around = joined[max(match.start() - 1, 0) : match.start()] + joined[match.end() : match.end() + 1]
            # Chinese characters around a number are usual; a letter or digit makes it a part of something longer
            part = any(letter.isascii() and letter.isalnum() for letter in around)
            code = None if part else kind_of(match[0])
            if code is not None:
                row += joined.count("\n", counted, match.start())
                counted = match.start()
                found[code, masked(match[0])].append(row)
        for (code, shown), rows in found.items():
            yield find(code, value=shown, place=place(table, name, rows))


def kind_of(text: str) -> str | None:
    """Tell whether a run of digits is an identity card number or a telephone number: the rule that it breaks."""
    if (match := _IDENTITY.fullmatch(text)) and not read_date(match[1]).impossible:
        total = sum(int(digit) * weight for digit, weight in zip(text, _WEIGHTS, strict=False))
        return "identity-number" if "10X98765432"[total % 11] == text[-1].upper() else None
    return "telephone" if _TELEPHONE.fullmatch(text) else None


def masked(text: str) -> str:
    """Give a number with its middle hidden: a report of what must not be shown must not show it."""
    return f"{text[:3]}{'*' * (len(text) - 5)}{text[-2:]}"
