"""The registry in plain Python, second half: records, units, what institutions tell each other. Its specification."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from model_parties import PartiesModel, Refused, require

from contracts import approval, exchange, governing, parties, records
from contracts.approval import NOT_REVIEWED, Asked
from contracts.exchange import Delivery
from contracts.parties import ROLE_REVIEWER
from contracts.records import RecordState, UnitBatchState
from contracts.refusals import BY_REASON

if TYPE_CHECKING:
    from contracts.approval import Approval
    from contracts.calls import (
        AmendCall,
        AnchorChainCall,
        AttestCall,
        CommitUnitsCall,
        DeliverCall,
        RegisterCall,
        SupersedeCall,
        WithdrawCall,
    )
    from contracts.records import Entry

REASONS = {refusal.name: reason for reason, refusal in BY_REASON.items()}


@dataclass
class RegistryModel(PartiesModel):
    """The whole registry. `signatures` says who signed what: the model's cryptography."""

    signatures: dict[Approval, tuple[bytes, Asked]] = field(default_factory=dict)
    records: dict[bytes, RecordState] = field(default_factory=dict)
    versions: dict[tuple[bytes, int], Entry] = field(default_factory=dict)
    newest: dict[tuple[int, bytes], bytes] = field(default_factory=dict)
    batches: dict[bytes, UnitBatchState] = field(default_factory=dict)
    claimed_resources: Counter[tuple[bytes, int]] = field(default_factory=Counter)
    claimed_units: Counter[tuple[bytes, int]] = field(default_factory=Counter)
    deliveries: dict[tuple[bytes, bytes], Delivery] = field(default_factory=dict)
    anchored: dict[tuple[bytes, bytes], AnchorChainCall] = field(default_factory=dict)

    def require_approved(self, given: Approval, asked: Asked) -> None:
        if given == NOT_REVIEWED:
            require(self.institutions[asked.institution].one_person, "NotApproved")
            return
        require(self.time <= given.expires, "ApprovalExpired")
        signer, signed = self.signatures.get(given, (None, None))
        key = self.keys.get(signer) if signer else None
        good = key is not None and (key.institution, key.role) == (asked.institution, ROLE_REVIEWER)
        require(good and key is not None and key.status == parties.KEY_ACTIVE and signed == asked, "NotApproved")

    # ------------------------------------------------------------ records

    def register(self, sender: bytes, call: RegisterCall) -> None:
        institution = self.acting_for(sender)
        self.register_one(institution, call.entries[0], call.approvals[0])

    def register_many(self, sender: bytes, call: RegisterCall) -> None:
        institution = self.acting_for(sender)
        require(bool(call.entries), "NoEntries")
        require(len(call.approvals) in {0, len(call.entries)}, "ApprovalsDoNotFit")
        approvals = call.approvals or (NOT_REVIEWED,) * len(call.entries)
        for entry, given in zip(call.entries, approvals, strict=True):
            try:
                self.register_one(institution, entry, given)
            except Refused as refused:
                self.events.append(
                    records.EntrySkipped(
                        institution=institution, number=entry.number, content_digest=entry.content_digest,
                        reason=REASONS[refused.args[0]],
                    )
                )  # fmt: skip

    def register_one(self, institution: bytes, entry: Entry, given: Approval) -> None:
        self.require_sound(institution, entry)
        require(entry.number not in self.records, "AlreadyRegistered")
        asked = approval.asked_to_register(entry, institution=institution, expires=given.expires)
        self.require_approved(given, asked)
        self.append(entry, 1)
        self.newest[entry.kind, entry.content_digest] = entry.number
        self.claimed_resources[institution, entry.period] += 1
        self.events.append(entry.registered(institution))

    def amend(self, sender: bytes, call: AmendCall) -> None:
        institution, entry = self.acting_for(sender), call.entry
        self.require_open(institution, entry.number, call.reason.code)
        self.require_version(entry.number, call.version, self.records[entry.number].version + 1)
        require(any(entry.metadata_digest), "ZeroDigest")
        former = replace(entry, metadata_digest=call.former_metadata_digest)
        require(self.versions[entry.number, call.version - 1] == former, "ContentChanged")
        who: dict[str, Any] = {"institution": institution, "expires": call.approval.expires}
        asked = approval.asked_to_amend(entry, call.reason, version=call.version, **who)
        self.require_approved(call.approval, asked)
        self.append(entry, call.version)
        self.events.append(entry.amended(institution, call.version, call.reason))

    def supersede(self, sender: bytes, call: SupersedeCall) -> None:
        institution, entry = self.acting_for(sender), call.entry
        self.require_open(institution, entry.number, call.reason.code)
        self.require_version(entry.number, call.version, self.records[entry.number].version + 1)
        self.require_sound(institution, entry)
        who: dict[str, Any] = {"institution": institution, "expires": call.approval.expires}
        asked = approval.asked_to_supersede(entry, call.reason, version=call.version, **who)
        self.require_approved(call.approval, asked)
        self.append(entry, call.version)
        self.newest[entry.kind, entry.content_digest] = entry.number
        self.events.append(entry.superseded(institution, call.version, call.reason))

    def withdraw(self, sender: bytes, call: WithdrawCall) -> None:
        institution = self.acting_for(sender)
        self.require_open(institution, call.number, call.reason.code)
        state = self.records[call.number]
        self.require_version(call.number, call.version, state.version)
        who: dict[str, Any] = {"institution": institution, "expires": call.approval.expires}
        asked = approval.asked_to_withdraw(call.number, call.reason, version=call.version, **who)
        self.require_approved(call.approval, asked)
        self.records[call.number] = replace(state, status=records.STATUS_WITHDRAWN, height=self.height, time=self.time)
        self.events.append(
            records.Withdrawn(
                institution=institution, number=call.number, version=call.version, reason=call.reason.code,
                document=call.reason.document,
            )
        )  # fmt: skip

    def execute_about_records(self, call: Any) -> None:
        state = self.records.get(call.number)
        if isinstance(call, governing.FreezeCall):
            require(state is not None, "UnknownRecord")
            require(state is not None and state.status == records.STATUS_REGISTERED, "AlreadyWithdrawn")
            require(state is not None and not state.frozen, "FrozenRecord")
            self.events.append(parties.Frozen(number=call.number, document=call.document))
        else:
            require(state is not None and state.frozen, "NotFrozen")
            self.events.append(parties.Unfrozen(number=call.number, document=call.document))
        self.records[call.number] = replace(self.records[call.number], frozen=isinstance(call, governing.FreezeCall))

    def require_sound(self, institution: bytes, entry: Entry) -> None:
        require(entry.number[:8] == institution, "WrongInstitution")
        require(not any(entry.number[24:]), "MalformedNumber")
        require(entry.kind in {1, 2}, "UnknownKind")
        require(any(entry.content_digest) and any(entry.metadata_digest), "ZeroDigest")
        require(entry.period != 0, "ZeroPeriod")
        require(1 <= len(entry.cid) <= 64, "BadCid")
        if any(entry.replaces):
            other_own = entry.replaces[:8] == institution and entry.replaces != entry.number
            require(other_own and entry.replaces in self.records, "UnknownReplaced")

    def require_open(self, institution: bytes, number: bytes, reason: int) -> None:
        require(number[:8] == institution, "WrongInstitution")
        require(number in self.records, "UnknownRecord")
        require(self.records[number].status == records.STATUS_REGISTERED, "AlreadyWithdrawn")
        require(not self.records[number].frozen, "FrozenRecord")
        require(1 <= reason <= 9, "UnknownReason")

    def require_version(self, number: bytes, version: int, expected: int) -> None:
        require(number in self.records and version == expected, "WrongVersion")

    def append(self, entry: Entry, version: int) -> None:
        self.records[entry.number] = RecordState(
            status=records.STATUS_REGISTERED, frozen=False, kind=entry.kind, version=version, height=self.height,
            time=self.time,
        )  # fmt: skip
        self.versions[entry.number, version] = entry

    # ------------------------------------------------------------ units and what institutions tell each other

    def commit_units(self, sender: bytes, call: CommitUnitsCall) -> None:
        institution, batch = self.acting_for(sender), call.batch
        require(any(batch.root) and any(batch.list_digest), "ZeroDigest")
        require(batch.claimed != 0, "NothingClaimed")
        require(batch.period != 0, "ZeroPeriod")
        require(1 <= len(batch.cid) <= 64, "BadCid")
        require(batch.root not in self.batches, "AlreadyCommitted")
        asked = approval.asked_to_commit(batch, institution=institution, expires=call.approval.expires)
        self.require_approved(call.approval, asked)
        self.batches[batch.root] = UnitBatchState(
            institution=institution, claimed=batch.claimed, height=self.height, time=self.time
        )
        self.claimed_units[institution, batch.period] += batch.claimed
        self.events.append(batch.committed(institution))

    def deliver(self, sender: bytes, call: DeliverCall) -> None:
        institution = self.acting_for(sender)
        require(call.recipient != institution, "OwnDelivery")
        self.require_admitted(call.recipient)
        require(any(call.package_digest), "ZeroDigest")
        require(call.claimed != 0, "NothingClaimed")
        require(call.period != 0, "ZeroPeriod")
        before = self.deliveries.get((institution, call.package_digest))
        require(before is None or before.status == exchange.RETURNED, "DeliveryNotOpen")
        self.set_delivery(institution, call.recipient, call.package_digest, exchange.DELIVERED)
        said = {name: getattr(call, name) for name in ("claimed", "programme", "period", "lot", "document")}
        self.events.append(
            exchange.Delivered(
                institution=institution, recipient=call.recipient, package_digest=call.package_digest, **said
            )
        )

    def accept_delivery(self, sender: bytes, call: Any) -> None:
        self.answer(sender, call, exchange.ACCEPTED, exchange.DeliveryAccepted)

    def return_delivery(self, sender: bytes, call: Any) -> None:
        self.answer(sender, call, exchange.RETURNED, exchange.DeliveryReturned)

    def answer(self, sender: bytes, call: Any, status: int, event: Any) -> None:
        own = self.acting_for(sender)
        delivery = self.deliveries.get((call.institution, call.package_digest))
        waits = delivery is not None and (delivery.recipient, delivery.status) == (own, exchange.DELIVERED)
        require(waits, "DeliveryNotOpen")
        self.set_delivery(call.institution, own, call.package_digest, status)
        self.events.append(
            event(
                institution=call.institution, recipient=own, package_digest=call.package_digest,
                document=call.document,
            )
        )  # fmt: skip

    def set_delivery(self, institution: bytes, recipient: bytes, package: bytes, status: int) -> None:
        self.deliveries[institution, package] = Delivery(
            recipient=recipient, status=status, height=self.height, time=self.time
        )

    def attest(self, sender: bytes, call: AttestCall) -> None:
        institution = self.acting_for(sender, None)
        require(any(call.subject), "ZeroDigest")
        require(call.kind != 0, "ZeroKind")
        self.events.append(
            exchange.Attested(
                institution=institution, subject=call.subject, digest=call.digest, account=sender,
                role=self.keys[sender].role, kind=call.kind, verdict=call.verdict,
            )
        )  # fmt: skip

    def anchor_chain(self, sender: bytes, call: AnchorChainCall) -> None:
        institution = self.acting_for(sender)
        require(any(call.genesis_hash) and any(call.header_hash) and any(call.headers_root), "ZeroDigest")
        require((institution, call.genesis_hash) not in self.anchored, "AlreadyAnchored")
        self.anchored[institution, call.genesis_hash] = call
        self.events.append(
            exchange.ChainAnchored(
                institution=institution, genesis_hash=call.genesis_hash, header_hash=call.header_hash,
                height=call.height, headers_root=call.headers_root,
            )
        )  # fmt: skip
