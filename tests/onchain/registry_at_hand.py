"""A registry on eth-tester, spoken to through the binding alone; py-evm's Berlin fork, as on the real chain."""

from __future__ import annotations

import ast
import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from branches import RecordingBerlin
from eth_tester import EthereumTester, PyEVMBackend
from eth_tester.backends.pyevm.main import get_default_account_keys
from eth_tester.exceptions import TransactionFailed
from web3 import EthereumTesterProvider, Web3

from contracts import artefact, calls, deploy, governing
from contracts.approval import Approval, Asked
from contracts.calls import GovernCall
from contracts.errors import decode_revert
from contracts.events import Event, decode_log
from contracts.parties import Admission
from contracts.records import Entry, Reason, UnitBatch

if TYPE_CHECKING:
    from collections.abc import Sequence

FORK = "Berlin"
GAS = 15_000_000
FAR = 2**40
"""A second that no test comes to."""
INSTITUTION, NEIGHBOUR = b"14000001", b"DEMO0001"
(
    GOVERNOR, REGISTRAR, NEIGHBOUR_REGISTRAR, STRANGER, SPARE,
    REVIEWER, NEIGHBOUR_REVIEWER, AUDITOR, SECOND_GOVERNOR, THIRD_GOVERNOR,
) = range(10)  # fmt: skip
KEYS = get_default_account_keys()
REACHED: set[str] = set()
"""Names of the errors that the registry was seen to refuse with; it only grows."""


def digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def number(serial: int, institution: bytes = INSTITUTION) -> bytes:
    return institution + f"-2023-{serial:08}-A".encode() + bytes(8)


def entry(serial: int = 1, **changes: Any) -> Entry:
    full = Entry(
        number=number(serial), kind=1, content_digest=digest(f"content {serial}"),
        metadata_digest=digest(f"metadata {serial}"), cid=b"\x01\x55\x12\x20" + digest(f"content {serial}"),
        programme=digest("programme"), period=2023, lot=digest("lot"), replaces=bytes(32),
    )  # fmt: skip
    return replace(full, **changes)


def batch(**changes: Any) -> UnitBatch:
    full = UnitBatch(
        root=digest("root"), list_digest=digest("list"), claimed=10_000, cid=b"\x01\x55\x12\x20" + digest("list"),
        programme=digest("programme"), period=2023, lot=digest("lot"), counting_rule=digest("rule"),
        parent=digest("parent"),
    )  # fmt: skip
    return replace(full, **changes)


def reason(code: int = 1) -> Reason:
    return Reason(code=code, document=digest("paper"))


def account(place: int) -> bytes:
    return bytes(KEYS[place].public_key.to_canonical_address())


def admission(institution: bytes = INSTITUTION, *registrars: int, **changes: Any) -> Admission:
    full = Admission(
        institution=institution, profile_digest=digest("profile"), one_person=True,
        registrars=tuple(map(account, registrars)),
    )  # fmt: skip
    return replace(full, **changes)


ONE_PERSON = (admission(INSTITUTION, REGISTRAR), admission(NEIGHBOUR, NEIGHBOUR_REGISTRAR))
TWO_PEOPLE = (
    admission(
        INSTITUTION, REGISTRAR, one_person=False, reviewers=(account(REVIEWER),), auditors=(account(AUDITOR),)
    ),
    admission(NEIGHBOUR, NEIGHBOUR_REGISTRAR, reviewers=(account(NEIGHBOUR_REVIEWER),)),
)  # fmt: skip
GOVERNORS = (GOVERNOR, SECOND_GOVERNOR, THIRD_GOVERNOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A transaction that is in a header: whether it succeeded, its gas, the events of the registry, where and when."""

    succeeded: bool
    gas: int
    events: list[Event]
    height: int
    time: int
    created: bytes


class RegistryAtHand:
    """A registry with its founding; senders are given by their place in KEYS."""

    def __init__(
        self, admissions: Sequence[Admission] = (), *, governors: Sequence[int] = (GOVERNOR,), threshold: int = 1
    ) -> None:
        self.tester = EthereumTester(PyEVMBackend(vm_configuration=((0, RecordingBerlin),)))
        self.web3 = Web3(EthereumTesterProvider(self.tester))
        self.accounts = [account(place) for place in range(len(KEYS))]
        self.creation = deploy.creation_calldata(tuple(map(account, governors)), threshold, admissions)
        self.deployed = self.transact(self.creation, to=None)
        self.address = self.deployed.created

    def transact(self, calldata: bytes, *, sender: int = GOVERNOR, to: bytes | None = b"registry") -> Done:
        """Send from an account, also what the registry will refuse."""
        tx_hash = self.web3.eth.send_transaction(self._transaction(calldata, sender, to))
        found = self.web3.eth.wait_for_transaction_receipt(tx_hash)
        logs = [(log["topics"], log["data"]) for log in found["logs"]]
        return Done(
            succeeded=found["status"] == 1,
            gas=found["gasUsed"],
            events=[decode_log([bytes(topic) for topic in topics], bytes(data)) for topics, data in logs],
            height=found["blockNumber"],
            time=self.web3.eth.get_block(found["blockNumber"])["timestamp"],
            created=bytes.fromhex((found["contractAddress"] or "0x")[2:]),
        )

    def ask(self, calldata: bytes, *, sender: int = GOVERNOR, to: bytes | None = b"registry") -> bytes:
        return bytes(self.web3.eth.call(self._transaction(calldata, sender, to)))

    def reverts_with(self, calldata: bytes, *, sender: int = GOVERNOR, to: bytes | None = b"registry") -> Any:
        """Give the typed error of a call that must be refused, and see that the transaction fails, too."""
        error = decode_revert(self.revert_data(calldata, sender=sender, to=to))
        done = self.transact(calldata, sender=sender, to=to)
        assert not done.succeeded
        assert not done.events
        REACHED.add(getattr(error, "name", "unknown"))
        return error

    def revert_data(self, calldata: bytes, *, sender: int = GOVERNOR, to: bytes | None = b"registry") -> bytes:
        """Give what a call that must fail gives back."""
        try:
            self.ask(calldata, sender=sender, to=to)
        except TransactionFailed as failure:
            text = str(failure.args[0]).removeprefix("execution reverted: ")
            return bytes(ast.literal_eval(text)) if text.startswith(("b'", 'b"')) else b""
        raise AssertionError("the call succeeded")

    def propose(self, call: governing.GovernedCall, **changes: Any) -> bytes:
        """Give the calldata that approves a proposal."""
        full = GovernCall(call=governing.encode_governed(call), expires=FAR, document=digest("minutes"))
        return calls.encode_call(replace(full, **changes))

    def decide(self, call: governing.GovernedCall, *, by: Sequence[int] = (GOVERNOR,), **changes: Any) -> Done:
        """Approve a proposal as several governors; give the last transaction, which must have succeeded."""
        for sender in by:
            done = self.transact(self.propose(call, **changes), sender=sender)
            assert done.succeeded
        return done

    def approve(self, asked: Asked, *, by: int = REVIEWER, chain_id: int | None = None, at: bytes = b"") -> Approval:
        """Sign as a reviewer, for this registry unless another place is named."""
        known = self.web3.eth.chain_id if chain_id is None else chain_id
        signature = KEYS[by].sign_msg_hash(asked.digest(chain_id=known, registry=at or self.address))
        return Approval.from_signature(signature.to_bytes(), expires=asked.expires)

    def wait_until(self, second: int) -> None:
        """Let time pass until a header is of this second."""
        self.tester.time_travel(second)
        self.tester.mine_block()

    def create(self, code: bytes) -> bytes:
        """Put code on the chain; give its address."""
        init = bytes.fromhex("60") + bytes([len(code)]) + bytes.fromhex("80600b6000396000f3") + code
        return self.transact(init, to=None).created

    def own_abi(self) -> Any:
        """Give the contract as web3 knows it from the artefact's ABI: a judge of the binding."""
        return self.web3.eth.contract(address=Web3.to_checksum_address(self.address), abi=artefact.load().abi)

    def _transaction(self, calldata: bytes, sender: int, to: bytes | None) -> Any:
        fields = {"from": Web3.to_checksum_address(account(sender)), "data": calldata, "gas": GAS, "gasPrice": 1}
        if to is not None:
            fields["to"] = Web3.to_checksum_address(self.address if to == b"registry" else to)
        return fields
