"""A QBFT chain of several validators made in memory, every header as its test wants it, sealed with known keys."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest
from coincurve import PrivateKey

from contracts import artefact, deploy
from node.chain.embedded.executor import execute
from node.chain.embedded.genesis import genesis_header
from node.chain.embedded.seal import validator_of
from node.chain.embedded.shapes import transaction_json
from node.chain.replay.fetch import Blocks
from node.chain.replay.replay import Replay, Watch
from node.chain.replay.rules import Origin, Rules
from node.chain.replay.work import Work
from node.receipts.first_header import BLANK_ROOT
from node.receipts.header import Extra, Header, header_to_json
from node.receipts.keccak import keccak
from node.receipts.ordered_trie import root_of
from node.receipts.transaction import decode_transaction

if TYPE_CHECKING:
    from pathlib import Path

START = 1_700_000_000


def key_of(number: int) -> bytes:
    return bytes([100 + number]) * 32


def sealed(header: Header, keys: list[bytes]) -> Header:
    """Give the header with the seals of these keys."""
    extra = replace(Extra.decode(header.extra_data), seals=())
    digest = replace(header, extra_data=extra.encode()).seal_digest
    seals = tuple(PrivateKey(key).sign_recoverable(digest, hasher=None) for key in keys)
    return replace(header, extra_data=replace(extra, seals=seals).encode())


@dataclass
class Forge:
    """Makes blocks; what `add` is told otherwise, the header says, whether it is true or not."""

    chain_id: int
    founder: bytes
    members: list[int] = field(default_factory=lambda: [0, 1, 2, 3])

    def __post_init__(self) -> None:
        header = replace(genesis_header(validator=bytes(20), timestamp=START), extra_data=self.extra().encode())
        self.answers: list[dict[str, Any]] = [header_to_json(header) | {"transactions": []}]
        self.headers = [header]
        self.nodes: dict[bytes, bytes] = {}
        self.asked: Counter[str] = Counter()

    def extra(self, **changed: Any) -> Extra:
        addresses = sorted(validator_of(key_of(number)) for number in self.members)
        return Extra(**{"validators": tuple(addresses), **changed})

    @property
    def keys(self) -> list[bytes]:
        return [key_of(number) for number in self.members]

    @property
    def head(self) -> int:
        return len(self.headers) - 1

    def add(
        self,
        *raws: bytes,
        vote: tuple[bytes, ...] = (),
        by: int | None = None,
        seals: list[bytes] | None = None,
        rules: dict[str, Any] | None = None,
        extra: dict[str, Any] | None = None,
        **changed: Any,
    ) -> Header:
        """Add a block of raw transactions, proposed by a member, with the given fields in place of the true ones."""
        parent = self.headers[-1]
        draft = Header(
            parent_hash=parent.block_hash,
            miner=validator_of(key_of(self.members[0] if by is None else by)),
            state_root=parent.state_root, transactions_root=root_of(raws) if raws else BLANK_ROOT,
            receipts_root=BLANK_ROOT, logs_bloom=bytes(256), number=parent.number + 1, gas_limit=parent.gas_limit,
            gas_used=0, timestamp=parent.timestamp + 1,
            extra_data=self.extra(vote=vote, **(extra or {})).encode(),
        )  # fmt: skip
        if raws and "state_root" not in changed:
            outcome = execute(
                draft, raws, parent_state_root=parent.state_root, chain_id=self.chain_id, read_node=self.nodes.get,
                previous_hash=lambda height: self.headers[height].block_hash, **(rules or {}),
            )  # fmt: skip
            self.nodes |= outcome.nodes
            names = ("state_root", "receipts_root", "logs_bloom", "gas_used")
            draft = replace(draft, **{name: getattr(outcome, name) for name in names})
        quorum = self.keys[: (2 * len(self.members) + 2) // 3]
        header = sealed(replace(draft, **changed), quorum if seals is None else seals)
        listed = [as_json(raw) for raw in raws]
        self.answers.append(header_to_json(header) | {"transactions": listed})
        self.headers.append(header)
        return header

    def deploy(self, site: Any) -> None:
        """Add the block that deploys the registry (height 1)."""
        self.add(*site.founding_transactions())

    @property
    def origin(self) -> Origin:
        return Origin(
            chain_id=self.chain_id,
            genesis_hash=self.headers[0].block_hash,
            validators=Extra.decode(self.headers[0].extra_data).validators,
            registry=deploy.registry_address(self.founder, 0),
            registry_code_hash=artefact.load().code_hash,
        )

    async def answer(self, batch: Any) -> Any:
        """Answer a JSON-RPC batch as an engine does."""
        found = []
        for request in batch:
            self.asked[request["method"]] += 1
            height = self.head if request["method"] == "eth_blockNumber" else int(request["params"][0], 16)
            block = self.answers[height] if height < len(self.answers) else None
            result = hex(height) if request["method"] == "eth_blockNumber" else block
            found.append({"jsonrpc": "2.0", "id": request["id"], "result": result})
        return found


def as_json(raw: bytes) -> dict[str, Any]:
    transaction = decode_transaction(raw)
    return transaction_json(transaction, tx_hash=keccak(raw), sender=transaction.sender())


@pytest.fixture
def forge(site: Any, keys: Any) -> Forge:
    """Give a chain of four validators with the registry at height 1."""
    made = Forge(chain_id=site.chain_id, founder=validator_of(keys.founder))
    made.deploy(site)
    return made


@dataclass
class Auditor:
    """Replays into one state file; keeps what the watch was told."""

    state: Path
    told: list[Any] = field(default_factory=list)
    steps: int = 0

    def _step(self) -> None:
        self.steps += 1

    async def replay(self, *endpoints: Any, origin: Origin, **rules: Any) -> Any:
        watch = Watch(
            begin=lambda *given: self.told.append(("begin", *given)),
            step=self._step,
            slow=lambda *given: self.told.append(("slow", *given)),
            turned=lambda *given: self.told.append(("turned", *given)),
        )
        work = Work.open(self.state, origin=origin, rules=Rules(**rules))
        try:
            blocks = [Blocks(answer, name=f"endpoint {place}") for place, answer in enumerate(endpoints)]
            return await Replay(origin=origin, rules=Rules(**rules), work=work, watch=watch).run(blocks)
        finally:
            work.close()


@pytest.fixture
def auditor(tmp_path: Path) -> Auditor:
    return Auditor(tmp_path / "replay.db")
