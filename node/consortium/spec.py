"""What a consortium agreed on before it has a chain: CONSORTIUM.yaml, read and held to its rules.

Every key is either an address that its keeper made at home, or ``make one``: then the founding makes it. The second is
for demonstrations, and for institutions that trust the one who founds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from node.consortium.addresses import PUBLIC_KEY, read_address
from node.consortium.yaml_reading import Place, read_yaml
from node.errors import BadInput
from node.founding import Institution
from node.receipts.fields import LARGEST as LARGEST_INTEGER
from node.receipts.keccak import keccak

if TYPE_CHECKING:
    from pathlib import Path

ONE_PERSON = {"one-person": True, "two-person": False}
TRUTH = {"true": True, "false": False}
LEAST_CHAIN_ID = 2
"""Chain id 1 is Ethereum's, and on GoQuorum its signatures look like those of private transactions."""
LONGEST_PERIOD, LONGEST_TIMEOUT, LARGEST_PORT, DEFAULT_PORT = 60, 600, 65_535, 30_303
_HOST = re.compile(r"[0-9A-Za-z.:-]{1,253}", re.ASCII)
_KEYS = ("registrars", "reviewers", "auditors")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An institution of the founding; of its keys, None stands for one that is to be made."""

    institution: Institution
    one_person: bool
    registrars: tuple[bytes | None, ...]
    reviewers: tuple[bytes | None, ...]
    auditors: tuple[bytes | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GovernorSpec:
    """A governor: the code of the institution that keeps its key, and its address, or None."""

    keeper: str
    address: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidatorSpec:
    """A validator: who keeps it, its address or None, its public key (64 bytes) where it is known, where it listens."""

    keeper: str
    address: bytes | None
    public_key: bytes | None
    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """The whole agreement; times in seconds."""

    chain_id: int
    period: int
    request_timeout: int
    threshold: int
    demonstration: bool
    institutions: tuple[Member, ...]
    governors: tuple[GovernorSpec, ...]
    validators: tuple[ValidatorSpec, ...]

    @property
    def makes_signing_keys(self) -> bool:
        """Whether the founding is to make keys that a passphrase protects."""
        given = [key for member in self.institutions for name in _KEYS for key in getattr(member, name)]
        return None in given or any(governor.address is None for governor in self.governors)


def read_spec(path: Path) -> Spec:
    """Read CONSORTIUM.yaml; raise BadInput with the line and the field that is wrong."""
    required = ("chain_id", "period", "threshold", "institutions", "governors", "validators")
    fields = read_yaml(path).mapping(required, ("request_timeout", "demonstration"))
    period = fields["period"].integer(least=1, most=LONGEST_PERIOD)
    timeout = fields.get("request_timeout")
    demonstration = fields.get("demonstration")
    institutions = tuple(_read_member(place) for place in _some(fields["institutions"]))
    codes = {member.institution.code for member in institutions}
    if len(codes) != len(institutions):
        raise fields["institutions"].wrong("两个机构的机构码相同", "two institutions have the same code")
    governors = tuple(_read_governor(place, codes) for place in _some(fields["governors"]))
    spec = Spec(
        chain_id=fields["chain_id"].integer(least=LEAST_CHAIN_ID, most=LARGEST_INTEGER),
        period=period,
        request_timeout=2 * period + 2 if timeout is None else timeout.integer(least=1, most=LONGEST_TIMEOUT),
        threshold=fields["threshold"].integer(least=1, most=len(governors)),
        demonstration=demonstration is not None and demonstration.choice(TRUTH),
        institutions=institutions,
        governors=governors,
        validators=tuple(_read_validator(place, codes) for place in _some(fields["validators"])),
    )
    _refuse_a_key_with_two_duties(path, spec)
    return spec


def _read_member(place: Place) -> Member:
    profile = ("code", "name", "credit_code", "region")
    fields = place.mapping((*profile, "policy", "registrars"), ("reviewers", "auditors"))
    try:
        institution = Institution(**{name: fields[name].text() for name in profile})
    except BadInput as error:
        raise fields[error.field or "code"].wrong(error.words.zh, error.words.en) from error
    keys = {name: tuple(map(read_address, fields[name].items())) if name in fields else () for name in _KEYS}
    member = Member(institution=institution, one_person=fields["policy"].choice(ONE_PERSON), **keys)
    if not member.registrars:
        raise fields["registrars"].wrong("至少要有一名登记员", "there must be at least one registrar")
    if not member.one_person and not member.reviewers:
        zh, en = "两人制机构至少要有一名审核员,否则谁也登记不了", "with two persons, somebody must review"
        raise fields["policy"].wrong(zh, en)
    return member


def _read_governor(place: Place, codes: set[str]) -> GovernorSpec:
    fields = place.mapping(("keeper", "key"))
    return GovernorSpec(keeper=_read_keeper(fields["keeper"], codes), address=read_address(fields["key"]))


def _read_validator(place: Place, codes: set[str]) -> ValidatorSpec:
    fields = place.mapping(("keeper", "key"), ("host", "port"))
    key = fields["key"]
    public_key = None
    if PUBLIC_KEY.fullmatch(key.text()):
        public_key = bytes.fromhex(key.text()[2:])
    host = fields["host"].text() if "host" in fields else ""
    if host and _HOST.fullmatch(host) is None:
        raise fields["host"].wrong("应为 IP 地址或主机名", "must be an IP address or a host name")
    return ValidatorSpec(
        keeper=_read_keeper(fields["keeper"], codes),
        address=read_address(key) if public_key is None else keccak(public_key)[-20:],
        public_key=public_key,
        host=host,
        port=fields["port"].integer(least=1, most=LARGEST_PORT) if "port" in fields else DEFAULT_PORT,
    )


def _read_keeper(place: Place, codes: set[str]) -> str:
    keeper = place.text()
    if keeper not in codes:
        zh = f"没有机构码为 {keeper[:20]!r} 的机构;保管人应是 institutions 中的一个"
        raise place.wrong(zh, f"{keeper[:20]!r} is the code of no institution that is listed")
    return keeper


def _some(place: Place) -> list[Place]:
    items = place.items()
    if not items:
        raise place.wrong("至少要有一项", "there must be at least one")
    return items


def _refuse_a_key_with_two_duties(path: Path, spec: Spec) -> None:
    given = [key for member in spec.institutions for name in _KEYS for key in getattr(member, name)]
    given += [governor.address for governor in spec.governors]
    given += [validator.address for validator in spec.validators]
    addresses = [address for address in given if address is not None]
    for address in addresses:
        if addresses.count(address) > 1:
            zh = f"地址 0x{address.hex()} 出现了两次;一把密钥只担任一职"
            raise BadInput(zh, f"0x{address.hex()} is listed twice; a key has one duty", file=str(path), field="key")
