"""Approving: what a reviewer signed is taken in, and what nobody may have signed is turned away.

An approval is taken in only after its signature was recovered over what the journal would send; before anything is sent
its key is looked up on chain: an active reviewer of this institution.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from contracts import views
from contracts.parties import ROLE_REVIEWER
from node.errors import BadInput, Words, ZhicangError
from node.registrar.dossier import dossier_of
from node.registrar.planning import MARGIN
from storage.matters import ApprovalRow, MatterRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from contracts.approval import Asked
    from node.chain.engine import Engine
    from node.registrar.request_file import Approvals, Approved, Place
    from storage.journal import Journal

ADDRESS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of one approval: the matter that has it now, or why it was not taken."""

    name: str
    matter: MatterRow | None = None
    error: ZhicangError | None = None


class Approving:
    """Takes in what reviewers approved."""

    def __init__(self, *, journal: Journal, place: Place, clock: Callable[[], float]) -> None:
        self._journal = journal
        self._place = place
        self._clock = clock

    def take(self, approvals: Approvals, *, sender: bytes) -> list[Taken]:
        """Take in approvals by their signatures; one that does not hold is told and holds up no other.

        Raises:
            BadInput: they are for another institution, registry or chain.
        """
        if (approvals.place.chain_id, approvals.place.registry, approvals.place.institution) != (
            self._place.chain_id, self._place.registry, self._place.institution,
        ):  # fmt: skip
            zh, en = "这些批准是给另一机构或另一条链的", "these approvals are for another institution or chain"
            raise BadInput(zh, en)
        waiting = {self._key(asked): (matter, asked) for matter, asked in self._asked()}
        taken: list[Taken] = []
        with self._journal.transaction():
            for approved in approvals.approved:
                name = approved.subject.rstrip(b"\0").decode("ascii", "replace")
                try:
                    matter = self._take_one(approved, waiting, sender)
                except ZhicangError as error:
                    taken.append(Taken(name=name, error=error))
                else:
                    taken.append(Taken(name=matter.subject, matter=self._journal.matters.get(matter.id)))
        return taken

    async def turn_away(self, engine: Engine) -> list[Taken]:
        """Bring back to review what was approved by a key that the chain knows as no active reviewer's of ours."""
        refusals: dict[bytes, ZhicangError | None] = {}
        away: list[Taken] = []
        for matter in list(self._journal.matters.at("approved")):
            approval = self._journal.matters.approval(matter.id)
            reviewer = b"" if approval is None else approval.reviewer
            if reviewer not in refusals:
                refusals[reviewer] = await self.refusal_of(reviewer, engine)
            if (refusal := refusals[reviewer]) is not None:
                with self._journal.transaction():
                    self._journal.matters.move([matter.id], "submitted", time=self._now(), note=refusal.words.zh)
                away.append(Taken(name=matter.subject, error=refusal))
        return away

    def _take_one(
        self, approved: Approved, waiting: dict[tuple[int, bytes, int], tuple[MatterRow, Asked]], sender: bytes
    ) -> MatterRow:
        matter, reviewer = self._match(approved, waiting)
        if reviewer == sender:
            zh, en = "登记员不能批准自己送审的内容", "a registrar cannot approve what the same key sends"
            raise BadInput(zh, en)
        earlier = self._journal.matters.approval(matter.id)
        if earlier is None or earlier.expires < approved.approval.expires:
            self._journal.matters.approve(
                ApprovalRow(
                    matter=matter.id, content=approved.content, expires=approved.approval.expires,
                    r=approved.approval.r, vs=approved.approval.vs, reviewer=reviewer, created=self._now(),
                )
            )  # fmt: skip
        return matter

    def _match(
        self, approved: Approved, waiting: dict[tuple[int, bytes, int], tuple[MatterRow, Asked]]
    ) -> tuple[MatterRow, bytes]:
        """Find the matter that an approval is for, and who signed it."""
        key = (approved.code, approved.subject, approved.version)
        if key not in waiting:
            zh, en = "没有待审的这一事项(已发送、已撤回或不在本库)", "no such matter waits for review here"
            raise BadInput(zh, en)
        matter, asked = waiting[key]
        if asked.content != approved.content:
            mend = Words("重新导出送审单,请审核员再批", "export the request again and have it approved anew")
            zh, en = "批准之后内容改过,批准作废", "it was edited after this approval, which is void"
            raise BadInput(zh, en, mend=mend)
        if approved.approval.expires <= self._now() + MARGIN:
            mend = Words("请审核员重新批准", "have it approved anew")
            raise BadInput("批准已过期", "the approval has expired", mend=mend)
        signed = replace(asked, expires=approved.approval.expires)
        digest = signed.digest(chain_id=self._place.chain_id, registry=self._place.registry)
        return matter, approved.reviewer(digest)

    async def refusal_of(self, reviewer: bytes, engine: Engine) -> ZhicangError | None:
        """Say why a key's approvals are worth nothing here, or None."""
        shown = "0x" + reviewer.hex()
        if len(reviewer) != ADDRESS:
            return BadInput("批准不完整", "an approval that is not whole")
        answer = await engine.call(to=self._place.registry, calldata=views.encode_key_of(reviewer))
        key = views.decode_key_of(answer)
        if key is None or key.role != ROLE_REVIEWER:
            zh, en = f"{shown} 不是审核员密钥", f"{shown} is no reviewer's key"
        elif key.institution.decode("ascii", "replace") != self._place.institution:
            zh, en = f"{shown} 是别的机构的审核员", f"{shown} reviews for another institution"
        elif key.until:
            zh, en = f"审核员密钥 {shown} 已停用", f"the reviewer's key {shown} is retired"
        else:
            return None
        return BadInput(zh, en, mend=Words("换本机构在册的审核员批准", "have an active reviewer of yours approve it"))

    def _asked(self) -> Iterator[tuple[MatterRow, Asked]]:
        institution = self._place.institution.encode()
        for matter in list(self._journal.matters.at("submitted", "approved", "stored")):
            yield matter, dossier_of(self._journal, matter).asked(institution)

    @staticmethod
    def _key(asked: Asked) -> tuple[int, bytes, int]:
        return asked.act, asked.subject, asked.version

    def _now(self) -> int:
        return int(self._clock())
