"""What the node asks of any engine: send a transaction, wait until it is final, capture its proof.

The engine answers behind an AsyncWeb3: the embedded chain or a remote node. Proofs are made from the raw JSON-RPC
answers, never from web3's formatted ones, and are checked against the header's roots when they are made.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from eth_account import Account
from eth_hash.auto import keccak

from node.errors import Unavailable
from node.receipts.material import ProofMaterial, capture

if TYPE_CHECKING:
    from collections.abc import Callable

    from eth_keys.datatypes import PrivateKey
    from web3 import AsyncWeb3
    from web3.types import RPCEndpoint

_ALREADY_KNOWN = ("already known", "already exists", "known transaction")
_METHOD_NOT_FOUND = -32601


@dataclass(frozen=True, slots=True, kw_only=True)
class Landed:
    """A transaction that a header holds: its place, its outcome and its raw logs."""

    tx_hash: bytes
    height: int
    time: int
    index: int
    succeeded: bool
    logs: tuple[tuple[bytes, tuple[bytes, ...], bytes], ...]
    """Each log as (address, topics, data), in the order of the transaction receipt."""


class Engine:
    """One chain, reached through web3.

    Args:
        w3: the way to the engine.
        chain_id: EIP-155 chain id.
        gas_price: in wei, fixed by the consortium (0 on a permissioned chain).
        poll: seconds between two looks for a transaction.
        stopped: says why the engine will confirm nothing more, where that is known; None while it goes on.
    """

    def __init__(
        self,
        w3: AsyncWeb3[Any],
        *,
        chain_id: int,
        gas_price: int = 0,
        poll: float = 0.05,
        stopped: Callable[[], Exception | None] = lambda: None,
    ) -> None:
        self._stopped = stopped
        self._w3 = w3
        self._chain_id = chain_id
        self._gas_price = gas_price
        self._poll = poll

    async def next_nonce(self, address: bytes) -> int:
        """Give the first nonce of an account that no header has consumed."""
        return int(await self._request("eth_getTransactionCount", "0x" + address.hex(), "latest"), 16)

    def sign(self, key: PrivateKey, *, to: bytes | None, calldata: bytes, nonce: int, gas: int) -> tuple[bytes, bytes]:
        """Sign a legacy transaction (EIP-155); give (tx_hash, raw)."""
        transaction = {
            "nonce": nonce, "gasPrice": self._gas_price, "gas": gas, "value": 0, "data": calldata,
            "chainId": self._chain_id,
        }  # fmt: skip
        if to is not None:
            transaction["to"] = to
        signed = Account.sign_transaction(transaction, key.to_bytes())
        return bytes(signed.hash), bytes(signed.raw_transaction)

    async def send(self, raw: bytes) -> None:
        """Hand a signed transaction to the engine; one that it has already is no error."""
        response = await self._w3.provider.make_request(_endpoint("eth_sendRawTransaction"), ["0x" + raw.hex()])
        error = response.get("error")
        if error is not None and not any(word in str(error).lower() for word in _ALREADY_KNOWN):
            raise _refused("eth_sendRawTransaction", error)

    async def find(self, tx_hash: bytes) -> Landed | None:
        """Find a transaction in a header, or None while there is none."""
        receipt = await self._request("eth_getTransactionReceipt", "0x" + tx_hash.hex())
        if receipt is None:
            return None
        header = await self._request("eth_getBlockByNumber", receipt["blockNumber"], False)
        return Landed(
            tx_hash=tx_hash,
            height=int(receipt["blockNumber"], 16),
            time=int(header["timestamp"], 16),
            index=int(receipt["transactionIndex"], 16),
            succeeded=int(receipt["status"], 16) == 1,
            logs=tuple(
                (_bytes(log["address"]), tuple(_bytes(topic) for topic in log["topics"]), _bytes(log["data"]))
                for log in receipt["logs"]
            ),
        )

    async def wait(self, tx_hash: bytes, *, limit: float) -> Landed:
        """Wait until a transaction is final (QBFT headers are final at once); at most `limit` seconds.

        Raises:
            Unavailable: no header took it in time. It stays in the journal and is finished by the next command.
        """
        deadline = asyncio.get_running_loop().time() + limit
        while (landed := await self.find(tx_hash)) is None:
            if (reason := self._stopped()) is not None:
                raise reason
            if asyncio.get_running_loop().time() > deadline:
                zh = f"交易 {tx_hash.hex()} 在 {limit:.0f} 秒内未被确认;已记入日志,下次运行自动续办"
                en = f"transaction {tx_hash.hex()} was not confirmed within {limit:.0f} s; the next run goes on with it"
                raise Unavailable(zh, en)
            await asyncio.sleep(self._poll)
        return landed

    async def capture(self, landed: Landed) -> ProofMaterial:
        """Make the proof material of a final transaction from the raw header, transactions and receipts."""
        header = await self.block(landed.height)
        return capture(header, await self.tx_receipts(header), landed.index)

    async def call(
        self, *, to: bytes, calldata: bytes, sender: bytes | None = None, height: int | None = None
    ) -> bytes:
        """Read the contract (eth_call) at a height, or at the head; a revert raises RevertedCallError with its data."""
        call = {"to": "0x" + to.hex(), "data": "0x" + calldata.hex()}
        if sender is not None:
            call["from"] = "0x" + sender.hex()
        tag = "latest" if height is None else hex(height)
        response = await self._w3.provider.make_request(_endpoint("eth_call"), [call, tag])
        error = response.get("error")
        if error is not None:
            data = error.get("data") if isinstance(error, dict) else None
            raise RevertedCallError(_bytes(data) if isinstance(data, str) and data.startswith("0x") else b"")
        return _bytes(response["result"])

    async def code_hash(self, address: bytes) -> bytes:
        """Give the keccak-256 of a contract's code."""
        return keccak(_bytes(await self._request("eth_getCode", "0x" + address.hex(), "latest")))

    async def height(self) -> int:
        """Give the height of the head."""
        return int(await self._request("eth_blockNumber"), 16)

    async def logs(self, *, address: bytes, topics: list[Any], first: int = 0, last: int | None = None) -> list[Any]:
        """Give raw logs of a contract between two heights (inclusive)."""
        query = {
            "address": "0x" + address.hex(), "topics": topics, "fromBlock": hex(first),
            "toBlock": "latest" if last is None else hex(last),
        }  # fmt: skip
        found: list[Any] = await self._request("eth_getLogs", query)
        return found

    async def block(self, height: int) -> dict[str, Any]:
        """Give the raw header object at a height, with its transactions in full."""
        block: dict[str, Any] | None = await self._request("eth_getBlockByNumber", hex(height), True)
        if block is None:
            raise Unavailable(f"链上没有高度 {height} 的区块头", f"the chain has no header at height {height}")
        return block

    async def tx_receipts(self, header: dict[str, Any]) -> list[dict[str, Any]]:
        """Give the raw receipts of a header's transactions, one by one where the engine has no call for all."""
        response = await self._w3.provider.make_request(_endpoint("eth_getBlockReceipts"), [header["number"]])
        if "error" not in response:
            found: list[dict[str, Any]] = response["result"]
            return found
        hashes = [transaction["hash"] for transaction in header["transactions"]]
        return [await self._request("eth_getTransactionReceipt", tx_hash) for tx_hash in hashes]

    async def _request(self, method: str, *parameters: Any) -> Any:
        response = await self._w3.provider.make_request(_endpoint(method), list(parameters))
        if response.get("error") is not None:
            raise _refused(method, response["error"])
        return response["result"]


class RevertedCallError(Exception):
    """The contract refused a call; ``data`` is its ABI-encoded error."""

    def __init__(self, data: bytes) -> None:
        super().__init__("0x" + data.hex())
        self.data = data


def _endpoint(method: str) -> RPCEndpoint:
    return method  # type: ignore[return-value]  # a NewType of str


def _refused(method: str, error: Any) -> Unavailable:
    message = error.get("message", error) if isinstance(error, dict) else error
    return Unavailable(f"链拒绝了 {method}:{message}", f"the chain refused {method}: {message}")


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text[2:])
