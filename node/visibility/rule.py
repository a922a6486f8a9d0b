"""The rule: whether a resource's payload, metadata and unit lists may leave for a caller on a day, and if not, why.

Not unless said. What was said last and is final counts, for all of them alike: nothing is open while its description is
not, and no description is open while its content is not.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from node.errors import Words
from node.records import canonical
from node.records.vocabulary import VOCABULARY

if TYPE_CHECKING:
    import datetime as dt

    from storage.resources import ResourceRow


class Caller(StrEnum):
    """Who asks. Whoever is not known is the public."""

    PUBLIC = "public"
    PARTNER = "partner"
    OWN = "own"


_ACCESS = {Caller.PUBLIC: {"open"}, Caller.PARTNER: {"open", "consortium"}}
_SCOPE = {Caller.PUBLIC: {"", "internet"}, Caller.PARTNER: {"", "internet", "consortium"}}
"""Words of the metadata under which a caller may see; of a licence that names no scope, the access level decides."""


def hidden_because(row: ResourceRow, caller: Caller, today: dt.date) -> Words | None:
    """Say why a resource's payload, metadata and units may not leave for a caller; None where they may.

    What is the institution's own it may always see. Rights that have ended stop this and nothing else: the record
    stands, and an amendment that names a later day opens it again.
    """
    if caller is Caller.OWN:
        return None
    if row.stage != "confirmed":
        return Words("尚未登记", "it is not registered yet")
    if row.withdrawn:
        return Words("已撤销登记", "it is withdrawn")
    if row.frozen:
        return Words("已冻结", "it is frozen")
    return _said_against(canonical.decode(row.metadata), caller, today)


def licence_ended(said: dict[str, Any], today: dt.date) -> str:
    """Give the last day of a licence that has ended by what metadata says; "" while it runs."""
    last: str = said.get("rights_until", "")
    return last if last < today.isoformat() else ""


def _said_against(said: dict[str, Any], caller: Caller, today: dt.date) -> Words | None:
    access, scope = said.get("access", "closed"), said.get("rights_scope", "")
    if access not in _ACCESS[caller]:
        return Words(f"访问级别为“{_zh('access', access)}”", f"its access level is {access}")
    if scope not in _SCOPE[caller]:
        return Words(f"授权范围为“{_zh('rights_scope', scope)}”", f"its licence is for {scope}")
    first = said.get("rights_from", "")
    if first > today.isoformat():
        return Words(f"授权自 {first} 起", f"its licence begins on {first}")
    if last := licence_ended(said, today):
        return Words(f"授权已于 {last} 到期", f"its licence ended on {last}")
    return None


def _zh(field: str, code: str) -> str:
    return VOCABULARY[field].get(code, code)
