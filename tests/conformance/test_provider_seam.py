"""What the node relies on in any engine behind its JSON-RPC provider; run on each engine of conftest."""

from __future__ import annotations

from typing import Any

import pytest
from eth_account import Account
from web3.exceptions import ContractCustomError, ContractLogicError, TransactionNotFound
from web3.logs import DISCARD

from contracts import artefact
from node.receipts.header import header_from_json

GAS = 8_000_000


async def send(engine: Any, *, to: Any = None, calldata: Any = b"", nonce: Any = None, gas: Any = GAS) -> Any:
    account = Account.from_key(engine.key)
    if nonce is None:
        nonce = await engine.w3.eth.get_transaction_count(account.address, "pending")
    fields = {"nonce": nonce, "gasPrice": 0, "gas": gas, "value": 0, "data": calldata, "chainId": engine.chain_id}
    raw = account.sign_transaction(fields if to is None else fields | {"to": to}).raw_transaction
    return await engine.w3.eth.send_raw_transaction(raw)


async def deployed(engine: Any) -> Any:
    """Deploy the registry through web3 and give its contract object."""
    made = artefact.load()
    governor = Account.from_key(engine.key).address
    factory = engine.w3.eth.contract(abi=made.abi, bytecode=made.creation_code)
    creation = factory.constructor([governor], 1, [])
    data = (await creation.build_transaction({"gas": GAS, "gasPrice": 0, "nonce": 0}))["data"]
    receipt = await engine.w3.eth.wait_for_transaction_receipt(await send(engine, calldata=data), poll_latency=0.02)
    assert receipt["status"] == 1
    contract = engine.w3.eth.contract(address=receipt["contractAddress"], abi=made.abi)
    assert bytes(await engine.w3.eth.get_code(contract.address)) == made.runtime_code
    return contract


async def test_it_says_which_chain_it_is(engine: Any) -> None:
    assert await engine.w3.is_connected()
    assert await engine.w3.eth.chain_id == engine.chain_id
    assert await engine.w3.eth.gas_price == 0
    assert await engine.w3.eth.syncing is False


async def test_a_contract_is_deployed_called_and_its_errors_are_typed(engine: Any) -> None:
    contract = await deployed(engine)
    governor = Account.from_key(engine.key).address
    keys = {"registrars": ["0x" + "00" * 19 + "05"], "reviewers": [], "auditors": []}
    admission = {"institution": b"14000001", "profileDigest": b"\1" * 32, "onePerson": True, **keys}
    call = contract.encode_abi("admit", args=[admission])
    admit = contract.functions.govern(call, 2**40, b"\2" * 32)
    gas = await admit.estimate_gas({"from": governor})
    calldata = admit._encode_transaction_data()  # noqa: SLF001 - web3 has no public way to encode a bound call
    receipt = await engine.w3.eth.wait_for_transaction_receipt(
        await send(engine, to=contract.address, calldata=calldata, gas=gas), poll_latency=0.02
    )
    assert (receipt["status"], receipt["gasUsed"] <= gas) == (1, True)
    events = contract.events.InstitutionAdmitted().process_receipt(receipt, errors=DISCARD)
    assert bytes(events[0]["args"]["institution"]) == b"14000001"
    with pytest.raises(ContractCustomError) as caught:
        await admit.call({"from": governor})
    assert caught.value.data.startswith("0x")
    with pytest.raises(ContractCustomError):
        await admit.estimate_gas({"from": governor})
    with pytest.raises(ContractLogicError):
        await admit.call()


async def test_a_header_has_the_hash_that_it_says(engine: Any) -> None:
    await engine.w3.eth.wait_for_transaction_receipt(await send(engine, calldata=b"\0"), poll_latency=0.02)
    for tag in ("earliest", "latest"):
        answer = await engine.w3.provider.make_request("eth_getBlockByNumber", [tag, False])
        assert "0x" + header_from_json(answer["result"]).block_hash.hex() == answer["result"]["hash"]
    for tag in ("pending", "safe", "finalized"):
        same = await engine.w3.provider.make_request("eth_getBlockByNumber", [tag, False])
        assert same["result"] == answer["result"]


async def test_receipts_come_with_headers_and_not_before(engine: Any) -> None:
    tx_hash = await send(engine, calldata=b"\0")
    receipt = await engine.w3.eth.wait_for_transaction_receipt(tx_hash, poll_latency=0.02)
    block = await engine.w3.provider.make_request("eth_getBlockByNumber", [hex(receipt["blockNumber"]), True])
    (found,) = block["result"]["transactions"]
    assert found["hash"] == "0x" + bytes(tx_hash).hex()
    assert found["blockHash"] == block["result"]["hash"]
    with pytest.raises(TransactionNotFound):
        await engine.w3.eth.get_transaction_receipt("0x" + "12" * 32)
    nothing = await engine.w3.provider.make_request("eth_getBlockByNumber", ["0xffffff", False])
    assert nothing["result"] is None


async def test_a_transaction_sent_again_is_told_to_be_known(engine: Any) -> None:
    account = Account.from_key(engine.key)
    fields = {"nonce": 0, "gasPrice": 0, "gas": 100_000, "value": 0, "data": b"\0", "chainId": engine.chain_id}
    raw = "0x" + account.sign_transaction(fields).raw_transaction.hex()
    first = await engine.w3.provider.make_request("eth_sendRawTransaction", [raw])
    await engine.w3.eth.wait_for_transaction_receipt(first["result"], poll_latency=0.02)
    again = await engine.w3.provider.make_request("eth_sendRawTransaction", [raw])
    assert again["error"]["code"] == -32000
    assert again["error"]["message"] == "already known"


async def test_errors_are_answers_not_exceptions(engine: Any) -> None:
    for method, params, code in (
        ("eth_mine", [], -32601),
        ("eth_getBlockByNumber", [], -32602),
        ("eth_call", [{"data": "0x60006000fd"}, "latest"], 3),
        ("eth_call", [{"data": "0xfe"}, "latest"], -32000),
    ):
        assert (await engine.w3.provider.make_request(method, params))["error"]["code"] == code


async def test_a_batch_through_web3(engine: Any) -> None:
    async with engine.w3.batch_requests() as batch:
        batch.add(engine.w3.eth.get_block_number())
        batch.add(engine.w3.eth.get_balance(Account.from_key(engine.key).address))
        assert await batch.async_execute() == [0, 0]


async def test_both_doors_give_the_same_answers(engine: Any) -> None:
    contract = await deployed(engine)
    receipt = (await engine.w3.provider.make_request("eth_getBlockReceipts", ["latest"]))["result"][0]
    address, sender = contract.address, Account.from_key(engine.key).address
    questions = [
        ("web3_clientVersion", []), ("net_version", []), ("eth_chainId", []), ("eth_blockNumber", []),
        ("eth_getBlockByNumber", ["latest", True]), ("eth_getBlockByNumber", ["earliest", False]),
        ("eth_getBlockByHash", [receipt["blockHash"], True]), ("eth_getBlockReceipts", ["0x1"]),
        ("eth_getTransactionByHash", [receipt["transactionHash"]]),
        ("eth_getTransactionReceipt", [receipt["transactionHash"]]),
        ("eth_getTransactionCount", [sender, "pending"]), ("eth_getBalance", [sender, "latest"]),
        ("eth_getCode", [address, "latest"]), ("eth_getStorageAt", [address, "0x0", "latest"]),
        ("eth_getProof", [address, ["0x0", "0x1"], "0x1"]), ("eth_getLogs", [{"fromBlock": "earliest"}]),
        ("eth_call", [{"to": address, "data": "0x5aa6e675"}, "latest"]),
        ("eth_call", [{"to": address, "data": "0xffffffff"}, "latest"]), ("eth_mine", []), ("eth_getLogs", [1]),
        ("eth_estimateGas", [{"from": sender, "to": address, "data": "0x5aa6e675"}]),
        ("eth_sendRawTransaction", ["0x01"]), ("eth_gasPrice", []), ("eth_syncing", []),
        ("eth_getBlockTransactionCountByNumber", ["0x1"]), ("eth_getBlockTransactionCountByNumber", ["0x9"]),
        ("eth_getTransactionByBlockNumberAndIndex", ["0x1", "0x0"]), ("web3_sha3", ["0x00"]), ("eth_accounts", []),
        ("eth_getTransactionByBlockNumberAndIndex", ["0x1", "0x1"]),
        ("eth_getBalance", [sender, {"blockNumber": "0x0"}]),
        ("eth_getCode", [address, {"blockHash": receipt["blockHash"]}]), ("eth_getBlockReceipts", ["0x9"]),
    ]  # fmt: skip
    for method, params in questions:
        answers = [
            await provider.make_request(method, params)
            for provider in (engine.w3.provider, engine.provider_of_other_kind)
        ]
        here, there = ({name: value for name, value in answer.items() if name != "id"} for answer in answers)
        assert here == there, method
        assert ("error" in here) == (method in {"eth_mine", "eth_sendRawTransaction"} or params == [1]
                                     or "0xffffffff" in str(params)), method
