"""The year and the day are those of Beijing, on a server that is set to UTC as well."""

from __future__ import annotations

import datetime as dt

import pytest

from node.records.beijing import day_of, year_of

NEW_YEAR = dt.datetime(2025, 12, 31, 16, tzinfo=dt.UTC).timestamp()


@pytest.mark.parametrize(("seconds", "day"), [(-1, dt.date(2025, 12, 31)), (0, dt.date(2026, 1, 1))])
def test_a_year_begins_eight_hours_before_it_does_in_utc(seconds: int, day: dt.date) -> None:
    assert day_of(NEW_YEAR + seconds) == day
    assert year_of(NEW_YEAR + seconds) == day.year
