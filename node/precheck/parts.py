"""Whole and part: what the columns 上级登记号, 来源登记号 and 卷册序 say of volumes, issues and chapters."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from node.errors import BadInput
from node.precheck.cells import grouped, place
from node.precheck.finding import find
from node.precheck.sequences import missing_of, ranges
from node.records.composed import parts
from node.records.number import Number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from node.importers.table import Table
    from node.precheck.finding import Finding


def check_parts(tables: Sequence[Table]) -> Iterator[Finding]:
    """Check the parents, sources and orders of all lists of a delivery together."""
    known = {text for table in tables for text in table.column("client_ref") or () if text}

    def is_known(text: str) -> bool:
        return text in known or _is_number(text)

    for table in tables:
        for name in ("parent", "derived_from"):
            texts = table.column(name) or []
            strange = [text for text in set(texts) if not all(map(is_known, parts(text)))]
            for value, indexes in grouped(texts, strange).items():
                yield find("parent-unknown", value=value, place=place(table, name, indexes))
        yield from _cycles(table)
        yield from _orders(table)


def _is_number(text: str) -> bool:
    try:
        Number.parse(text)
    except BadInput:
        return False
    return True


def _cycles(table: Table) -> Iterator[Finding]:
    references, parents = table.column("client_ref"), table.column("parent")
    if references is None or parents is None:
        return
    above = {own: parent for own, parent in zip(references, parents, strict=True) if own and parent}
    settled: set[str] = set()
    for start in above:
        path: dict[str, None] = {}
        here = start
        while here in above and here not in settled and here not in path:
            path[here] = None
            here = above[here]
        if here in path:
            yield find("parent-cycle", value=here, place=place(table, "parent", grouped(references, [here])[here]))
        settled.update(path)


def _orders(table: Table) -> Iterator[Finding]:
    parents, orders = table.column("parent"), table.column("order")
    if parents is None or orders is None:
        return
    within: dict[str, list[int]] = defaultdict(list)
    for index, (parent, order) in enumerate(zip(parents, orders, strict=True)):
        if parent and order.isascii() and order.isdigit():
            within[parent].append(index)
    for parent, indexes in within.items():
        numbers = Counter(int(orders[index]) for index in indexes)
        for number, count in numbers.items():
            if count > 1:
                same = [index for index in indexes if int(orders[index]) == number]
                details = {"parent": parent, "count": count}
                yield find("order-repeated", value=str(number), place=place(table, "order", same), **details)
        if missing := missing_of(numbers):
            yield find("order-gap", value=parent, missing=ranges(missing), place=place(table, "order", indexes))
