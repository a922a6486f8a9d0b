"""The founding part of a trust anchor: chain, registry, first validators, governors, institutions and their keys.

All of it stood at the beginning, so its fingerprint never changes: on paper and on the consortium's web page it lets
people tell the right anchor from one of somebody's own making.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from node.receipts.errors import MalformedAnchor
from node.receipts.fields import LARGEST as LARGEST_INTEGER
from node.receipts.fields import Fields, to_hex
from node.records import canonical

MOST_MEMBERS = 10_000
_GROUP = 4
_ADDRESS, _DIGEST = 20, 32
_FIELDS = (
    "chain_id", "genesis_hash", "registry", "registry_code_hash", "validators", "governors", "threshold",
    "institutions", "demonstration",
)  # fmt: skip
_PROFILE = ("name", "credit_code", "region")
_KEYS = ("registrars", "reviewers", "auditors")


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What an institution is called; on chain stands only the digest of it."""

    name: str
    credit_code: str
    region: str

    @property
    def digest(self) -> bytes:
        """The SHA-256 of its canonical JSON, as the registry holds it."""
        return canonical.digest(self.to_json())

    def to_json(self) -> dict[str, Any]:
        """Give its object in an anchor."""
        return {"credit_code": self.credit_code, "name": self.name, "region": self.region}

    @classmethod
    def read(cls, fields: Fields) -> Profile:
        """Read it; raise BadInput with the field that is wrong."""
        return cls(
            name=fields.text("name"),
            credit_code=fields.text("credit_code", pattern="[0-9A-Z]{18}"),
            region=fields.text("region", pattern="[0-9]{6}"),
        )

    @classmethod
    def from_json(cls, value: Any, *, where: str) -> Profile:
        """Read its object; raise BadInput unless it has exactly these fields."""
        return cls.read(Fields(value, _PROFILE, where=where))


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchoredInstitution:
    """An institution of the founding: its code on chain, its profile, its policy, its keys' addresses, ascending."""

    code: str
    name: str
    credit_code: str
    region: str
    registrars: tuple[bytes, ...]
    one_person: bool
    reviewers: tuple[bytes, ...] = ()
    auditors: tuple[bytes, ...] = ()

    @property
    def profile(self) -> Profile:
        """What it is called."""
        return Profile(name=self.name, credit_code=self.credit_code, region=self.region)

    def to_json(self) -> dict[str, Any]:
        """Give its object in the founding part."""
        keys = {name: [to_hex(address) for address in getattr(self, name)] for name in _KEYS}
        return {"code": self.code, "one_person": self.one_person} | self.profile.to_json() | keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Founding:
    """The founding part; addresses of 20 bytes, hashes of 32, every list ascending and without repetition.

    Raises:
        MalformedAnchor: a list is out of order or repeats, or is empty where somebody must be; the threshold is above
            the number of governors; or one key serves twice.
    """

    chain_id: int
    genesis_hash: bytes
    registry: bytes
    registry_code_hash: bytes
    validators: tuple[bytes, ...]
    governors: tuple[bytes, ...]
    threshold: int
    institutions: tuple[AnchoredInstitution, ...]
    demonstration: bool = False

    def __post_init__(self) -> None:
        for name in ("validators", "governors"):
            _check_order(name, getattr(self, name), least=1)
        _check_order("institutions", tuple(one.code.encode() for one in self.institutions))
        for one in self.institutions:
            for name in _KEYS:
                _check_order(name, getattr(one, name), least=int(name == "registrars"))
        keys = [key for one in self.institutions for name in _KEYS for key in getattr(one, name)]
        if len(set(keys)) != len(keys):
            zh, en = "同一密钥属于两个机构或担任两种角色", "one key serves two institutions or in two roles"
            raise MalformedAnchor(zh, en, field="registrars")
        if not 1 <= self.threshold <= len(self.governors):
            zh, en = "门槛数应在 1 与治理方个数之间", "the threshold is not between 1 and the number of governors"
            raise MalformedAnchor(zh, en, field="threshold")

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the canonical founding part: 64 hex digits in 16 groups of four, joined by hyphens.

        All 64, because a shorter one could be met by a forged anchor made at leisure; in groups, because people read
        it out to each other.
        """
        digits = canonical.digest(self.to_json()).hex()
        return "-".join(digits[start : start + _GROUP] for start in range(0, len(digits), _GROUP))

    def has_fingerprint(self, given: str) -> bool:
        """Compare a fingerprint as somebody typed it: case, spaces and hyphens do not matter."""
        return re.sub(r"[\s-]", "", given).lower() == self.fingerprint.replace("-", "")

    def to_json(self) -> dict[str, Any]:
        """Give its object in an anchor."""
        return {
            "chain_id": self.chain_id,
            "genesis_hash": to_hex(self.genesis_hash),
            "registry": to_hex(self.registry),
            "registry_code_hash": to_hex(self.registry_code_hash),
            "validators": [to_hex(address) for address in self.validators],
            "governors": [to_hex(address) for address in self.governors],
            "threshold": self.threshold,
            "institutions": [institution.to_json() for institution in self.institutions],
            "demonstration": self.demonstration,
        }

    @classmethod
    def from_json(cls, value: Any, *, where: str = "founding") -> Founding:
        """Read its object; raise BadInput or MalformedAnchor with the field that is wrong."""
        fields = Fields(value, _FIELDS, where=where)
        institutions = fields.items("institutions", most=MOST_MEMBERS)
        return cls(
            chain_id=fields.integer("chain_id", least=1, most=LARGEST_INTEGER),
            genesis_hash=fields.hexadecimal("genesis_hash", width=_DIGEST),
            registry=fields.hexadecimal("registry", width=_ADDRESS),
            registry_code_hash=fields.hexadecimal("registry_code_hash", width=_DIGEST),
            validators=fields.hexadecimal_list("validators", most=MOST_MEMBERS, width=_ADDRESS),
            governors=fields.hexadecimal_list("governors", most=MOST_MEMBERS, width=_ADDRESS),
            threshold=fields.integer("threshold", least=1, most=MOST_MEMBERS),
            institutions=tuple(
                _read_institution(Fields(item, ("code", "one_person", *_PROFILE, *_KEYS), where=f"{where}.{place}"))
                for place, item in enumerate(institutions)
            ),
            demonstration=fields.boolean("demonstration"),
        )


def _read_institution(fields: Fields) -> AnchoredInstitution:
    profile = Profile.read(fields)
    keys = {name: fields.hexadecimal_list(name, most=MOST_MEMBERS, width=_ADDRESS) for name in _KEYS}
    return AnchoredInstitution(
        code=fields.text("code", pattern="[0-9A-Z]{8}"),
        name=profile.name,
        credit_code=profile.credit_code,
        region=profile.region,
        one_person=fields.boolean("one_person"),
        **keys,
    )


def _check_order(name: str, members: tuple[bytes, ...], *, least: int = 0) -> None:
    if len(members) < least or list(members) != sorted(set(members)):
        zh, en = f"{name} 为空、无序或有重复", f"{name} is empty, out of order or repeats"
        raise MalformedAnchor(zh, en, field=name)
