"""eth_getProof, now and at every earlier height, checked by another implementation: py-trie."""

from __future__ import annotations

from typing import Any

import pytest
import rlp
from eth_hash.auto import keccak
from trie import HexaryTrie

from node.chain.embedded.errors import InvalidParamsError, RefusedError
from node.receipts.first_header import BLANK_ROOT

COUNTER = bytes.fromhex("600054600101600055 43435500")
"""Runtime: slot 0 counts the calls, and the slot of each height holds that height."""
CREATION = bytes([0x6C]) + COUNTER + bytes.fromhex("600052600d6013f3")


def _octets(text: Any) -> Any:
    return bytes.fromhex(text[2:])


def _value(root: Any, key: Any, proof: Any) -> Any:
    if root == BLANK_ROOT:
        assert proof == []
        return b""
    return HexaryTrie.get_from_proof(root, key, [rlp.decode(_octets(node)) for node in proof])


def check(proof: Any, state_root: Any) -> Any:
    """Give (nonce, {slot: value}) that the proof proves."""
    encoded = _value(state_root, keccak(_octets(proof["address"])), proof["accountProof"])
    if not encoded:
        assert (proof["nonce"], proof["balance"]) == ("0x0", "0x0")
        return None, {}
    nonce, balance, storage_root, code_hash = rlp.decode(encoded)
    assert int.from_bytes(nonce, "big") == int(proof["nonce"], 16)
    assert (balance, storage_root, code_hash) == (b"", _octets(proof["storageHash"]), _octets(proof["codeHash"]))
    slots = {}
    for item in proof["storageProof"]:
        slot = int(item["key"], 16)
        found = _value(storage_root, keccak(slot.to_bytes(32, "big")), item["proof"])
        slots[slot] = int.from_bytes(rlp.decode(found), "big") if found else 0
        assert slots[slot] == int(item["value"], 16)
    return int.from_bytes(nonce, "big"), slots


async def test_proofs_of_every_height(site: Any, keys: Any, signed: Any) -> None:
    async with site.open() as chain:
        (created,) = await site.send_all(chain, signed(keys.founder, 0, calldata=CREATION))
        contract = created["contractAddress"]
        for nonce in range(1, 12):
            await site.send_all(chain, signed(keys.founder, nonce, to=_octets(contract)))
        head = chain.head.height
        assert head == 12
        for height in range(1, head + 1):
            header = await chain.rpc.call("eth_getBlockByNumber", [hex(height)])
            slots = [hex(slot) for slot in range(15)]
            proof = await chain.rpc.call("eth_getProof", [contract, slots, hex(height)])
            nonce, values = check(proof, _octets(header["stateRoot"]))
            assert nonce == 1
            expected = {0: height - 1} | {slot: slot if 2 <= slot <= height else 0 for slot in range(1, 15)}
            assert values == expected
            at = [await chain.rpc.call("eth_getStorageAt", [contract, slot, hex(height)]) for slot in slots]
            assert [int(value, 16) for value in at] == list(values.values())


async def test_the_proof_that_an_account_is_not_there(site: Any, keys: Any, signed: Any) -> None:
    nowhere = "0x" + "ab" * 20
    async with site.open() as chain:
        before = await chain.rpc.call("eth_getProof", [nowhere, ["0x0"], "earliest"])
        assert before["accountProof"] == []
        await site.send_all(chain, signed(keys.founder, 0, calldata=CREATION), signed(keys.founder, 1, calldata=b"\0"))
        proof = await chain.rpc.call("eth_getProof", [nowhere, ["0x0"], "latest"])
        assert check(proof, chain.head.header.state_root) == (None, {})
        assert proof["accountProof"] != []


async def test_a_changed_node_proves_nothing(site: Any, keys: Any, signed: Any) -> None:
    async with site.open() as chain:
        await site.send_all(chain, signed(keys.founder, 0, calldata=CREATION))
        founder = "0x" + site.founder.hex()
        proof = await chain.rpc.call("eth_getProof", [founder, [], "latest"])
        last = bytearray(_octets(proof["accountProof"][-1]))
        last[-1] ^= 1
        proof["accountProof"][-1] = "0x" + last.hex()
        with pytest.raises(Exception, match=r"(?i)proof|missing|node"):
            check(proof, chain.head.header.state_root)


async def test_states_that_are_not_there(site: Any) -> None:
    address = "0x" + "00" * 20
    async with site.open() as chain:
        for tag in ("0x5", "0x" + "11" * 32, {"blockHash": "0x" + "11" * 32}, {"blockNumber": "0x9"}):
            with pytest.raises(RefusedError, match="header not found"):
                await chain.rpc.call("eth_getProof", [address, [], tag])
        for bad in ([address, "0x0"], [address, ["0x"]], [address, ["0x" + "1" * 65]], ["0x00", []], [address, [1]]):
            with pytest.raises(InvalidParamsError):
                await chain.rpc.call("eth_getProof", bad)
