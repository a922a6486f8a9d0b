"""A registry on eth-tester, spoken to through the binding alone; py-evm's Berlin fork, as on the real chain."""

from __future__ import annotations

import ast
import hashlib
from dataclasses import dataclass, replace
from typing import Any

from eth.vm.forks import BerlinVM
from eth_tester import EthereumTester, PyEVMBackend
from eth_tester.exceptions import TransactionFailed
from web3 import EthereumTesterProvider, Web3

from contracts import artefact, calls, deploy, governing
from contracts.calls import GovernCall
from contracts.errors import decode_revert
from contracts.events import Event, decode_log
from contracts.parties import Admission
from contracts.records import Entry, UnitBatch

FORK = "Berlin"
GAS = 15_000_000
INSTITUTION, NEIGHBOUR = b"14000001", b"DEMO0001"


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
    """A registry whose governor is account 0, and whose institutions (code, registrar's account) are of one person."""

    def __init__(self, *admissions: tuple[bytes, int]) -> None:
        self.web3 = Web3(EthereumTesterProvider(EthereumTester(PyEVMBackend(vm_configuration=((0, BerlinVM),)))))
        self.accounts = [bytes.fromhex(name[2:]) for name in self.web3.eth.accounts]
        self.deployed = self.transact(self.creation_calldata(*admissions), to=None)
        self.address = self.deployed.created

    def transact(self, calldata: bytes, *, sender: int = 0, to: bytes | None = b"registry") -> Done:
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

    def ask(self, calldata: bytes, *, sender: int = 0) -> bytes:
        return bytes(self.web3.eth.call(self._transaction(calldata, sender, b"registry")))

    def reverts_with(self, calldata: bytes, *, sender: int = 0) -> Any:
        """Give the typed error of a call that must be refused, and see that the transaction fails, too."""
        try:
            self.ask(calldata, sender=sender)
        except TransactionFailed as failure:
            text = str(failure.args[0])
            data = ast.literal_eval(text.removeprefix("execution reverted: ")) if "b'" in text or 'b"' in text else b""
        else:
            raise AssertionError("the call succeeded")
        done = self.transact(calldata, sender=sender)
        assert not done.succeeded
        assert not done.events
        return decode_revert(data)

    def admission(self, institution: bytes, registrar: int, **changes: Any) -> Admission:
        full = Admission(
            institution=institution, profile_digest=digest("profile"), one_person=True,
            registrars=(self.accounts[registrar],),
        )  # fmt: skip
        return replace(full, **changes)

    def creation_calldata(self, *admissions: tuple[bytes, int]) -> bytes:
        return deploy.creation_calldata([self.accounts[0]], 1, [self.admission(*each) for each in admissions])

    def propose(self, call: governing.GovernedCall, **changes: Any) -> bytes:
        full = GovernCall(call=governing.encode_governed(call), expires=2**40, document=digest("minutes"))
        return calls.encode_call(replace(full, **changes))

    def own_abi(self) -> Any:
        """Give the contract as web3 knows it from the artefact's ABI: a judge of the binding."""
        return self.web3.eth.contract(address=Web3.to_checksum_address(self.address), abi=artefact.load().abi)

    def _transaction(self, calldata: bytes, sender: int, to: bytes | None) -> Any:
        fields = {"from": Web3.to_checksum_address(self.accounts[sender]), "data": calldata, "gas": GAS, "gasPrice": 1}
        if to is not None:
            fields["to"] = Web3.to_checksum_address(self.address)
        return fields
