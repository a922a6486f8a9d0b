"""The calendar of the libraries, which have one time zone: Beijing time, whatever the machine is set to."""

from __future__ import annotations

import datetime as dt

BEIJING = dt.timezone(dt.timedelta(hours=8))


def day_of(now: float) -> dt.date:
    """Give the day that it is at a moment."""
    return dt.datetime.fromtimestamp(now, BEIJING).date()


def year_of(now: float) -> int:
    """Give the year that it is at a moment."""
    return day_of(now).year
