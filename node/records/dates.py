"""Reading dates as libraries write them: ISO, with slashes or 年月日, in years of the Republic 民国 or of the Qing."""

from __future__ import annotations

import calendar
import re
import unicodedata
from dataclasses import dataclass

ERAS = {
    "顺治": (1643, 18), "康熙": (1661, 61), "雍正": (1722, 13), "乾隆": (1735, 60), "嘉庆": (1795, 25),
    "道光": (1820, 30), "咸丰": (1850, 11), "同治": (1861, 13), "光绪": (1874, 34), "宣统": (1908, 3),
    "民国": (1911, 188),
}  # fmt: skip
"""Era → the year before its first, and its years. Lunar months of the Qing are not those of the Western calendar."""
_LUNAR = frozenset(ERAS) - {"民国"}
_NUMERALS = "〇一二三四五六七八九"
_DIGITS = {"零": 0, "○": 0, "元": 1, "正": 1} | {numeral: value for value, numeral in enumerate(_NUMERALS)}
_C = "0-9〇○零元正一二三四五六七八九十廿卅百"
_ERA = re.compile(rf"(?:清|中华)?({'|'.join(ERAS)})([{_C}]+)年(?:([{_C}]+)月(?:([{_C}]+)日?)?)?")
_WESTERN = re.compile(r"(\d{4})(?:年|[-/.]|$)(?:(\d{1,2})(?:月|[-/.]|$)(?:(\d{1,2})日?)?)?")
_CHINESE = re.compile(rf"([〇○零一二三四五六七八九]{{4}})年(?:([{_C}]+)月(?:([{_C}]+)日?)?)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})?")
_CLOCK = re.compile(r"[T ]\d{1,2}:\d{2}.*$")
_RANGE = re.compile(r"\s*(?:[—–~〜至/]|--|-(?=\d{4}$))\s*")


@dataclass(frozen=True, slots=True)
class ReadDate:
    """What a text was read as: an ISO date of whatever precision, "" when it is none; and whether by an era."""

    iso: str = ""
    era: bool = False
    impossible: bool = False


def read_date(text: str) -> ReadDate:
    """Read a date, or a range of two; an impossible one is said to be so, what is no date has no `iso`."""
    plain = _CLOCK.sub("", unicodedata.normalize("NFKC", text).strip(" []()?.约"))
    one = _read_one(plain)
    if one.iso or one.impossible:
        return one
    ends = _RANGE.split(plain, maxsplit=1)
    if len(ends) == 2:  # noqa: PLR2004 - a range has two ends
        first, last = map(_read_one, ends)
        if first.impossible or last.impossible:
            return ReadDate(impossible=True)
        if first.iso and last.iso:
            backwards = first.iso > last.iso
            return ReadDate(f"{first.iso}/{last.iso}", first.era or last.era, backwards)
    return ReadDate()


def _read_one(text: str) -> ReadDate:
    if match := _ERA.fullmatch(text.replace(" ", "").replace("緒", "绪").replace("國", "国").replace("統", "统")):
        before, years = ERAS[match[1]]
        year = before + _number(match[2])
        if not before < year <= before + years:
            return ReadDate(era=True, impossible=True)
        if match[1] in _LUNAR:
            return ReadDate(f"{year:04d}", era=True)
        return _dated(year, match[3] and _number(match[3]), match[4] and _number(match[4]), era=True)
    if match := _CHINESE.fullmatch(text):
        year = int("".join(str(_DIGITS[numeral]) for numeral in match[1]))
        return _dated(year, match[2] and _number(match[2]), match[3] and _number(match[3]))
    match = _WESTERN.fullmatch(text) or _COMPACT.fullmatch(text)
    if match is None:
        return ReadDate()
    return _dated(int(match[1]), match[2] and int(match[2]), match[3] and int(match[3]))


def _dated(year: int, month: int | str | None, day: int | str | None, *, era: bool = False) -> ReadDate:
    if not month:
        return ReadDate(f"{year:04d}", era, impossible=month == 0 or year == 0)
    month = int(month)
    if not 1 <= month <= 12 or not 0 < year <= 9999:  # noqa: PLR2004 - of the calendar
        return ReadDate(era=era, impossible=True)
    if day in (None, ""):
        return ReadDate(f"{year:04d}-{month:02d}", era)
    if not 1 <= int(day) <= calendar.monthrange(year, month)[1]:
        return ReadDate(era=era, impossible=True)
    return ReadDate(f"{year:04d}-{month:02d}-{int(day):02d}", era)


def _number(text: str) -> int:
    """Read a number up to 199 in digits or Chinese numerals: 二十九, 廿九, 一百零一."""
    if text.isdigit() and text.isascii():
        return int(text)
    text = text.replace("廿", "二十").replace("卅", "三十")
    total, last = 0, 0
    for numeral in text:
        if numeral in "十百":
            total += (last or 1) * (10 if numeral == "十" else 100)
            last = 0
        else:
            last = _DIGITS.get(numeral, 0)
    return total + last


def is_day(iso: str) -> bool:
    """Tell whether an ISO text ``YYYY-MM-DD`` is a day of the calendar."""
    return read_date(iso) == ReadDate(iso)


def last_day(iso: str) -> str:
    """Give the last day of a year, a month or a day in ISO form."""
    year, month, day = (*iso.split("-"), "", "")[:3]
    month = month or "12"
    return f"{year}-{month}-{day or calendar.monthrange(int(year), int(month))[1]}"


def first_day(iso: str) -> str:
    """Give the first day of a year, a month or a day in ISO form."""
    year, month, day = (*iso.split("-"), "", "")[:3]
    return f"{year}-{month or '01'}-{day or '01'}"
