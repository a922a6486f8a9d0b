"""No act becomes dearer as the registry grows: the committed table says so to 200,000 records; its start is redone."""

from __future__ import annotations

import re

import gas_growth
from registry_at_hand import ONE_PERSON, REGISTRAR, RegistryAtHand

REDONE = gas_growth.SIZES[:2]


def committed() -> dict[str, list[int]]:
    """Give the gas of each act at each size, as the page has it."""
    page = gas_growth.TABLE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([a-z].*?) \|((?: [\d,]+ \|)+)$", page, re.MULTILINE)
    return {act: [int(cell.replace(",", "")) for cell in cells.split("|")[:-1]] for act, cells in rows}


def test_the_committed_table_is_of_this_code_and_shows_no_growth() -> None:
    page = gas_growth.TABLE.read_text(encoding="utf-8")
    assert gas_growth.artefact.load().code_hash.hex()[:16] in page
    assert [int(size.replace(",", "")) for size in re.findall(r"([\d,]+) records \|", page)] == list(gas_growth.SIZES)
    assert len(committed()) == 10
    for act, cells in committed().items():
        assert len(cells) == len(gas_growth.SIZES)
        assert len(set(cells)) == 1, act


def test_the_first_columns_are_what_is_measured_now() -> None:
    registry = RegistryAtHand(ONE_PERSON)

    def send(calldata: bytes, sender: int) -> int:
        done = registry.transact(calldata, sender=sender)
        assert done.succeeded
        return done.gas

    filled = 1
    for column, size in enumerate(REDONE):
        for calldata in gas_growth.filling(filled, size + 1):
            send(calldata, REGISTRAR)
        filled = size + 1
        now = gas_growth.measured(send, size)
        assert now == {act: cells[column] for act, cells in committed().items()}
