"""An anchor brought forward on a real chain with the real registry: what it then says is what the registry says."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest
from coincurve import PrivateKey
from eth_hash.auto import keccak
from web3 import AsyncWeb3

from contracts import approval, calls, deploy, governing, views
from contracts.approval import NOT_REVIEWED, Approval, Asked
from contracts.parties import ROLE_AUDITOR, ROLE_REGISTRAR, ROLE_REVIEWER, Admission
from contracts.records import Entry, Reason
from node.chain.embedded.seal import validator_of
from node.chain.forward import bring_forward
from node.chain.raw import RawRpc
from node.chain.state_capture import capture_record
from node.errors import BadInput, Doubtful, Unavailable, ZhicangError
from node.receipts.anchor import TrustAnchor
from node.receipts.assemble import resource_receipt
from node.receipts.folding import fold
from node.receipts.founding import AnchoredInstitution, Founding, Profile
from node.receipts.material import capture
from node.receipts.subject import FileSubject
from node.receipts.verify import verify
from node.records import canonical

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from node.chain.embedded import EmbeddedChain
    from node.receipts.receipt import Receipt

CHAIN_ID, CODE, LATE = 770_001, b"14000001", b"32000001"
EXPIRES = 4_000_000_000
PROFILE = Profile(name="某省图书馆", credit_code="12140000DEM000001M", region="140000")
LATE_PROFILE = Profile(name="后来的图书馆", credit_code="123200000000000019", region="320000")
FOUNDER_KEY = bytes([2]) * 32
METADATA = {"schema": 1, "title": "题名"}


def key_of(name: str) -> bytes:
    return FOUNDER_KEY if name == "founder" else hashlib.sha256(name.encode()).digest()


def address(name: str) -> bytes:
    return validator_of(key_of(name))


@dataclass
class Consortium:
    """Three governors, two of whom must agree; a library of two persons; everything goes through its registry."""

    site: Any
    chain: EmbeddedChain
    signed: Any
    nonces: dict[str, int] = field(default_factory=dict)
    founding: Founding = field(init=False)

    async def send(self, by: str, calldata: bytes, *, to: bytes | None = None) -> dict[str, Any]:
        nonce = self.nonces.get(by, 0)
        self.nonces[by] = nonce + 1
        place = self.registry if to is None else to or None
        raw = self.signed(key_of(by), nonce, to=place, calldata=calldata, gas=8_000_000)
        (done,) = await self.site.send_all(self.chain, raw)
        return done

    async def act(self, call: calls.Call, by: str) -> dict[str, Any]:
        done = await self.send(by, calls.encode_call(call))
        assert done["status"] == "0x1", (call, by)
        return done

    async def govern(self, call: governing.GovernedCall, *by: str) -> None:
        encoded = governing.encode_governed(call)
        said = calls.GovernCall(call=encoded, expires=EXPIRES, document=keccak(encoded))
        for name in by or ("g1", "g2"):
            await self.act(said, name)

    @property
    def rpc(self) -> RawRpc:
        return RawRpc(AsyncWeb3(self.chain.provider))

    @property
    def registry(self) -> bytes:
        registry: bytes = self.site.registry
        return registry

    @property
    def anchor(self) -> TrustAnchor:
        return TrustAnchor(founding=self.founding)

    async def found(self) -> None:
        governors = tuple(sorted(address(name) for name in ("g1", "g2", "g3")))
        admission = Admission(
            institution=CODE, profile_digest=PROFILE.digest, one_person=False,
            registrars=(address("registrar"), address("second")), reviewers=(address("reviewer"),),
            auditors=(address("auditor"),),
        )  # fmt: skip
        created = await self.send("founder", deploy.creation_calldata(governors, 2, [admission]), to=b"")
        assert created["status"] == "0x1"
        block = await self.rpc.block("0x0", whole=False)
        code = await self.chain.rpc.call("eth_getCode", ["0x" + self.registry.hex(), "latest"])
        assert block is not None
        institution = AnchoredInstitution(
            code=CODE.decode(), name=PROFILE.name, credit_code=PROFILE.credit_code, region=PROFILE.region,
            one_person=False, registrars=tuple(sorted(admission.registrars)), reviewers=admission.reviewers,
            auditors=admission.auditors,
        )  # fmt: skip
        self.founding = Founding(
            chain_id=CHAIN_ID, genesis_hash=bytes.fromhex(block["hash"][2:]), registry=self.registry,
            registry_code_hash=keccak(bytes.fromhex(code[2:])), validators=(validator_of(b"\1" * 32),),
            governors=governors, threshold=2, institutions=(institution,),
        )  # fmt: skip

    async def read(self, calldata: bytes) -> bytes:
        return await self.rpc.call({"to": "0x" + self.registry.hex(), "data": "0x" + calldata.hex()}, "latest")

    def approve(self, asked: Asked, by: str = "reviewer") -> Approval:
        digest = asked.digest(chain_id=CHAIN_ID, registry=self.registry)
        signature = PrivateKey(key_of(by)).sign_recoverable(digest, hasher=None)
        return Approval.from_signature(signature, expires=asked.expires)

    async def receipt(self, done: dict[str, Any], **more: Any) -> Receipt:
        block = await self.rpc.block(done["blockNumber"], whole=True)
        assert block is not None
        receipts = await self.rpc.tx_receipts(block)
        assert receipts is not None
        material = capture(block, receipts, int(done["transactionIndex"], 16))
        return resource_receipt(material, log_index=0, metadata=METADATA, **more)


@pytest.fixture
async def consortium(site: Any, signed: Any) -> AsyncIterator[Consortium]:
    async with site.open_for_registrars() as chain:
        made = Consortium(site=site, chain=chain, signed=signed)
        await made.found()
        yield made


def entry(serial: int = 1, code: bytes = CODE, content: bytes = b"content") -> Entry:
    digest = hashlib.sha256(content).digest()
    return Entry(
        number=f"{code.decode()}-2023-{serial:08d}-A".encode().ljust(32, b"\0"), kind=1, content_digest=digest,
        metadata_digest=canonical.digest(METADATA), cid=bytes.fromhex("01551220") + digest, programme=bytes(32),
        period=2023, lot=bytes(32), replaces=bytes(32),
    )  # fmt: skip


async def every_act(consortium: Consortium) -> None:
    govern, act = consortium.govern, consortium.act
    await govern(governing.AddKeyCall(institution=CODE, account=address("third"), role=ROLE_REGISTRAR))
    reviewer = governing.AddKeyCall(institution=CODE, account=address("other reviewer"), role=ROLE_REVIEWER)
    await govern(reviewer, "g3", "g1")
    await govern(governing.RetireKeyCall(account=address("second")))
    await govern(governing.SuspendCall(institution=CODE, document=bytes(32)))
    await govern(governing.ReinstateCall(institution=CODE, document=bytes(32)))
    admission = Admission(
        institution=LATE, profile_digest=LATE_PROFILE.digest, one_person=True, registrars=(address("late"),),
        auditors=(address("late auditor"),),
    )  # fmt: skip
    await govern(governing.AdmitCall(admission=admission))
    await govern(governing.RevokeStolenKeyCall(account=address("third"), since=5))
    await govern(governing.NominateGovernorCall(account=address("g4")))
    await act(calls.AcceptGovernorshipCall(), "g4")
    await govern(governing.NominateGovernorCall(account=address("g5")))
    await govern(governing.DismissGovernorCall(account=address("g5")))
    await govern(governing.DismissGovernorCall(account=address("g1")), "g2", "g3")
    await govern(governing.SetThresholdCall(threshold=3), "g4", "g2")
    await govern(governing.SetPolicyCall(institution=CODE, one_person=True), "g4", "g3", "g2")
    await govern(governing.NameSuccessorCall(registry=address("g1"), document=bytes(32)), "g4", "g3", "g2")
    await act(calls.RetireOwnKeyCall(), "auditor")


async def test_the_anchor_says_what_the_registry_says(consortium: Consortium) -> None:
    await every_act(consortium)
    anchor = await bring_forward(consortium.anchor, consortium.rpc, profiles={LATE_PROFILE.digest: LATE_PROFILE})
    assert TrustAnchor.from_json_bytes(anchor.to_json_bytes()) == anchor
    assert anchor.fingerprint == consortium.founding.fingerprint
    trust = fold(anchor)
    held = views.decode_governance(await consortium.read(views.encode_governance()))
    assert (trust.sequence, trust.epoch, trust.threshold, len(trust.governors)) == (
        held.sequence, held.epoch, held.threshold, held.governors,
    )  # fmt: skip
    assert trust.sequence == 16
    assert trust.keys_known == trust.sets_known == consortium.chain.head.height
    names = ("registrar", "second", "third", "reviewer", "other reviewer", "auditor", "late", "late auditor")
    for name in names:
        key, on_chain = trust.key(address(name)), views.decode_key_of(
            await consortium.read(views.encode_key_of(address(name)))
        )
        assert key is not None
        assert on_chain is not None
        assert (key.institution.encode(), key.role, key.until) == (
            on_chain.institution, on_chain.role, on_chain.until
        )  # fmt: skip
        assert key.since == (on_chain.since if name in {"third", "other reviewer", "late", "late auditor"} else 0)
        assert key.stolen == (on_chain.status == 3)
    assert trust.key(address("auditor")).role == ROLE_AUDITOR  # type: ignore[union-attr]
    for name in ("g1", "g2", "g3", "g4", "g5"):
        seated = views.decode_is_governor(await consortium.read(views.encode_is_governor(address(name))))
        assert (address(name) in trust.governors) == seated
    party = trust.institution(LATE.decode())
    assert party is not None
    assert party.profile == LATE_PROFILE
    again = await bring_forward(anchor, consortium.rpc, profiles={})
    assert again.changes == anchor.changes


async def test_it_comes_forward_step_by_step_too(consortium: Consortium) -> None:
    anchor = await bring_forward(consortium.anchor, consortium.rpc, profiles={})
    assert (anchor.changes, fold(anchor).keys_known) == ((), consortium.chain.head.height)
    await consortium.govern(governing.SetPolicyCall(institution=CODE, one_person=True))
    later = await bring_forward(anchor, consortium.rpc, profiles={})
    assert len(later.changes) == 1
    assert fold(later).keys_known > fold(anchor).keys_known


async def test_an_admission_needs_its_profile(consortium: Consortium) -> None:
    admission = Admission(institution=LATE, profile_digest=LATE_PROFILE.digest, one_person=True)
    await consortium.govern(governing.AdmitCall(admission=admission))
    with pytest.raises(BadInput, match="32000001") as caught:
        await bring_forward(consortium.anchor, consortium.rpc, profiles={PROFILE.digest: PROFILE})
    assert caught.value.mend is not None


async def test_an_act_that_the_engine_conceals_is_noticed(
    consortium: Consortium, monkeypatch: pytest.MonkeyPatch
) -> None:
    await consortium.govern(governing.RetireKeyCall(account=address("second")))
    honest = RawRpc.result

    async def without_logs(self: RawRpc, method: str, *parameters: Any) -> Any:
        return [] if method == "eth_getLogs" else await honest(self, method, *parameters)

    monkeypatch.setattr(RawRpc, "result", without_logs)
    with pytest.raises(Doubtful, match="counted 1 governance acts"):
        await bring_forward(consortium.anchor, consortium.rpc, profiles={})


@pytest.mark.parametrize(
    ("method", "answer", "error"),
    [
        ("eth_getProof", None, Unavailable), ("eth_getProof", {"accountProof": [], "storageProof": []}, Doubtful),
        ("eth_getProof", {"accountProof": ["0x"], "storageProof": [{"proof": ["0x"]}]}, Doubtful),
        ("eth_getBlockByNumber", None, Unavailable), ("eth_blockNumber", "none", Doubtful),
        ("eth_getLogs", [{"topics": ["0x", "0x" + "1".zfill(64), "0x" + "0" * 64]}], Doubtful),
    ],
)
async def test_a_malformed_answer_has_a_name(
    consortium: Consortium, monkeypatch: pytest.MonkeyPatch, method: str, answer: Any, error: type[ZhicangError]
) -> None:
    honest, honest_results = RawRpc.result, RawRpc.results

    async def one(self: RawRpc, asked: str, *parameters: Any) -> Any:
        return answer if asked == method else await honest(self, asked, *parameters)

    async def many(self: RawRpc, asked: str, lists: Any) -> list[Any]:
        return [answer for _ in lists] if asked == method else await honest_results(self, asked, lists)

    monkeypatch.setattr(RawRpc, "result", one)
    monkeypatch.setattr(RawRpc, "results", many)
    with pytest.raises(error):
        await bring_forward(consortium.anchor, consortium.rpc, profiles={})


async def test_what_two_people_registered_verifies_and_its_state_is_proven(consortium: Consortium) -> None:
    good = entry()
    asked = approval.asked_to_register(good, institution=CODE, expires=EXPIRES)
    registered = await consortium.send("registrar", calls.encode_register(good, consortium.approve(asked)))
    subject = FileSubject(sha256=good.content_digest)
    receipt = await consortium.receipt(registered)
    trust = fold(await bring_forward(consortium.anchor, consortium.rpc, profiles={}))

    async def judged() -> tuple[str, str, list[str]]:
        state = await capture_record(consortium.rpc, consortium.founding, receipt)
        newest = fold(await bring_forward(consortium.anchor, consortium.rpc, profiles={}))
        verdict = verify(subject, replace(receipt, status=state), newest)
        return verdict.answer, verdict.steps[-1].en, [words.en for words in verdict.statements]

    verdict = verify(subject, receipt, trust)
    assert (verdict.answer, verdict.failed) == ("yes", None)
    assert verdict.signed is not None
    assert (verdict.signed.registrar, verdict.signed.reviewer) == (address("registrar"), address("reviewer"))
    answer, shown, said = await judged()
    assert (answer, shown.split(": ")[1]) == ("yes", "not withdrawn")
    assert "later status not checked" not in " ".join(said)
    await consortium.govern(governing.FreezeCall(number=good.number, document=bytes(32)))
    frozen = f"as of height {consortium.chain.head.height}: not withdrawn, but frozen"
    assert (await judged())[:2] == ("doubtful", frozen)
    await consortium.govern(governing.UnfreezeCall(number=good.number, document=bytes(32)))
    better = entry(content=b"better")
    reason = Reason(code=1)
    asked = approval.asked_to_supersede(better, reason, version=2, institution=CODE, expires=EXPIRES)
    supersede = calls.SupersedeCall(entry=better, version=2, reason=reason, approval=consortium.approve(asked))
    second = await consortium.receipt(await consortium.act(supersede, "registrar"))
    newest = verify(FileSubject(sha256=better.content_digest), second, trust)
    assert (newest.answer, newest.record.to_json()["act"]) == ("yes", "supersede")
    answer, shown, _ = await judged()
    assert (answer, shown.split("; ")[1]) == ("yes", "its newest version is 2, this receipt is of version 1")
    asked = approval.asked_to_withdraw(good.number, reason, version=2, institution=CODE, expires=EXPIRES)
    withdraw = calls.WithdrawCall(number=good.number, version=2, reason=reason, approval=consortium.approve(asked))
    withdrawn = await consortium.act(withdraw, "registrar")
    answer, shown, _ = await judged()
    assert answer == "doubtful"
    assert f"it was withdrawn at height {int(withdrawn['blockNumber'], 16)}" in shown


async def test_what_one_person_registered_says_so(consortium: Consortium) -> None:
    await consortium.govern(governing.SetPolicyCall(institution=CODE, one_person=True))
    good = entry()
    done = await consortium.send("second", calls.encode_register_many([good], [NOT_REVIEWED]))
    receipt = await consortium.receipt(done)
    subject = FileSubject(sha256=good.content_digest)
    newest = await bring_forward(consortium.anchor, consortium.rpc, profiles={})
    verdict = verify(subject, receipt, newest)
    assert (verdict.answer, verdict.signed.reviewer) == ("yes", None)  # type: ignore[union-attr]
    assert any("one person" in words.en for words in verdict.statements)
    assert verify(subject, receipt, consortium.anchor).answer == "anchor-too-old"
