"""Who was trusted when: keys and institutions with their histories, as an anchor's changes prove them.

An act takes effect within its header, where others stand before and behind it. So at the very height of a change both
the old and the new standing hold; the registry has judged by the order within.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from node.receipts.founding import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedKey:
    """A key: its institution's code and its one role (1 registrar, 2 reviewer, 3 auditor).

    It is good from ``since`` on and, unless ``until`` is 0, below that height.
    """

    institution: str
    role: int
    since: int = 0
    until: int = 0
    stolen: bool = False

    def good_at(self, height: int) -> bool:
        """Tell whether it was good; one that was declared stolen from then on was not."""
        return self.since <= height and (self.until == 0 or height < self.until)

    def doubtful_at(self, height: int) -> bool:
        """Tell whether it was declared stolen from that height or an earlier one on."""
        return self.stolen and height >= self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an institution stood from a height on."""

    since: int
    one_person: bool
    suspended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedInstitution:
    """An institution: its code, its profile, and how it stood, oldest first."""

    code: str
    profile: Profile
    standings: tuple[Standing, ...]

    def then(self, height: int, *, one_person: bool | None = None, suspended: bool | None = None) -> TrustedInstitution:
        """Give it as it stands after an act at a height that sets one of the two."""
        last = self.standings[-1]
        standing = Standing(
            since=height,
            one_person=last.one_person if one_person is None else one_person,
            suspended=last.suspended if suspended is None else suspended,
        )
        return replace(self, standings=(*self.standings, standing))

    def admitted_at(self, height: int) -> bool:
        """Tell whether its keys could act."""
        return any(not standing.suspended for standing in self._at(height))

    def one_person_at(self, height: int) -> bool:
        """Tell whether its registrars could act without a reviewer's approval."""
        return any(standing.one_person for standing in self._at(height))

    def _at(self, height: int) -> list[Standing]:
        """Give how it stood when the header began, if it was there, and what came within it."""
        before = [standing for standing in self.standings if standing.since < height]
        return [*before[-1:], *(standing for standing in self.standings if standing.since == height)]
