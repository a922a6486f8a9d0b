"""The request file and the approval file: what travels between a registrar's machine and a reviewer's.

Both are canonical JSON of a few fields and say for which registry on which chain of which institution they are. The
request holds dossiers, so that the reviewer's software computes what is signed; the approvals hold signatures alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from contracts.approval import Approval
from node.errors import BadInput, Words
from node.receipts.errors import BadProof
from node.receipts.signature import recover
from node.records import canonical
from node.registrar.dossier import Dossier, dossier_from_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from eth_keys.datatypes import PrivateKey

REQUEST, APPROVALS = "zhicang-request-1", "zhicang-approvals-1"
LARGEST = 256 << 20
"""Bytes of a request or approval file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The registry that a request is for: chain id, address (20 bytes), institution's code and name."""

    chain_id: int
    registry: bytes
    institution: str
    name: str

    def to_json(self) -> dict[str, Any]:
        """Give the fields that both files begin with."""
        return {
            "chain_id": self.chain_id, "registry": self.registry.hex(), "institution": self.institution,
            "name": self.name,
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a registrar asks a reviewer to approve."""

    place: Place
    dossiers: tuple[Dossier, ...]

    def to_json_bytes(self) -> bytes:
        """Give the bytes of a request file."""
        dossiers = [dossier.to_json() for dossier in self.dossiers]
        return canonical.encode({"format": REQUEST, **self.place.to_json(), "dossiers": dossiers}) + b"\n"

    @staticmethod
    def from_json_bytes(data: bytes) -> Request:
        """Read a request file; raise BadInput where it is none."""
        value, place = _read(canonical.decode(data), REQUEST, "dossiers")
        return Request(place=place, dossiers=tuple(dossier_from_json(each) for each in value))

    def approve(self, key: PrivateKey, *, expires: int) -> tuple[Approved, ...]:
        """Sign every dossier of the request until a UTC second."""
        institution = self.place.institution.encode()
        found: list[Approved] = []
        for dossier in self.dossiers:
            asked = dossier.asked(institution, expires)
            digest = asked.digest(chain_id=self.place.chain_id, registry=self.place.registry)
            signature = key.sign_msg_hash(digest).to_bytes()
            approval = Approval.from_signature(signature, expires=expires)
            found.append(
                Approved(
                    code=asked.act, subject=asked.subject, version=asked.version, content=asked.content,
                    approval=approval,
                )
            )  # fmt: skip
        return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """One approval with what it is for, as on chain."""

    code: int
    subject: bytes
    version: int
    content: bytes
    approval: Approval

    def to_json(self) -> dict[str, Any]:
        """Give it as it travels."""
        return {
            "act": self.code, "subject": self.subject.hex(), "version": self.version, "content": self.content.hex(),
            "expires": self.approval.expires, "r": self.approval.r.hex(), "vs": self.approval.vs.hex(),
        }  # fmt: skip

    @staticmethod
    def from_json(value: dict[str, Any]) -> Approved:
        """Read what travelled; raise BadInput."""
        try:
            approval = Approval(expires=value["expires"], r=bytes.fromhex(value["r"]), vs=bytes.fromhex(value["vs"]))
            approved = Approved(
                code=value["act"], subject=bytes.fromhex(value["subject"]), version=value["version"],
                content=bytes.fromhex(value["content"]), approval=approval,
            )  # fmt: skip
            if approved.to_json() != value or not isinstance(approval.expires, int):
                raise BadInput("批准有多余的字段", "an approval with a field too many")
        except (KeyError, TypeError, ValueError) as error:
            raise BadInput("批准文件里的一条不完整", "an approval is not whole") from error
        return approved

    def reviewer(self, asked_digest: bytes) -> bytes:
        """Recover who signed; raise BadInput for a malformed signature."""
        try:
            return recover(asked_digest, self.approval.signature)
        except BadProof as error:
            raise BadInput("批准的签名不合格式", "the approval's signature is malformed") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Approvals:
    """What a reviewer sends back."""

    place: Place
    approved: tuple[Approved, ...]

    def to_json(self) -> dict[str, Any]:
        """Give what travels."""
        approved = [each.to_json() for each in self.approved]
        return {"format": APPROVALS, **self.place.to_json(), "approvals": approved}

    def to_json_bytes(self) -> bytes:
        """Give the bytes of an approval file."""
        return canonical.encode(self.to_json()) + b"\n"

    @staticmethod
    def from_json_bytes(data: bytes) -> Approvals:
        """Read an approval file; raise BadInput where it is none."""
        return Approvals.from_json(canonical.decode(data))

    @staticmethod
    def from_json(value: Any) -> Approvals:
        """Read what travelled; raise BadInput where it is none."""
        value, place = _read(value, APPROVALS, "approvals")
        return Approvals(place=place, approved=tuple(Approved.from_json(each) for each in value))


def _read(value: Any, form: str, items: str) -> tuple[Iterable[dict[str, Any]], Place]:
    known = {"format", "chain_id", "registry", "institution", "name", items}
    if not isinstance(value, dict) or value.get("format") != form or value.keys() != known:
        mend = Words(
            "送审单由 zhicang submit -o 写出,批准文件由 zhicang approve -o 写出",
            "zhicang submit -o writes a request, zhicang approve -o writes approvals",
        )
        raise BadInput(f"不是 {form} 文件", f"no file of format {form}", mend=mend)
    try:
        place = Place(
            chain_id=int(value["chain_id"]), registry=bytes.fromhex(value["registry"]),
            institution=str(value["institution"]), name=str(value["name"]),
        )  # fmt: skip
        found = [dict(each) for each in value[items]]
    except (TypeError, ValueError) as error:
        raise BadInput(f"{form} 文件不完整", f"a file of format {form} that is not whole") from error
    return found, place
