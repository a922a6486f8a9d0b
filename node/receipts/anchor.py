"""The trust anchor 信任锚: what a verifier pins beforehand, and the fingerprint by which people compare it.

It says which chain, which registry, which validators and whose keys. An anchor that comes from the node under audit
proves nothing by itself; its fingerprint belongs on paper and on the consortium's web page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from node.errors import BadInput
from node.receipts.errors import MalformedAnchor
from node.receipts.fields import LARGEST as LARGEST_INTEGER
from node.receipts.fields import Fields, read_document, to_hex
from node.records import canonical

FORMAT, VERSION = "zhicang-trust-anchor", 1
LARGEST = 4 << 20
"""Bytes of an anchor that are read at most."""
MOST_MEMBERS = 10_000
_GROUP = 4
_ADDRESS, _DIGEST = 20, 32
_FOUNDING = (
    "chain_id", "genesis_hash", "registry", "registry_code_hash", "validators", "governors", "institutions",
    "demonstration",
)  # fmt: skip
_INSTITUTION = ("code", "name", "credit_code", "region", "registrars")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchoredInstitution:
    """An institution: its code on chain, its name and codes, and its registrars' addresses, ascending."""

    code: str
    name: str
    credit_code: str
    region: str
    registrars: tuple[bytes, ...]

    def to_json(self) -> dict[str, Any]:
        """Give its object in the founding part."""
        named = {"code": self.code, "name": self.name, "credit_code": self.credit_code, "region": self.region}
        return named | {"registrars": [to_hex(address) for address in self.registrars]}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustAnchor:
    """The founding part of a chain; addresses of 20 bytes, hashes of 32, every list ascending and without repetition.

    Format version 1 has no changes and no anchored chains: their lists are there, and empty.

    Raises:
        MalformedAnchor: a list is empty, out of order or repeats, or one key serves two institutions.
    """

    chain_id: int
    genesis_hash: bytes
    registry: bytes
    registry_code_hash: bytes
    validators: tuple[bytes, ...]
    governors: tuple[bytes, ...]
    institutions: tuple[AnchoredInstitution, ...]
    demonstration: bool = False

    def __post_init__(self) -> None:
        _check_order("validators", self.validators)
        _check_order("governors", self.governors)
        _check_order("institutions", tuple(institution.code.encode() for institution in self.institutions))
        for institution in self.institutions:
            _check_order("registrars", institution.registrars)
        keys = [key for institution in self.institutions for key in institution.registrars]
        if len(set(keys)) != len(keys):
            raise MalformedAnchor("同一密钥属于两个机构", "one key serves two institutions", field="registrars")

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the canonical founding part: 64 hex digits in 16 groups of four, joined by hyphens.

        All 64, because a shorter one could be met by a forged anchor made at leisure; in groups, because people read
        it out to each other.
        """
        digits = canonical.digest(self._founding()).hex()
        return "-".join(digits[start : start + _GROUP] for start in range(0, len(digits), _GROUP))

    def has_fingerprint(self, given: str) -> bool:
        """Compare a fingerprint as somebody typed it: case, spaces and hyphens do not matter."""
        return re.sub(r"[\s-]", "", given).lower() == self.fingerprint.replace("-", "")

    def institution(self, code: bytes) -> AnchoredInstitution | None:
        """Give the institution with a code (8 ASCII bytes), or None."""
        return next((one for one in self.institutions if one.code.encode() == code), None)

    def to_json_bytes(self) -> bytes:
        """Give the anchor's file (canonical JSON)."""
        frame = {"format": FORMAT, "version": VERSION, "changes": [], "anchored": []}
        return canonical.encode(frame | {"founding": self._founding()})

    @classmethod
    def from_json_bytes(cls, data: bytes, *, limit: int = LARGEST) -> TrustAnchor:
        """Read an anchor's file; raise MalformedAnchor unless it is in its one form and at most `limit` bytes."""
        try:
            fields = Fields(read_document(data, limit=limit), ("format", "version", "founding", "changes", "anchored"))
            fields.fixed("format", FORMAT)
            fields.fixed("version", VERSION)
            fields.fixed("changes", [])
            fields.fixed("anchored", [])
            return _read_founding(fields.object("founding", _FOUNDING))
        except BadInput as error:
            zh, en = f"信任锚不合格式:{error.words.zh}", f"malformed trust anchor: {error.words.en}"
            raise MalformedAnchor(zh, en, field=error.field) from error

    def _founding(self) -> dict[str, Any]:
        return {
            "chain_id": self.chain_id,
            "genesis_hash": to_hex(self.genesis_hash),
            "registry": to_hex(self.registry),
            "registry_code_hash": to_hex(self.registry_code_hash),
            "validators": [to_hex(address) for address in self.validators],
            "governors": [to_hex(address) for address in self.governors],
            "institutions": [institution.to_json() for institution in self.institutions],
            "demonstration": self.demonstration,
        }


def _read_founding(fields: Fields) -> TrustAnchor:
    institutions = fields.items("institutions", most=MOST_MEMBERS)
    return TrustAnchor(
        chain_id=fields.integer("chain_id", least=1, most=LARGEST_INTEGER),
        genesis_hash=fields.hexadecimal("genesis_hash", width=_DIGEST),
        registry=fields.hexadecimal("registry", width=_ADDRESS),
        registry_code_hash=fields.hexadecimal("registry_code_hash", width=_DIGEST),
        validators=fields.hexadecimal_list("validators", most=MOST_MEMBERS, width=_ADDRESS),
        governors=fields.hexadecimal_list("governors", most=MOST_MEMBERS, width=_ADDRESS),
        institutions=tuple(
            _read_institution(Fields(item, _INSTITUTION, where=f"founding.institutions[{place}]"))
            for place, item in enumerate(institutions)
        ),
        demonstration=fields.boolean("demonstration"),
    )


def _read_institution(fields: Fields) -> AnchoredInstitution:
    return AnchoredInstitution(
        code=fields.text("code", pattern="[0-9A-Z]{8}"),
        name=fields.text("name"),
        credit_code=fields.text("credit_code", pattern="[0-9A-Z]{18}"),
        region=fields.text("region", pattern="[0-9]{6}"),
        registrars=fields.hexadecimal_list("registrars", most=MOST_MEMBERS, width=_ADDRESS),
    )


def _check_order(name: str, members: tuple[bytes, ...]) -> None:
    if not members or list(members) != sorted(set(members)):
        zh, en = f"{name} 为空、未排序或有重复", f"{name} must be sorted, without repetition and not empty"
        raise MalformedAnchor(zh, en, field=name)
