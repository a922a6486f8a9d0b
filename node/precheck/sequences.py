"""Gaps in sequences of pages: files of one folder whose names differ in their last number alone."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from node.precheck.finding import find

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from node.precheck.finding import Finding

_NUMBERED = re.compile(r"(.*?)([0-9]{1,9})(\D*)", re.DOTALL)
SHORTEST = 3
"""Files that make a sequence; two with different numbers are no evidence of a third."""


def check_sequences(paths: Iterable[str]) -> Iterator[Finding]:
    """Find what is missing between the first and the last number of each sequence of pages."""
    sequences: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for path in paths:
        folder, _, name = path.rpartition("/")
        if match := _NUMBERED.fullmatch(name):
            sequences[folder, match[1], match[3]].append(int(match[2]))
    for (folder, before, after), numbers in sequences.items():
        if missing := missing_of(numbers):
            path = f"{folder}/{before}*{after}" if folder else f"{before}*{after}"
            yield find("sequence-gap", value=path, missing=ranges(missing), place={"file": folder or None})


def missing_of(numbers: Collection[int]) -> list[int]:
    """Give the numbers that a sequence lacks; none when it is too short, or lacks more than it has: not a sequence."""
    there = set(numbers)
    if len(there) < SHORTEST or max(there) - min(there) + 1 > 2 * len(there):
        return []
    first = 1 if min(there) == 2 else min(there)  # noqa: PLR2004 - a sequence that begins at 2 lacks its 1
    return sorted(set(range(first, max(there) + 1)) - there)


def ranges(numbers: list[int]) -> str:
    """Write numbers as ranges: 3, 5-7."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and number == parts[-1][-1] + 1:
            parts[-1].append(number)
        else:
            parts.append([number])
    return ", ".join(str(part[0]) if len(part) == 1 else f"{part[0]}-{part[-1]}" for part in parts)
