"""Review: what people do with a matter before the chain: submit, approve, return, recall.

The journal is the owner of every stage. What a reviewer signed comes in by `approving`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from node.errors import BadInput, Words
from node.records.number import Number
from node.registrar.dossier import dossier_of
from node.registrar.request_file import Place, Request
from node.registrar.stages import STATUSES, status_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from storage.journal import Journal
    from storage.matters import MatterRow

_ROOT = re.compile("[0-9a-fA-F]{64}")
OPEN = ("draft", "submitted", "approved", "returned", "stored")


class Review:
    """Moves matters between registrar and reviewer."""

    def __init__(self, *, journal: Journal, place: Place, clock: Callable[[], float]) -> None:
        self._journal = journal
        self._place = place
        self._clock = clock

    def request(self, matters: Iterable[MatterRow]) -> Request:
        """Put together what a reviewer is asked to approve."""
        return Request(place=self._place, dossiers=tuple(dossier_of(self._journal, matter) for matter in matters))

    def submit(self, names: Iterable[str]) -> list[MatterRow]:
        """Submit drafts and what came back, by number; give what waits for review now, what waited before included.

        Raises:
            BadInput: there is nothing of that name that could be submitted.
        """
        return self._move(names, "submitted", ("draft", "returned"), keep=("submitted",))

    def submit_all(self) -> list[MatterRow]:
        """Submit every draft; give all that waits for review now."""
        drafts = list(self._journal.matters.at("draft"))
        with self._journal.transaction():
            self._journal.matters.move([matter.id for matter in drafts], "submitted", time=self._now())
        return list(self._journal.matters.at("submitted"))

    def give_back(self, names: Iterable[str], note: str) -> list[MatterRow]:
        """Return what waits for review, or was approved and is not sent, with the reason."""
        return self._move(names, "returned", ("submitted", "approved"), note=note)

    def recall(self, names: Iterable[str]) -> list[MatterRow]:
        """Give up what was not sent: nothing comes of it, and a number that it had is not given again."""
        return self._move(names, "recalled", OPEN)

    def _move(
        self, names: Iterable[str], stage: str, stages: tuple[str, ...], *, note: str = "", keep: tuple[str, ...] = ()
    ) -> list[MatterRow]:
        moved: list[int] = []
        with self._journal.transaction():
            for name in names:
                matter = open_matter(self._journal, name)
                if matter.stage in keep:
                    moved.append(matter.id)
                    continue
                if matter.act is not None or matter.stage not in stages:
                    state = STATUSES[status_of(matter.code, matter.stage)]
                    zh, en = f"{name} 现在是“{state.zh}”", f"{name} stands at {state.en}"
                    raise BadInput(zh, en, field="id")
                self._journal.matters.move([matter.id], stage, time=self._now(), note=note)
                moved.append(matter.id)
        found = [self._journal.matters.get(matter) for matter in moved]
        return [matter for matter in found if matter is not None]

    def _now(self) -> int:
        return int(self._clock())


def open_matter(journal: Journal, name: str) -> MatterRow:
    """Find what is under way about a number or a unit list; raise BadInput when nothing is."""
    matters = [each for each in journal.matters.of(name) if each.stage not in ("recalled", "confirmed")]
    if not matters:
        if _ROOT.fullmatch(name) is None:
            Number.parse(name)  # a miscopied number is told as one
        mend = Words("zhicang list --review 列出未办完的", "zhicang list --review shows what is under way")
        zh, en = f"{name[:100]} 没有待办的事", f"nothing about {name[:100]} is under way"
        raise BadInput(zh, en, mend=mend, field="id")
    return matters[-1]
