"""What a JSON Schema cannot say of selectors: fragments that can be read, and ends that come after their starts.

Source: W3C Web Annotation Data Model, 4.2; Media Fragments URI 1.0, 4.2 (t in seconds or clock times, xywh in pixels
or percent). ``page`` is ours beside them: a page, or the first and the last. Other names in a fragment are let pass.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from node.errors import BadInput, Words

if TYPE_CHECKING:
    from collections.abc import Iterator

_PAGES = re.compile(r"([0-9]{1,9})(?:-([0-9]{1,9}))?")
_MOMENT = r"(?:[0-9]{1,4}:)?(?:[0-9]{1,2}:)?[0-9]{1,9}(?:\.[0-9]{1,9})?"
_TIMES = re.compile(rf"(?:npt:)?({_MOMENT})?(?:,({_MOMENT}))?")
_BOX = re.compile(r"(?:(pixel|percent):)?" + ",".join([r"([0-9]{1,9}(?:\.[0-9]{1,9})?)"] * 4))
_WHOLE = 100


def selector_faults(selector: Any, place: str = "selector") -> Iterator[BadInput]:
    """Give what is wrong with a selector that keeps to the schema, and with those inside it."""
    if isinstance(selector, list):
        for index, one in enumerate(selector):
            yield from selector_faults(one, f"{place}[{index}]")
        return
    if not isinstance(selector, dict):
        return
    if selector["type"] == "FragmentSelector":
        for part in selector["value"].split("&"):
            name, _, text = part.partition("=")
            if name in _READ and not _READ[name](text):
                mend = Words("如 page=12-13、t=83,90、xywh=0,0,100,50", "like page=12-13, t=83,90, xywh=0,0,100,50")
                zh, en = f"“{part[:60]}”不是能读的位置", f"{part[:60]!r} is no place that can be read"
                yield BadInput(zh, en, mend=mend, field=f"{place}.value")
    if selector["type"] == "TextPositionSelector" and selector["end"] < selector["start"]:
        yield BadInput("终点在起点之前", "it ends before it starts", field=f"{place}.end")
    for inner in ("refinedBy", "startSelector", "endSelector"):
        yield from selector_faults(selector.get(inner), f"{place}.{inner}")


def _pages(text: str) -> bool:
    match = _PAGES.fullmatch(text)
    return match is not None and int(match[1]) <= int(match[2] or match[1])


def _times(text: str) -> bool:
    match = _TIMES.fullmatch(text)
    if match is None or not (match[1] or match[2]):
        return False
    return match[2] is None or _seconds(match[1] or "0") < _seconds(match[2])


def _seconds(text: str) -> Decimal:
    seconds = Decimal(0)
    for part in text.split(":"):
        seconds = seconds * 60 + Decimal(part)
    return seconds


def _box(text: str) -> bool:
    match = _BOX.fullmatch(text)
    if match is None:
        return False
    left, top, wide, high = map(Decimal, match.groups()[1:])
    beyond = match[1] == "percent" and max(left + wide, top + high) > _WHOLE
    return wide > 0 and high > 0 and not beyond


_READ = {"page": _pages, "t": _times, "xywh": _box}
