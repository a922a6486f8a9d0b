"""What the committed table of gas says is what the registry takes."""

from __future__ import annotations

import gas_table


def test_the_committed_table_is_what_is_measured_now() -> None:
    assert gas_table.TABLE.read_text(encoding="utf-8") == gas_table.text()


def test_a_full_group_stays_below_what_engines_take() -> None:
    rows = {act: gas for act, gas, _ in gas_table.measured()}
    assert rows["registerMany, 50"] < 15_000_000
