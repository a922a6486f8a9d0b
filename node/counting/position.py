"""Where in its source a unit stands, written the same way whoever writes it.

A place is given by the selectors of the W3C Web Annotation model (FragmentSelector with `page=`, `xywh=`, `t=` of
Media Fragments, TextPositionSelector, TextQuoteSelector, RangeSelector, refinedBy) and the file that it is in. The
file's name is brought down to what survives another format: `tif/0012.tif` and `jpg/0012.jpg` are both page 12.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from node.counting.rule import plain

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from node.counting.rule import CountingRule

DEEPEST = 8
"""Selectors refined by selectors that are followed."""
_FRAGMENT = re.compile(r"(page|t|xywh|scene|char)=(?:(npt|pixel|percent):)?([^&#]+)")
_PAGES = re.compile(r"\s*0*([0-9]{1,9})\s*(?:[-,–—]\s*0*([0-9]{1,9})\s*)?")
_NUMBERED = re.compile(r"(.*?)0*([0-9]{1,9})$")
_CLOCK = re.compile(r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2}(?:\.\d+)?)")
_NUMBER = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,12})?")
"""No exponents: a number such as 1e999999 would take minutes to write out."""


def part_of(path: str, rule: CountingRule) -> tuple[str, int | None]:
    """Give which part of its resource a file is, without what only says the format, and its page number."""
    *folders, name = path.replace("\\", "/").split("/")
    stem = name.rpartition(".")[0] or name
    match = _NUMBERED.fullmatch(stem)
    names = [plain(text) for text in (*folders, stem if match is None else match[1])]
    kept = [text for text in names if text and text not in rule.rendition_folders]
    return "/".join(kept), None if match is None else int(match[2])


def parts_of(paths: Iterable[str], rule: CountingRule) -> frozenset[str]:
    """Give the parts of a resource: one, unless its files are of several books, volumes or films."""
    return frozenset(part_of(path, rule)[0] for path in paths)


def position_of(unit: dict[str, Any], rule: CountingRule, *, parts: Collection[str]) -> str | None:
    """Give a unit's normalised position within its resource; None when it names none of its several parts."""
    file = unit.get("file")
    part, page = part_of(file, rule) if isinstance(file, str) and file else ("", None)
    several = len(parts) > 1
    if several and (not file or part not in parts):
        return None
    places = dict(_places(unit.get("selector"), rule, DEEPEST))
    if page is not None:
        places.setdefault("page", str(page))
    said = [f"{name}={places[name]}" for name in sorted(places)]
    return ";".join([*([f"part={part}"] if several else []), *said])


def _places(selector: Any, rule: CountingRule, depth: int) -> Iterator[tuple[str, str]]:
    if isinstance(selector, list):
        for one in selector:
            yield from _places(one, rule, depth - 1)
    if not isinstance(selector, dict) or depth <= 0:
        return
    value = selector.get("value")
    if isinstance(value, str):
        for name, unit, text in _FRAGMENT.findall(value):
            yield name, _fragment(name, unit, text, rule)
    start, end = selector.get("start"), selector.get("end")
    if isinstance(start, int) and isinstance(end, int):
        yield "char", f"{start}-{end}"
    elif isinstance(selector.get("exact"), str):
        yield "quote", plain(selector["exact"])
    for name in ("refinedBy", "startSelector", "endSelector"):
        yield from _places(selector.get(name), rule, depth - 1)


def _fragment(name: str, unit: str, text: str, rule: CountingRule) -> str:
    if name == "page" and (match := _PAGES.fullmatch(text)):
        first, last = int(match[1]), int(match[2] or match[1])
        return str(first) if first == last else f"{first}-{last}"
    if name == "t":
        return "-".join(_rounded(_seconds(moment), rule.steps["seconds"]) for moment in text.split(","))
    if name == "xywh":
        measure = "percent" if unit == "percent" else "pixels"
        return measure + ":" + ",".join(_rounded(number, rule.steps[measure]) for number in text.split(","))
    return plain(text)


def _seconds(text: str) -> str:
    """Give a moment in seconds: 83.5 and 1:23.5 are the same."""
    if match := _CLOCK.fullmatch(text.strip()):
        whole = int(match[1] or 0) * 3600 + int(match[2]) * 60
        return str(whole + Decimal(match[3]))
    return text


def _rounded(text: str, step: int) -> str:
    """Round a number to the nearest multiple of a step, so that a shift by less makes no other place."""
    number = text.strip() or "0"
    if not _NUMBER.fullmatch(number):
        return plain(text)
    return str(int((Decimal(number) / step).to_integral_value()) * step)
