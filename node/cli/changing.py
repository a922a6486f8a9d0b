"""What amend, supersede and withdraw have in common: the matters that were entered are sent, or wait for review."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from node.cli.matters import NEXT_REVIEW, ended_licence, tell_outcome
from node.cli.session import mark_demonstration
from node.registrar.outcome import Pending, Refused
from storage.matters import Code

if TYPE_CHECKING:
    from node.cli.output import Output
    from node.errors import ZhicangError
    from node.runtime import Writing
    from storage.matters import MatterRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request for a change: its matter, None where it is so already, or why it was refused."""

    name: str
    matter: MatterRow | None = None
    error: ZhicangError | None = None


async def carry_out(node: Writing, output: Output, asked: list[Asked]) -> None:
    """Tell every request's outcome, when it is final or when it waits for people."""
    mark_demonstration(node.identity, output)
    done = known = waiting = refused = 0
    mine: set[int] = set()
    for each in asked:
        if each.error is not None:
            refused += 1
            output.refuse(each.error, source=each.name or None)
        elif each.matter is None:
            known += 1
            output.record({"resource_id": each.name, "status": "unchanged", "fresh": False})
            output.say(f"{each.name}  本来就是这样,无须再办", f"{each.name}  it is so already")
        elif each.matter.stage == "stored":
            mine.add(each.matter.id)
        else:
            waiting += 1
            tell_outcome(Pending(matter=each.matter), output, ended=_ended(node, each.matter))
    if mine:
        async for outcome in node.registrar.carry_out(approved=False):
            if isinstance(outcome, Refused):
                refused += 1
                tell_outcome(outcome, output)
                continue
            done += outcome.matter.id in mine
            tell_outcome(outcome, output, ended=_ended(node, outcome.matter))
    output.record({"summary": {"done": done, "known": known, "review": waiting, "refused": refused}})
    output.say(f"办妥 {done} 项,待审 {waiting} 项,拒绝 {refused} 项", f"{done} done, {waiting} wait for review, {refused} refused")
    if waiting:
        output.say(*NEXT_REVIEW)


def _ended(node: Writing, matter: MatterRow) -> str:
    """Give the last day of the licence that a change leaves to a resource, where it has ended."""
    if matter.code not in (Code.AMEND, Code.SUPERSEDE):
        return ""
    return ended_licence(node.journal.resources.of_matter(matter.id))
