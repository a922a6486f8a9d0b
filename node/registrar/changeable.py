"""What may be changed, and why: a record that stands, with nothing else about it under way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from node.errors import BadInput, Words

if TYPE_CHECKING:
    from storage.journal import Journal
    from storage.matters import Code, MatterRow
    from storage.resources import ResourceRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Because:
    """Why a record is changed: the registry's reason code, and the SHA-256 of the paper behind it."""

    reason: int
    document: bytes = bytes(32)


def standing_record(journal: Journal, number: str) -> ResourceRow:
    """Give a record that is registered and neither withdrawn nor frozen; raise BadInput for any other."""
    row = journal.resources.by_number(number)
    if row is None:
        raise BadInput(f"本库没有 {number}", f"{number} is not in this home")
    if row.stage != "confirmed":
        mend = Words("尚未登记的直接改草稿:再办一次 draft", "edit the draft itself: run draft again")
        raise BadInput(f"{number} 尚未登记", f"{number} is not registered", mend=mend)
    if row.withdrawn:
        raise BadInput(f"{number} 已撤销,不能再变更", f"{number} is withdrawn, for good")
    if row.frozen:
        mend = Words("待治理方解冻后再办", "wait until the governors unfreeze it")
        raise BadInput(f"{number} 被治理方冻结", f"governors hold {number} frozen", mend=mend)
    return row


def under_way(journal: Journal, number: str, code: Code) -> MatterRow | None:
    """Find the matter under way that this one resumes or takes the place of; raise BadInput for any other."""
    matters = [each for each in journal.matters.of(number) if each.stage not in ("confirmed", "recalled")]
    if not matters:
        return None
    matter = matters[-1]
    if any(journal.earlier_matters.place(each.id) for each in matters):
        mend = Words("先批准发送:zhicang approve、send", "approve and send them first: zhicang approve, send")
        zh, en = f"{number} 在原链上的登记还没有全部上本链", f"not all of {number} has come from its earlier chain"
        raise BadInput(zh, en, mend=mend)
    if matter.act is not None:
        mend = Words("先运行 zhicang send 办完它", "finish it with zhicang send first")
        zh, en = f"{number} 有一件事正在上链", f"something about {number} is on its way to the chain"
        raise BadInput(zh, en, mend=mend)
    if matter.code is not code:
        mend = Words(f"先批准发送,或用 zhicang recall {number} 撤回", f"send it, or zhicang recall {number}")
        zh, en = f"{number} 另有一件事未办完", f"another matter of {number} is under way"
        raise BadInput(zh, en, mend=mend)
    return matter
