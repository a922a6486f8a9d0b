"""A dossier: all that a reviewer must see of a matter, from which the approved content is computed anew.

What is shown and what is signed are one: the entry that is signed is made from the very metadata, digests and reason
that are on the page, by the reviewer's own software, so that a request cannot show one thing and have another signed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from contracts import approval
from contracts.records import Reason
from node.errors import BadInput, OwnFault
from node.records import canonical
from node.records.kind import Kind
from node.records.metadata import Metadata
from node.registrar.grouping import batch_for, entry_for
from storage.cid import Cid
from storage.matters import Code, MatterRow
from storage.resources import VersionRow
from storage.units import UnitBatchRow

if TYPE_CHECKING:
    from contracts.approval import Asked
    from storage.journal import Journal


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """A matter with what it is about: a version of a resource, a unit batch, or (to withdraw) the number alone.

    ``former`` is the canonical metadata before an amendment, b"" for other acts: for the page alone, by the sender's
    word; the signature does not cover it.
    """

    code: Code
    number: str
    version: int
    reason: Reason
    resource: VersionRow | None = None
    batch: UnitBatchRow | None = None
    former: bytes = b""

    def asked(self, institution: bytes, expires: int = 0) -> Asked:
        """Give what is to be approved, for an institution (8 bytes) and until a UTC second."""
        who: dict[str, Any] = {"institution": institution, "expires": expires}
        if self.batch is not None:
            return approval.asked_to_commit(batch_for(self.batch), **who)
        if self.resource is None:
            raise OwnFault("案卷里没有资源", "a dossier without a resource")
        entry = entry_for(self.resource)
        if self.code is Code.REGISTER:
            return approval.asked_to_register(entry, **who)
        if self.code is Code.WITHDRAW:
            return approval.asked_to_withdraw(entry.number, self.reason, version=self.version, **who)
        ask = approval.asked_to_amend if self.code is Code.AMEND else approval.asked_to_supersede
        return ask(entry, self.reason, version=self.version, **who)

    @property
    def title(self) -> str:
        """What a person calls it."""
        if self.resource is not None:
            return self.resource.title
        return "知识单元清单"

    @property
    def digest(self) -> bytes:
        """SHA-256 of the content, or of the unit list."""
        if self.batch is not None:
            return self.batch.list_digest
        return self.resource.content_digest if self.resource is not None else bytes(32)

    def to_json(self) -> dict[str, Any]:
        """Give what travels to the reviewer."""
        about = {"act": self.code.name.lower(), "version": self.version}
        if self.batch is not None:
            batch = self.batch
            return about | {
                "root": batch.root.hex(), "sha256": batch.list_digest.hex(), "cid": str(Cid.from_binary(batch.cid)),
                "claimed": batch.claimed, "period": batch.period, "programme": batch.programme, "lot": batch.lot,
                "earlier_receipt": batch.earlier_receipt.hex(), "source": batch.source_path,
            }  # fmt: skip
        row = self.resource
        if row is None:
            raise OwnFault("案卷里没有资源", "a dossier without a resource")
        before = {"former": canonical.decode(self.former)} if self.code is Code.AMEND else {}
        return about | before | {
            "resource_id": row.number, "kind": Kind(row.kind).word, "sha256": row.content_digest.hex(),
            "cid": str(Cid.from_binary(row.cid)), "files": row.files, "size": row.size,
            "metadata": canonical.decode(row.metadata), "earlier_receipt": row.earlier_receipt.hex(),
            "source": row.source_path, "reason": self.reason.code, "document": self.reason.document.hex(),
        }  # fmt: skip


def dossier_of(journal: Journal, matter: MatterRow) -> Dossier:
    """Put together what the journal has of a matter."""
    reason = Reason(code=matter.reason, document=matter.document)
    about: dict[str, Any] = {"code": matter.code, "version": matter.version, "reason": reason}
    if matter.code is Code.COMMIT_UNITS:
        batch = journal.units.of_matter(matter.id)
        if batch is not None:
            return Dossier(number=batch.root.hex(), batch=batch, **about)
    elif matter.code is Code.WITHDRAW:
        current = journal.resources.version(matter.subject, matter.version)
        if current is not None:
            return Dossier(number=matter.subject, resource=current, **about)
    elif (row := journal.resources.of_matter(matter.id)) is not None:
        before = journal.resources.version(matter.subject, matter.version - 1)
        former = before.metadata if before is not None and matter.code is Code.AMEND else b""
        return Dossier(number=matter.subject, resource=row, former=former, **about)
    raise OwnFault(f"事项 {matter.id} 在日志中不完整", f"matter {matter.id} is not whole in the journal")


def dossier_from_json(value: dict[str, Any]) -> Dossier:
    """Read what travelled; raise BadInput where it is no dossier."""
    try:
        code = Code[value["act"].upper()]
        dossier = _batch(value) if code is Code.COMMIT_UNITS else _resource(value, code)
        if dossier.to_json() != value:
            raise BadInput("案卷有多余的字段", "the dossier has a field too many")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        zh, en = f"送审单里的一份案卷不完整:{error}", f"a dossier of the request is not whole: {error}"
        raise BadInput(zh, en) from error
    return dossier


def _resource(value: dict[str, Any], code: Code) -> Dossier:
    metadata = Metadata.from_json(value["metadata"])
    row = VersionRow(
        number=value["resource_id"], version=value["version"], source_path=value["source"],
        kind=Kind[value["kind"].upper()], content_digest=_digest(value["sha256"]),
        cid=bytes(Cid.parse(value["cid"]).binary), size=value["size"], files=value["files"],
        metadata=canonical.encode(value["metadata"]), metadata_digest=canonical.digest(value["metadata"]),
        title=metadata.title, client_ref=metadata.client_ref, period=metadata.period,
        earlier_receipt=_digest(value["earlier_receipt"]), created=0, code=code, stage="submitted",
    )  # fmt: skip
    reason = Reason(code=value["reason"], document=_digest(value["document"]))
    former = b""
    if code is Code.AMEND:
        Metadata.from_json(value["former"])  # what the page will read
        former = canonical.encode(value["former"])
    return Dossier(code=code, number=row.number, version=row.version, reason=reason, resource=row, former=former)


def _batch(value: dict[str, Any]) -> Dossier:
    row = UnitBatchRow(
        id=0, root=_digest(value["root"]), list_digest=_digest(value["sha256"]),
        cid=bytes(Cid.parse(value["cid"]).binary), object_id="", claimed=value["claimed"], period=value["period"],
        programme=value["programme"], lot=value["lot"], id_field="", source_path=value["source"],
        earlier_receipt=_digest(value["earlier_receipt"]), created=0, stage="submitted",
    )  # fmt: skip
    reason = Reason(code=0)
    return Dossier(
        code=Code.COMMIT_UNITS, number=row.root.hex(), version=value["version"], reason=reason, batch=row
    )


def _digest(text: str) -> bytes:
    found = bytes.fromhex(text)
    if len(found) != 32:  # noqa: PLR2004 - a digest
        raise ValueError(f"{text[:80]!r} is no digest")
    return found
