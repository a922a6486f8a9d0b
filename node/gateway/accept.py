"""Which form of the content a request wants: by the Accept header, its preferences and parameters, and by the URL.

Source: Trustless Gateway (Accept, format, car-version, car-order, car-dups), IPIP-412, RFC 9110 section 12.5.1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from node.gateway.refusal import Refusal, bad

if TYPE_CHECKING:
    from collections.abc import Mapping

RAW_TYPE, CAR_TYPE = "application/vnd.ipld.raw", "application/vnd.ipld.car"
_NOT_MADE_HERE = re.compile(r"application/(vnd\.ipld\..*|vnd\.ipfs\..*|x-tar|cbor)")
_FORMATS_NOT_MADE_HERE = {"tar", "dag-json", "dag-cbor", "json", "cbor", "ipns-record"}
_PART = re.compile(r'((?:[^,"]|"(?:[^"\\]|\\.)*")+)')
_PARAMETER = re.compile(r'\s*;\s*([^=;\s"]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;"\s]*)\s*')
_MOST_CHARACTERS = 8192
_CAR = {"version": {"1"}, "order": {"dfs", "unk"}, "dups": {"y", "n"}}


class Form(Enum):
    """The forms of content that the gateway gives; the value is what the URL calls it."""

    FILE = ""
    RAW = "raw"
    CAR = "car"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A form, and of a CAR the order of its blocks and whether repeated ones come each time.

    ``told`` is what the Accept header says that the URL does not, as the URL would have to say it.
    """

    form: Form
    order: str = "dfs"
    dups: bool = False
    told: str = ""

    @property
    def car_type(self) -> str:
        """The media type of a CAR with its parameters."""
        return f"{CAR_TYPE}; version=1; order={self.order}; dups={'y' if self.dups else 'n'}"


def wanted_form(accept: str | None, query: Mapping[str, str]) -> Wanted:
    """Say which form a request wants; the URL goes before the header. Raise Refusal: 400, 406 for what is not made."""
    asked = query.get("format")
    if asked is None:
        return _negotiated(accept, query)
    if asked in _FORMATS_NOT_MADE_HERE:
        raise _not_acceptable()
    try:
        form = Form(asked)
    except ValueError:
        raise bad("format 参数不对", "the parameter format is not known") from None
    if form is not Form.CAR:
        return Wanted(form=form)
    told = next((given for type_, given, _ in _preferences(accept) if type_ == CAR_TYPE and _fits(given)), {})
    return _car(told | _from_url(query))


def _negotiated(accept: str | None, query: Mapping[str, str]) -> Wanted:
    if accept is None or not accept.strip():
        return Wanted(form=Form.FILE)
    from_url = _from_url(query)
    for type_, given, _ in _preferences(accept):
        if type_ == RAW_TYPE:
            return Wanted(form=Form.RAW, told="format=raw")
        if type_ == CAR_TYPE:
            if _fits(given):
                new = {f"car-{name}": value for name, value in given.items() if name not in from_url}
                return replace(_car(given | from_url), told=urlencode(sorted({**new, "format": "car"}.items())))
        elif _NOT_MADE_HERE.fullmatch(type_) is None:
            return Wanted(form=Form.FILE)
    raise _not_acceptable()


def _preferences(accept: str | None) -> list[tuple[str, dict[str, str], float]]:
    """Give the types of an Accept header with their CAR parameters, the most wanted first, without the unwanted.

    Of equals one that is named goes before a pattern, as whoever names a form of IPFS wants just that.
    """
    found: list[tuple[str, dict[str, str], float]] = []
    for part in _PART.findall((accept or "")[:_MOST_CHARACTERS]):
        type_, _, _ = part.partition(";")
        given = {name.lower(): value.strip('"').lower() for name, value in _PARAMETER.findall(part)}
        try:
            weight = float(given.get("q", "1"))
        except ValueError:
            continue
        if weight > 0:
            car = {name: given[name] for name in _CAR if name in given}
            found.append((type_.strip().lower(), car, weight))
    return sorted(found, key=lambda each: (-each[2], each[0] not in (RAW_TYPE, CAR_TYPE)))


def _fits(given: Mapping[str, str]) -> bool:
    return all(value in _CAR[name] or value == "" for name, value in given.items())


def _from_url(query: Mapping[str, str]) -> dict[str, str]:
    said = {name: query[f"car-{name}"] for name in _CAR if query.get(f"car-{name}")}
    if not _fits(said):
        raise bad("CAR 参数不支持", "a parameter of the CAR is not supported: version=1, order=dfs or unk, dups=y or n")
    return said


def _car(said: Mapping[str, str]) -> Wanted:
    return Wanted(form=Form.CAR, order=said.get("order") or "dfs", dups=said.get("dups") == "y")


def _not_acceptable() -> Refusal:
    return Refusal(
        HTTPStatus.NOT_ACCEPTABLE,
        f"此处只提供 {RAW_TYPE}、{CAR_TYPE};version=1 和文件本身",
        f"given out here: {RAW_TYPE}, {CAR_TYPE};version=1, and files as they are",
    )
