"""The list 销毁清册: which payloads are to be destroyed and why, as the one drafts it and the other approves it.

Canonical JSON; its SHA-256 is what both people state on chain, each with a key of their own.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from contracts.calls import AttestCall, encode_call
from node.errors import BadInput
from node.purging.list_shape import FORM, check_shape
from node.records import canonical
from node.records.kind import Kind
from storage.cid import Cid
from storage.matters import Code

if TYPE_CHECKING:

    from node.home import Identity
    from storage.journal import Journal
    from storage.resources import ResourceRow

DESTRUCTION, YES = 5, 1
"""The registry's codes of a statement's kind and verdict."""
LARGEST = 64 << 20
_DAY = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class DestructionList:
    """A list as it was read or drafted; ``value`` is its JSON."""

    value: dict[str, Any]

    @classmethod
    def read(cls, data: bytes) -> DestructionList:
        """Read a list; raise BadInput when it is none."""
        value = canonical.decode(data.rstrip(b"\n"))
        if not isinstance(value, dict) or value.get("form") != FORM:
            raise BadInput("不是销毁清册", "no list of destruction")
        check_shape(value)
        return cls(value=value)

    @property
    def numbers(self) -> list[str]:
        """The registration numbers that it names."""
        return [item["resource_id"] for item in self.value["items"]]

    @property
    def digest(self) -> bytes:
        """Its SHA-256, which stands on chain."""
        return hashlib.sha256(self.to_bytes()).digest()

    def to_bytes(self) -> bytes:
        """Give the bytes of its file."""
        return canonical.encode(self.value)

    @property
    def calldata(self) -> bytes:
        """The statement that each of the two people makes on chain."""
        return encode_call(AttestCall(subject=self.digest, kind=DESTRUCTION, digest=self.digest, verdict=YES))


def draft(
    journal: Journal, identity: Identity, numbers: list[str], *, reason: str, document: bytes, now: int, days: int
) -> DestructionList:
    """Draft a list; raise BadInput for the first resource that may not be purged."""
    items = [item_of(journal, number, now=now, days=days) for number in sorted(set(numbers))]
    return DestructionList(value={
        "form": FORM, "institution": identity.code, "chain_id": identity.chain_id, "registry": identity.registry,
        "created": now, "reason": reason, "document": document.hex(), "items": items,
    })  # fmt: skip


def check(list_: DestructionList, journal: Journal, identity: Identity, *, now: int, days: int) -> None:
    """Hold a list against the journal; raise BadInput when it is of another home, or any of it is not so any more."""
    value = list_.value
    here = (identity.code, identity.chain_id, identity.registry)
    if (value.get("institution"), value.get("chain_id"), value.get("registry")) != here:
        raise BadInput("清册是别的机构或别的链的", "the list is of another institution or chain")
    for item in value["items"]:
        number = item["resource_id"]
        purge = journal.purges.get(number)
        if purge is not None and purge.list_digest == list_.digest:
            continue  # it was checked when this same list began
        if item != item_of(journal, number, now=now, days=days):
            raise BadInput(f"清册与本库的 {number} 不符", f"the list does not fit {number} of this home", field="id")


def item_of(journal: Journal, number: str, *, now: int, days: int) -> dict[str, Any]:
    """Give what a list says of a resource; raise BadInput unless its payload may be purged."""
    row = journal.resources.by_number(number)
    if row is None:
        raise BadInput(f"本库没有 {number}", f"{number} is not in this home", field="id")
    if journal.purges.get(number) is not None:
        raise BadInput(f"{number} 的载荷已经销毁", f"the payload of {number} was purged already", field="id")
    height, time = _withdrawn(journal, row)
    if row.frozen:
        raise BadInput(f"{number} 被治理方冻结,不能销毁", f"governors hold {number} frozen", field="id")
    if now < time + days * _DAY:
        left = -(-(time + days * _DAY - now) // _DAY)
        zh = f"{number} 撤销后须留存 {days} 天,还差 {left} 天"
        en = f"{number} is kept for {days} days from its withdrawal: {left} more"
        raise BadInput(zh, en, field="id")
    payloads = {version.payload_at: version for version in journal.resources.versions(number)}
    return {
        "resource_id": number, "title": row.title, "withdrawn_height": height, "withdrawn_time": time,
        "payloads": [
            {"version": version.version, "kind": Kind(version.kind).word, "sha256": version.content_digest.hex(),
             "cid": str(Cid.from_binary(version.cid)), "size": version.size, "files": version.files}
            for _, version in sorted(payloads.items())
        ],
    }  # fmt: skip


def _withdrawn(journal: Journal, row: ResourceRow) -> tuple[int, int]:
    """Give height and header time of a final withdrawal; raise BadInput where there is none."""
    matters = [each for each in journal.matters.of(row.number) if each.code is Code.WITHDRAW]
    acts = [journal.acts.get(each.act or 0) for each in matters if each.stage == "confirmed"]
    final = next((act for act in acts if act is not None and act.height is not None and act.time is not None), None)
    if not row.withdrawn or final is None or final.height is None or final.time is None:
        zh, en = f"{row.number} 没有撤销,不能销毁载荷", f"{row.number} is not withdrawn: its payload stays"
        raise BadInput(zh, en, field="id")
    return final.height, final.time
