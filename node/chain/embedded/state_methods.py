"""The methods that read a state: accounts, storage, proofs (EIP-1186) and calls, at any height of the chain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from node.chain.embedded.errors import InvalidParamsError, RefusedError
from node.chain.embedded.parameters import read_call, read_data, read_slot
from node.chain.embedded.shapes import blob, quantity
from node.chain.embedded.state import State

if TYPE_CHECKING:
    from node.chain.embedded.call import Caller
    from node.chain.embedded.methods import HeaderMethods
    from node.chain.embedded.store import Store, StoredHeader

MOST_PROOF_SLOTS = 1024


class StateMethods:
    """Answers from the tries; a header that is not there raises RefusedError."""

    def __init__(self, store: Store, headers: HeaderMethods, chain_id: int) -> None:
        self._store = store
        self._headers = headers
        self._chain_id = chain_id

    def nonce(self, address: Any, tag: Any = "latest") -> str:
        """eth_getTransactionCount, without waiting transactions."""
        return quantity(self._state(tag).account(read_data(address, "address", 20)).nonce)

    def balance(self, address: Any, tag: Any = "latest") -> str:
        """eth_getBalance."""
        return quantity(self._state(tag).account(read_data(address, "address", 20)).balance)

    def code(self, address: Any, tag: Any = "latest") -> str:
        """eth_getCode."""
        return blob(self._state(tag).code(read_data(address, "address", 20)))

    def storage_at(self, address: Any, slot: Any, tag: Any = "latest") -> str:
        """eth_getStorageAt."""
        state = self._state(tag)
        value = state.storage(state.account(read_data(address, "address", 20)), read_slot(slot))
        return blob(value.to_bytes(32, "big"))

    def proof(self, address: Any, slots: Any, tag: Any = "latest") -> dict[str, Any]:
        """eth_getProof."""
        if not isinstance(slots, list) or len(slots) > MOST_PROOF_SLOTS:
            raise InvalidParamsError(f"storage keys: not a list of at most {MOST_PROOF_SLOTS}")
        state, place = self._state(tag), read_data(address, "address", 20)
        account = state.account(place)
        return {
            "address": blob(place),
            "accountProof": [blob(node) for node in state.account_proof(place)],
            "balance": quantity(account.balance),
            "codeHash": blob(account.code_hash),
            "nonce": quantity(account.nonce),
            "storageHash": blob(account.storage_root),
            "storageProof": [
                {
                    "key": slot,
                    "value": quantity(state.storage(account, read_slot(slot))),
                    "proof": [blob(node) for node in state.storage_proof(account, read_slot(slot))],
                }
                for slot in slots
            ],
        }

    def call(self, call: Any, tag: Any = "latest") -> str:
        """eth_call."""
        return blob(self.caller(tag).call(read_call(call)))

    def estimate_gas(self, call: Any, tag: Any = "latest") -> str:
        """eth_estimateGas."""
        return quantity(self.caller(tag).estimate_gas(read_call(call)))

    def caller(self, tag: Any) -> Caller:
        """Give what runs calls on the state of a header."""
        from node.chain.embedded.call import Caller

        return Caller(
            header=self._stored(tag).header,
            chain_id=self._chain_id,
            read_node=self._store.node,
            previous_hash=self._store.block_hash,
        )

    def _state(self, tag: Any) -> State:
        return State(self._store.node, self._stored(tag).header.state_root)

    def _stored(self, tag: Any) -> StoredHeader:
        stored = self._headers.stored(tag)
        if stored is None:
            raise RefusedError("header not found")
        return stored
