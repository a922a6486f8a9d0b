"""What the node asks of any engine: send a transaction, wait until it is final and proven, read the contract.

The engine answers behind an AsyncWeb3: the embedded chain or a remote node. What it says of a transaction is believed
only with its proof (`checked`); what it says of its pool decides nothing but when a transaction is offered again.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from eth_account import Account
from eth_hash.auto import keccak

from node.chain.checked import Checked
from node.chain.consumer import consumer_of
from node.chain.errors import EndpointFailure, Forged
from node.chain.finder import Finder
from node.chain.landed import Landed, NonceConsumed
from node.chain.offered import Offered
from node.chain.raw import RawRpc, RevertedCallError, as_bytes, as_quantity
from node.chain.silence import Silence
from node.errors import Doubtful, Unavailable
from node.receipts.errors import AnchorTooOld
from node.receipts.transaction import decode_transaction

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from eth_keys.datatypes import PrivateKey
    from web3 import AsyncWeb3

    from node.chain.finality import Finality

__all__ = ["Engine", "Landed", "NonceConsumed", "RevertedCallError"]

Answer = TypeVar("Answer")

OFFER_EVERY = 5.0
"""Seconds after which a transaction that no header took is offered again: pools forget, engines restart."""


class Engine:
    """One chain, reached through web3.

    Args:
        w3: the way to the engine.
        chain_id: EIP-155 chain id.
        gas_price: in wei, fixed by the consortium (0 on a permissioned chain).
        poll: seconds between two looks for a transaction.
        offer_every: seconds between two offers of a transaction that waits.
        checked: what of the engine's answers holds; by default the word of its own headers, which is enough only for
            the chain that this very process seals.
        finality: what was proven before, which every new proof must agree with.
        distrust: called when an answer was found forged; tells whether another endpoint can be asked instead.
        stopped: says why the engine will confirm nothing more, where that is known; None while it goes on.
    """

    def __init__(
        self,
        w3: AsyncWeb3[Any],
        *,
        chain_id: int,
        gas_price: int = 0,
        poll: float = 0.05,
        offer_every: float = OFFER_EVERY,
        checked: Checked | None = None,
        finality: Finality | None = None,
        distrust: Callable[[], bool] = lambda: False,
        stopped: Callable[[], Exception | None] = lambda: None,
    ) -> None:
        self._rpc = RawRpc(w3)
        self.chain_id = chain_id
        self._gas_price = gas_price
        self._poll = poll
        self._offer_every = offer_every
        self._checked = checked or Checked()
        self._finality = finality
        self._distrust = distrust
        self._stopped = stopped
        self.silence = Silence()
        self._offered = Offered(self._rpc)
        self._finder = Finder(self._rpc, checked=self._checked, finality=finality)

    async def next_nonce(self, address: bytes, *, height: int | None = None) -> int:
        """Give the first nonce of an account that no header has consumed, by the engine's word; or none up to one."""
        tag = "latest" if height is None else hex(height)
        return await self._believing(lambda: self._quantity("eth_getTransactionCount", "0x" + address.hex(), tag))

    def sign(self, key: PrivateKey, *, to: bytes | None, calldata: bytes, nonce: int, gas: int) -> tuple[bytes, bytes]:
        """Sign a legacy transaction (EIP-155); give (tx_hash, raw). The same fields give the same bytes."""
        transaction = {
            "nonce": nonce, "gasPrice": self._gas_price, "gas": gas, "value": 0, "data": calldata,
            "chainId": self.chain_id,
        }  # fmt: skip
        if to is not None:
            transaction["to"] = to
        signed = Account.sign_transaction(transaction, key.to_bytes())
        return bytes(signed.hash), bytes(signed.raw_transaction)

    async def send(self, raw: bytes) -> None:
        """Hand a signed transaction to the engine; `wait` offers it again while the pool has no place for it.

        One account's transactions are sent in the order of their nonces.

        Raises:
            Refused: the engine will never take it as it is.
            EndpointFailure: nobody answers.
        """
        await self._offered.add(raw)

    async def find(self, tx_hash: bytes) -> Landed | None:
        """Find a transaction in a header, with its proof; None while there is none.

        Raises:
            Forged: what the engine says does not hold, and there is no other endpoint to ask.
            AnchorTooOld: validators sealed it that the anchor does not know yet.
            BrokenFinality: it holds, and contradicts what was proven before.
        """
        return await self._believing(lambda: self._finder.find(tx_hash))

    async def wait(self, *tx_hashes: bytes, limit: float) -> Landed:
        """Wait until one of an act's transactions is final and proven; at most `limit` seconds.

        QBFT headers are final at once. What the engine forgot is sent again, everything below it first.

        Raises:
            NonceConsumed: another transaction took the nonce of the last one; this is proven.
            Unavailable: no header took it in time. It stays in the journal and is finished by the next command.
        """
        with self.silence.watched():
            landed = await self._wait(tx_hashes, limit=limit)
            self.silence.hear(landed.height)
            return landed

    async def _wait(self, tx_hashes: tuple[bytes, ...], *, limit: float) -> Landed:
        now = asyncio.get_running_loop().time
        deadline, offer_at = now() + limit, now() + self._offer_every
        while True:
            failure: EndpointFailure | None = None
            try:
                for tx_hash in tx_hashes:
                    if (landed := await self.find(tx_hash)) is not None:
                        self._offered.forget(*tx_hashes)
                        return landed
                if (reason := self._stopped()) is not None:
                    raise reason
                if now() >= offer_at:
                    offer_at = now() + self._offer_every
                    self.silence.hear(await self.height())
                    await self._offer_again(tx_hashes)
            except Forged:
                raise
            except EndpointFailure as error:
                failure = error
            if now() > deadline:
                raise failure or _late(tx_hashes[-1], limit)
            await asyncio.sleep(self._poll)

    async def call(
        self, *, to: bytes, calldata: bytes, sender: bytes | None = None, height: int | None = None
    ) -> bytes:
        """Read the contract (eth_call) at a height, or at the head; a revert raises RevertedCallError with its data."""
        call = {"to": "0x" + to.hex(), "data": "0x" + calldata.hex()}
        if sender is not None:
            call["from"] = "0x" + sender.hex()
        return await self._rpc.call(call, "latest" if height is None else hex(height))

    async def code_hash(self, address: bytes) -> bytes:
        """Give the keccak-256 of a contract's code."""
        return keccak(as_bytes(await self._rpc.result("eth_getCode", "0x" + address.hex(), "latest")))

    async def height(self) -> int:
        """Give the height of the head, by the engine's word."""
        return await self._believing(lambda: self._quantity("eth_blockNumber"))

    async def logs(self, *, address: bytes, topics: list[Any], first: int = 0, last: int | None = None) -> list[Any]:
        """Give raw logs of a contract between two heights (inclusive), by the engine's word: `find` proves them."""
        query = {
            "address": "0x" + address.hex(), "topics": topics, "fromBlock": hex(first),
            "toBlock": "latest" if last is None else hex(last),
        }  # fmt: skip
        found: list[Any] = await self._rpc.result("eth_getLogs", query)
        return found

    async def block(self, height: int) -> dict[str, Any]:
        """Give the raw header object at a height, with its transactions in full, by the engine's word."""
        block = await self._believing(lambda: self._rpc.block(hex(height), whole=True))
        if block is None:
            raise Unavailable(f"链上没有高度 {height} 的区块头", f"the chain has no header at height {height}")
        return block

    async def tx_receipts(self, header: dict[str, Any]) -> list[dict[str, Any]]:
        """Give the raw receipts of a header's transactions, one by one where the engine has no call for all."""
        found = await self._rpc.tx_receipts(header)
        if found is None:
            raise Unavailable("节点没有给出全部交易回执", "the engine does not give all tx_receipts of a header")
        return found

    async def confirm_finality(self) -> None:
        """See that the newest header that the home has proof of still stands; raise BrokenFinality."""
        if self._finality is not None:
            await self._believing(lambda: self._finality.confirm(self._rpc))  # type: ignore[union-attr]

    async def _believing(self, ask: Callable[[], Awaitable[Answer]]) -> Answer:
        """Ask until what is said holds, each time another endpoint; raise Forged when there is no other."""
        while True:
            try:
                return await ask()
            except Doubtful as error:
                if not self._distrust():
                    zh = f"区块链接口的回答不成立:{error.words.zh}"
                    raise Forged(zh, f"the chain endpoint's answer does not hold: {error.words.en}") from error
            except AnchorTooOld:
                # another endpoint may not know of such validators at all
                if not await self._checked.renew() and not self._distrust():
                    raise

    async def _quantity(self, method: str, *parameters: Any) -> int:
        return as_quantity(await self._rpc.result(method, *parameters))

    async def _offer_again(self, tx_hashes: tuple[bytes, ...]) -> None:
        """Offer what was sent again; raise NonceConsumed where another transaction took the awaited nonce."""
        awaited = await self._offered.again(tx_hashes)
        if awaited is None:
            return
        transaction = decode_transaction(awaited)
        if await self.next_nonce(transaction.sender()) > transaction.nonce:
            by = await consumer_of(self, transaction.sender(), transaction.nonce)
            if by.tx_hash not in tx_hashes:
                self._offered.forget(*tx_hashes)
                raise NonceConsumed(by)


def _late(tx_hash: bytes, limit: float) -> Unavailable:
    zh = f"交易 {tx_hash.hex()} 在 {limit:.0f} 秒内未被确认;已记入日志,下次运行自动续办"
    en = f"transaction {tx_hash.hex()} was not confirmed within {limit:.0f} s; the next run goes on with it"
    return Unavailable(zh, en)
