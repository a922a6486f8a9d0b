"""Calls that change nothing: eth_call and eth_estimateGas, executed on a state and forgotten."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from eth.exceptions import OutOfGas, Revert
from eth.vm.forks.berlin.transactions import BerlinUnsignedLegacyTransaction
from eth.vm.spoof import SpoofTransaction
from eth_utils.exceptions import ValidationError

from node.chain.embedded.errors import RefusedError, RevertError
from node.chain.embedded.evm import TrieOverlay, qbft_vm

if TYPE_CHECKING:
    from collections.abc import Callable

    from node.chain.embedded.evm import NodeReader
    from node.chain.embedded.message import Call
    from node.receipts.header import Header

@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Runs calls on the state of one header, under that header's block context."""

    header: Header
    chain_id: int
    read_node: NodeReader
    previous_hash: Callable[[int], bytes | None]

    def call(self, call: Call) -> bytes:
        """Give the output; raise RevertError with the contract's data, RefusedError for other failures."""
        computation = self._run(call)
        if computation.is_error:
            raise _failure(computation)
        return bytes(computation.output)

    def estimate_gas(self, call: Call) -> int:
        """Give a gas limit with which the call succeeds; raise as `call` does when none is enough.

        What was used before refunds is enough unless an inner call needs its 63/64 (EIP-150); then it is searched for,
        to within 1 %.
        """
        computation = self._run(call)
        if computation.is_error:
            raise _failure(computation)
        needed = call.gas - computation.get_gas_remaining()
        if not self._run(replace(call, gas=needed)).is_error:
            return int(needed)
        low, high = needed, call.gas
        while high - low > high // 100:
            middle = (low + high) // 2
            if self._run(replace(call, gas=middle)).is_error:
                low = middle
            else:
                high = middle
        return int(high)

    def _run(self, call: Call) -> Any:
        overlay = TrieOverlay(self.read_node)
        vm = qbft_vm(
            self.header,
            self.header.state_root,
            overlay,
            chain_id=self.chain_id,
            previous_hash=self.previous_hash,
        )
        unsigned = BerlinUnsignedLegacyTransaction(
            nonce=vm.state.get_nonce(call.sender), gas_price=0, gas=call.gas, to=call.to, value=call.value,
            data=call.calldata,
        )  # fmt: skip
        if unsigned.intrinsic_gas > call.gas:
            raise RefusedError(f"intrinsic gas too low: have {call.gas}, want {unsigned.intrinsic_gas}")
        try:
            return vm.state.apply_transaction(SpoofTransaction(unsigned, from_=call.sender))
        except ValidationError as error:
            raise RefusedError(str(error)) from error


def _failure(computation: Any) -> RevertError | RefusedError:
    if isinstance(computation.error, Revert):
        return RevertError(bytes(computation.output))
    if isinstance(computation.error, OutOfGas):
        return RefusedError("out of gas")
    return RefusedError(f"{type(computation.error).__name__}: {computation.error}")
