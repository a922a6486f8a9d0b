"""What the chain's tests share: keys, a clock that hurries, founded chains, signed transactions."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from eth_account import Account
from eth_utils import to_checksum_address

from contracts import deploy, views
from contracts.parties import Admission
from contracts.records import Entry
from node.chain.embedded import Clock, EmbeddedChain
from node.chain.embedded.seal import validator_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CHAIN_ID = 770_001
INSTITUTION = b"14000001"
VALIDATOR_KEY, FOUNDER_KEY, REGISTRAR_KEY, STRANGER_KEY = (bytes([number]) * 32 for number in range(1, 5))


class HurryingClock:
    """A pair of clocks on which every look takes some seconds, so that no test waits for a second to pass."""

    def __init__(self, *, now: float = 1_700_000_000.0, step: float = 0.6) -> None:
        self.now = now
        self.step = step
        self.jump = 0.0

    def wall(self) -> float:
        self.now += self.step
        return self.now + self.jump

    def as_clock(self) -> Clock:
        return Clock(wall=self.wall, steady=lambda: self.now)


def sign(key: bytes, nonce: int, *, to: bytes | None = None, calldata: bytes = b"", **fields: Any) -> bytes:
    transaction = {"nonce": nonce, "gasPrice": 0, "gas": 3_000_000, "value": 0, "data": calldata, "chainId": CHAIN_ID}
    if to is not None:
        transaction["to"] = to_checksum_address(to)
    signed = Account.sign_transaction({**transaction, **fields}, key)
    return bytes(signed.raw_transaction)


def entry(serial: int) -> Entry:
    """Make an entry whose digests are drawn from its serial number."""
    content, metadata = (hashlib.sha256(f"{kind} {serial}".encode()).digest() for kind in ("content", "metadata"))
    return Entry(
        number=f"14000001-2023-{serial:08d}-A".encode().ljust(32, b"\0"), kind=1, content_digest=content,
        metadata_digest=metadata, cid=bytes.fromhex("01551220") + content, programme=bytes(32), period=2023,
        lot=bytes(32), replaces=bytes(32),
    )  # fmt: skip


@dataclass
class Site:
    """A place with one founded chain; opens it, sends to it, waits for it."""

    folder: Path
    clock: HurryingClock = field(default_factory=HurryingClock)
    chain_id: int = CHAIN_ID
    founder: bytes = field(default_factory=lambda: validator_of(FOUNDER_KEY))
    registry: bytes = field(default_factory=lambda: deploy.registry_address(validator_of(FOUNDER_KEY), 0))

    @property
    def path(self) -> Path:
        return self.folder / "home" / "chain.db"

    @property
    def watermark(self) -> Path:
        return self.folder / "state" / "watermark.json"

    def found(self) -> bytes:
        self.path.parent.mkdir()
        return EmbeddedChain.found(
            self.path,
            chain_id=CHAIN_ID,
            validator=validator_of(VALIDATOR_KEY),
            founder=self.founder,
            clock=lambda: self.clock.now,
        )

    def open(self, **changed: Any) -> EmbeddedChain:
        given = {"sealing_key": VALIDATOR_KEY, "watermark": self.watermark, "clock": self.clock.as_clock()}
        return EmbeddedChain.open(self.path, **{**given, **changed})

    def open_for_registrars(self, **changed: Any) -> EmbeddedChain:
        def admits(sender: bytes) -> bool:
            return views.decode_is_known(chain.read(self.registry, views.encode_is_known(sender)))

        chain = self.open(admits=admits, **changed)
        return chain

    async def send_all(self, chain: EmbeddedChain, *raws: bytes) -> list[dict[str, Any]]:
        """Send transactions at once, wait until headers hold them all, and give their receipts."""
        hashes = ["0x" + (await chain.send(raw)).hex() for raw in raws]
        return [await self.receipt(chain, tx_hash) for tx_hash in hashes]

    async def receipt(self, chain: EmbeddedChain, tx_hash: str) -> dict[str, Any]:
        for _ in range(2000):
            found = await chain.rpc.call("eth_getTransactionReceipt", [tx_hash])
            if found is not None:
                return found
            await asyncio.sleep(0.005)
        raise AssertionError("no header took the transaction")

    def founding_transactions(self) -> list[bytes]:
        admission = Admission(
            institution=INSTITUTION, profile_digest=b"\1" * 32, one_person=True,
            registrars=(validator_of(REGISTRAR_KEY),),
        )  # fmt: skip
        calldata = deploy.creation_calldata([self.founder], 1, [admission])
        return [sign(FOUNDER_KEY, 0, calldata=calldata, gas=8_000_000)]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = Site(tmp_path)
    made.found()
    return made


@pytest.fixture
def make_entry() -> Callable[[int], Entry]:
    return entry


@pytest.fixture
def signed() -> Callable[..., bytes]:
    return sign


@dataclass(frozen=True)
class Keys:
    validator: bytes = VALIDATOR_KEY
    founder: bytes = FOUNDER_KEY
    registrar: bytes = REGISTRAR_KEY
    stranger: bytes = STRANGER_KEY


@pytest.fixture
def keys() -> Keys:
    return Keys()
