"""A peculiarity of GoQuorum's execution that anyone could use to make an honest chain look forged.

A zero-value CALL to a precompiled contract whose account does not exist creates the account. Ethereum touches it as
well, so that it is deleted as empty at the end of the transaction. GoQuorum skips the transfer of zero, and with it the
touch: the deletion then happens only because creating is journalled. But where an earlier transaction of the same block
left the account as deleted, the creation is journalled as a reset, which marks nothing, and the empty account stays,
in this block's state and in those after it, until something touches it. (``core/vm/evm.go``, ``core/state/statedb.go``
of GoQuorum 22.7.4; a live network was compared.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eth.vm.forks.berlin.computation import BerlinComputation
from eth.vm.forks.berlin.state import BerlinState, BerlinTransactionExecutor

if TYPE_CHECKING:
    from collections.abc import Iterator

_PRECOMPILES = tuple(sorted(BerlinComputation._precompiles))  # noqa: SLF001 - py-evm has no public name for them
_RIPEMD = bytes(19) + b"\x03"
"""Its touch survives the failure of the call that touched it, on every engine (EIP-716)."""


class _Executor(BerlinTransactionExecutor):  # type: ignore[misc]
    """Runs a transaction, then puts back the empty accounts that GoQuorum leaves and py-evm deletes."""

    def __call__(self, transaction: Any) -> Any:
        state = self.vm_state
        standing = {address for address in _PRECOMPILES if state.account_exists(address)}
        computation = super().__call__(transaction)
        touched: set[bytes] = set()
        created: set[bytes] = set()
        for address, touches in _reached(computation):
            (touched if touches else created).add(address)
        for address in sorted(touched | created | standing):
            if state.account_exists(address) and not state.account_is_empty(address):
                continue
            stays = address in standing or (address in created and address in state.deleted)
            if stays and address not in touched:
                state.touch_account(address)
                state.deleted.discard(address)
            else:
                state.deleted.add(address)
        return computation


class GoQuorumState(BerlinState):  # type: ignore[misc]
    """The state of one block; ``deleted`` are the precompiles that its transactions so far left as deleted."""

    transaction_executor_class = _Executor

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.deleted: set[bytes] = set()


def _reached(computation: Any, *, failed: bool = False) -> Iterator[tuple[bytes, bool]]:
    """Give each precompile that calls which were not undone reached, with whether GoQuorum touches it."""
    failed = failed or computation.is_error
    message = computation.msg
    called = message.to if not message.is_create and message.to in _PRECOMPILES else None
    touches = called is not None and (not message.should_transfer_value or message.value > 0)
    if called is not None and (not failed or (touches and called == _RIPEMD)):
        yield called, touches
    if not failed:
        yield from ((address, True) for address in computation.beneficiaries if address in _PRECOMPILES)
    for child in computation.children:
        yield from _reached(child, failed=failed)
