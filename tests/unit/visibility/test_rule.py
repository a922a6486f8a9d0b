"""The rule of who may see what: not unless said, and never what is frozen, withdrawn or out of its licence."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from node.records import canonical
from node.records.beijing import day_of
from node.runtime import open_for_reading
from node.visibility.rule import Caller, hidden_because

if TYPE_CHECKING:
    from conftest import Collection

    from storage.resources import ResourceRow

TODAY = dt.date(2026, 3, 1)
PUBLIC, PARTNER, OWN = Caller.PUBLIC, Caller.PARTNER, Caller.OWN


@pytest.fixture(name="row", scope="module")
def row_of_an_open_resource(made: Collection) -> ResourceRow:
    with open_for_reading(made.home) as node:
        row = node.journal.resources.by_number(made.numbers["open"])
        assert row is not None
        return row


@pytest.mark.parametrize(
    ("said", "callers"),
    [
        ({}, ""),
        ({"access": "open"}, "public partner"),
        ({"access": "consortium"}, "partner"),
        ({"access": "onsite"}, ""),
        ({"access": "closed"}, ""),
        ({"access": "open", "rights": "licensed", "rights_until": "2026-03-01"}, "public partner"),
        ({"access": "open", "rights": "licensed", "rights_until": "2026-02-28"}, ""),
        ({"access": "open", "rights_from": "2026-03-01"}, "public partner"),
        ({"access": "open", "rights_from": "2026-03-02"}, ""),
        ({"access": "open", "rights_scope": "internet"}, "public partner"),
        ({"access": "open", "rights_scope": "consortium"}, "partner"),
        ({"access": "open", "rights_scope": "province"}, ""),
        ({"access": "open", "rights_scope": "onsite"}, ""),
        ({"access": "consortium", "rights_scope": "internet"}, "partner"),
    ],
)
def test_what_the_metadata_says(row: ResourceRow, said: dict[str, str], callers: str) -> None:
    described = replace(row, metadata=canonical.encode({"schema": 1, "title": "x", "period": 2023, **said}))
    seeing = [caller for caller in Caller if hidden_because(described, caller, TODAY) is None]
    assert seeing == [*callers.split(), "own"]


@pytest.mark.parametrize("state", [{"stage": "submitted"}, {"stage": "stored"}, {"withdrawn": 1}, {"frozen": 1}])
def test_what_is_not_final_withdrawn_or_frozen_is_nobody_elses(row: ResourceRow, state: dict[str, object]) -> None:
    now = replace(row, **state)  # type: ignore[arg-type]
    assert hidden_because(row, PUBLIC, TODAY) is None
    assert hidden_because(now, PUBLIC, TODAY) is not None
    assert hidden_because(now, PARTNER, TODAY) is not None
    assert hidden_because(now, OWN, TODAY) is None


def test_days_are_those_of_the_libraries() -> None:
    before_midnight = dt.datetime(2026, 2, 28, 15, 59, tzinfo=dt.UTC).timestamp()
    assert day_of(before_midnight) == dt.date(2026, 2, 28)
    assert day_of(before_midnight + 60) == TODAY
