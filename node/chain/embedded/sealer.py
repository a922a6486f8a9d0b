"""Sealing: waiting transactions become one header, executed, sealed, remembered outside the home, and committed.

It runs in the chain's one writer thread. Any failure leaves it unusable: a sealer that does not know what became of its
last header must not sign another. Opening the chain again finds out (see ``watermark``).
"""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from typing import TYPE_CHECKING

from node.chain.embedded.seal import is_sealed_by, seal, validator_of
from node.chain.embedded.store import Place
from node.errors import Doubtful, OwnFault, Unavailable
from node.receipts.first_header import BLANK_ROOT
from node.receipts.header import Extra, Header
from node.receipts.keccak import keccak
from node.receipts.transaction import decode_transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from node.chain.embedded.execution import Execution
    from node.chain.embedded.executor import Outcome
    from node.chain.embedded.pool import Pending
    from node.chain.embedded.store import Store, StoredHeader
    from node.chain.embedded.watermark import Watermark


class Sealer:
    """The one sealer of a chain; ``crash_point`` is called with a step's name once that step is done."""

    def __init__(
        self,
        *,
        store: Store,
        key: bytes,
        execution: Execution,
        watermark: Watermark,
        crash_point: Callable[[str], None],
    ) -> None:
        self._store = store
        self._key = key
        self._validator = validator_of(key)
        self._execution = execution
        self._watermark = watermark
        self._crash_point = crash_point

    def open(self) -> StoredHeader:
        """Check the key and the watermark, finish what a crash interrupted, and give the head.

        Raises:
            Unavailable: an older copy of the home was put back; or the key is not this chain's.
        """
        head = self._store.head()
        if Extra.decode(head.header.extra_data).validators != (self._validator,):
            zh, en = "封块密钥不是这条链的", "the sealing key is not this chain's"
            raise Unavailable(zh, en)
        carried = self._watermark.check(head, self._store.block_hash)
        return head if carried is None else self._commit_again(head, *carried)

    @staticmethod
    def load() -> None:
        """Import the EVM before the first transaction needs it; it takes longer than to open the chain."""
        from node.chain.embedded import executor  # noqa: F401

    def seal(self, pending: Sequence[Pending], timestamp: int) -> tuple[StoredHeader, int]:
        """Seal the first of the pending transactions, as many as the gas limit holds.

        Returns:
            The new head, durable, and how many transactions it took.
        """
        try:
            return self._seal(pending, timestamp)
        except sqlite3.Error as error:
            zh, en = f"链数据库写不进去:{error}", f"the chain's database cannot be written: {error}"
            raise Unavailable(zh, en) from error

    def _seal(self, pending: Sequence[Pending], timestamp: int) -> tuple[StoredHeader, int]:
        parent = self._store.head()
        draft = self._draft(parent, timestamp)
        outcome = self._execute(parent, draft, [item.raw for item in pending], fill=True)
        taken = pending[: len(outcome.tx_receipts)]
        self._crash_point("executed")
        sealed = seal(_with_roots(draft, outcome), self._key)
        places = [
            Place(height=sealed.number, position=position, tx_hash=item.tx_hash, sender=item.sender, raw=item.raw)
            for position, item in enumerate(taken)
        ]
        self._crash_point("sealed")
        self._watermark.intend(sealed, [place.raw for place in places])
        self._crash_point("intended")
        return self._commit(sealed, places, outcome), len(taken)

    def _commit(self, sealed: Header, places: Sequence[Place], outcome: Outcome) -> StoredHeader:
        stored = self._store.write(sealed, places, outcome)
        self._crash_point("committed")
        self._watermark.settle(stored.height, stored.block_hash)
        self._crash_point("settled")
        return stored

    def _commit_again(self, parent: StoredHeader, header: Header, transactions: Sequence[bytes]) -> StoredHeader:
        """Commit the header that a crash left in the watermark: the same bytes, executed and checked anew."""
        if not is_sealed_by(header, self._validator):
            raise Doubtful("高水位文件里的区块头不是本机封的", "the watermark's header was not sealed with this key")
        outcome = self._execute(parent, header, transactions, fill=False)
        if _with_roots(header, outcome) != header:
            raise Doubtful("高水位文件里的区块头与其交易不符", "the watermark's header does not fit its transactions")
        senders = [decode_transaction(raw).sender() for raw in transactions]
        places = [
            Place(height=header.number, position=position, tx_hash=keccak(raw), sender=sender, raw=raw)
            for position, (raw, sender) in enumerate(zip(transactions, senders, strict=True))
        ]
        return self._commit(header, places, outcome)

    def _execute(self, parent: StoredHeader, header: Header, raws: Sequence[bytes], *, fill: bool) -> Outcome:
        from node.chain.embedded.executor import UnexecutableError

        try:
            return self._execution.run(header, raws, parent_state_root=parent.header.state_root, fill=fill)
        except UnexecutableError as error:
            zh, en = f"待封交易无法执行:{error}", f"an admitted transaction cannot be executed: {error}"
            raise OwnFault(zh, en) from error

    def _draft(self, parent: StoredHeader, timestamp: int) -> Header:
        if timestamp <= parent.header.timestamp:
            raise OwnFault("区块头时间未前进", "a header's time must be after its parent's")
        return Header(
            parent_hash=parent.block_hash,
            miner=self._validator,
            state_root=parent.header.state_root,
            transactions_root=BLANK_ROOT,
            receipts_root=BLANK_ROOT,
            logs_bloom=bytes(256),
            number=parent.height + 1,
            gas_limit=parent.header.gas_limit,
            gas_used=0,
            timestamp=timestamp,
            extra_data=Extra(validators=(self._validator,)).encode(),
        )


def _with_roots(header: Header, outcome: Outcome) -> Header:
    return replace(
        header,
        state_root=outcome.state_root,
        transactions_root=outcome.transactions_root,
        receipts_root=outcome.receipts_root,
        logs_bloom=outcome.logs_bloom,
        gas_used=outcome.gas_used,
    )
