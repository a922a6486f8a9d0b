"""Approval check: every approval that the journal has is a signature over what it has; and no key in use was stolen."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from contracts import views
from contracts.approval import Approval
from contracts.errors import ContractError
from contracts.parties import KEY_STOLEN
from node.auditor.finding import INCIDENT, NONE, Finding, said_by
from node.chain.engine import RevertedCallError
from node.errors import Words, ZhicangError
from node.receipts.errors import BadProof
from node.receipts.signature import recover
from node.registrar.dossier import dossier_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from node.chain.engine import Engine
    from node.home import Identity
    from storage.journal import Journal

_AGAIN = Words(
    "这条批准不算数:退回后请审核员重新批准",
    "this approval counts for nothing: return the matter and have it approved anew",
)
_KEY = Words("一把密钥", "a key")
_OF_THIS = Words("对日志现有内容的批准", "an approval of what the journal has")
_STOLEN = Words(
    "被盗之后签的登记存疑:逐件核对,确认属实的请换用新密钥更正或重新登记",
    "what it signed since is doubtful: look at each record and amend or register anew with another key what is true",
)


def check_approvals(journal: Journal, identity: Identity) -> Iterator[Finding]:
    """Recover every approval's signature over the content that the journal has now."""
    registry, institution = bytes.fromhex(identity.registry), identity.code.encode()
    for matter in journal.matters.all():
        row = journal.matters.approval(matter.id)
        if row is None:
            if matter.stage == "approved":
                yield _finding(matter.subject, Words("一份批准", "an approval"), NONE)
            continue
        try:
            asked = replace(dossier_of(journal, matter).asked(institution), expires=row.expires)
            signature = Approval(expires=row.expires, r=row.r, vs=row.vs).signature
            signer = recover(asked.digest(chain_id=identity.chain_id, registry=registry), signature)
        except (ZhicangError, ContractError, BadProof, IndexError) as error:
            yield _finding(matter.subject, _OF_THIS, said_by(error))
            continue
        if asked.content != row.content or signer != row.reviewer:
            yield _finding(matter.subject, "0x" + row.reviewer.hex(), "0x" + signer.hex())


async def check_keys(engine: Engine, journal: Journal, identity: Identity) -> AsyncIterator[Finding]:
    """Ask the registry for every key that signed an act or an approval: was it stolen by then?"""
    used: dict[bytes, Counter[int]] = {}
    for act in journal.acts.confirmed():
        if act.id <= journal.earlier_acts:
            continue  # another registry's keys, whose history ended with it
        used.setdefault(act.sender, Counter())[act.height or 0] += 1
        for matter in journal.matters.by_act(act.id):
            if (approval := journal.matters.approval(matter.id)) is not None:
                used.setdefault(approval.reviewer, Counter())[act.height or 0] += 1
    for account, heights in used.items():
        calldata = views.encode_key_of(account)
        try:
            key = views.decode_key_of(await engine.call(to=bytes.fromhex(identity.registry), calldata=calldata))
        except (RevertedCallError, ContractError, ZhicangError) as error:
            name = "0x" + account.hex()
            yield Finding(check="chain", id=name, expected=_KEY, found=said_by(error), mend=INCIDENT)
            continue
        if key is None or key.status != KEY_STOLEN:
            continue
        doubtful = sum(count for height, count in heights.items() if height >= key.until)
        if doubtful:
            yield Finding(
                check="chain", id="0x" + account.hex(), expected=Words("当时有效的密钥", "keys that were good"),
                found=_since(key.until, doubtful), mend=_STOLEN,
            )  # fmt: skip


def _since(height: int, signatures: int) -> Words:
    zh = f"自高度 {height} 起宣告被盗,此后有 {signatures} 个签名"
    return Words(zh, f"declared stolen from height {height} on; {signatures} signatures since")


def _finding(subject: str, expected: Words | str, found: Words | str) -> Finding:
    name = Words(f"{subject} 的批准", f"{subject} approval")
    return Finding(check="journal", id=f"{subject} approval", name=name, expected=expected, found=found, mend=_AGAIN)
