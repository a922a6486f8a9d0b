"""Changes since the founding, as an anchor carries them: each with its proof, which `trust` checks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from node.errors import BadInput
from node.receipts.fields import Fields, to_hex
from node.receipts.founding import MOST_MEMBERS, Profile
from node.receipts.material import FIELDS as MATERIAL_FIELDS
from node.receipts.material import ProofMaterial

MOST_CHANGES = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidatorChange:
    """A validator more or less: the headers with the votes, ascending, and the first header of the new set, as RLP."""

    votes: tuple[bytes, ...]
    header: bytes

    def to_json(self) -> dict[str, Any]:
        """Give its object in an anchor."""
        return {"kind": "validators", "votes": [to_hex(vote) for vote in self.votes], "header": to_hex(self.header)}


@dataclass(frozen=True, slots=True, kw_only=True)
class GovernanceChange:
    """A governance act: the transactions that made it, in the order of the chain; the last one executed it.

    ``profile`` is of the institution that it admits, and None in every other act: on chain stands only its digest.
    """

    transactions: tuple[ProofMaterial, ...]
    profile: Profile | None = None

    def to_json(self) -> dict[str, Any]:
        """Give its object in an anchor."""
        return {
            "kind": "governance",
            "transactions": [material.to_json() for material in self.transactions],
            "profile": None if self.profile is None else self.profile.to_json(),
        }


Change = ValidatorChange | GovernanceChange


def read_changes(fields: Fields, *, where: str = "changes") -> tuple[Change, ...]:
    """Read the list of changes; raise BadInput with the field that is wrong. Nothing is proven by that."""
    items = fields.items("changes", most=MOST_CHANGES)
    return tuple(_read_change(item, f"{where}[{place}]") for place, item in enumerate(items))


def read_material(value: Any, *, where: str) -> ProofMaterial:
    """Read proof material within a document; raise BadInput with the field that is wrong."""
    return ProofMaterial.read(Fields(value, MATERIAL_FIELDS, where=where))


def _read_change(value: Any, where: str) -> Change:
    kind = value.get("kind") if isinstance(value, dict) else None
    if kind == "validators":
        fields = Fields(value, ("kind", "votes", "header"), where=where)
        return ValidatorChange(
            votes=fields.hexadecimal_list("votes", most=MOST_MEMBERS), header=fields.hexadecimal("header")
        )
    if kind != "governance":
        zh, en = f"字段 {where}.kind 应为 validators 或 governance", f"field {where}.kind is no kind of change"
        raise BadInput(zh, en, field=f"{where}.kind")
    fields = Fields(value, ("kind", "transactions", "profile"), where=where)
    transactions = fields.items("transactions", most=MOST_MEMBERS)
    profile = fields.raw("profile")
    return GovernanceChange(
        transactions=tuple(
            read_material(item, where=f"{where}.transactions[{place}]") for place, item in enumerate(transactions)
        ),
        profile=None if profile is None else Profile.from_json(profile, where=f"{where}.profile"),
    )
