"""What web3 and other clients rely on in any engine behind its JSON-RPC provider; run on each engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from eth_account import Account
from web3.exceptions import ContractCustomError, ContractLogicError, TransactionNotFound
from web3.logs import DISCARD

from contracts import artefact

if TYPE_CHECKING:
    from engines import Running

GAS = 8_000_000
INSTITUTION = (b"14000001", b"\1" * 32, True)
METHODS = [
    ("web3_clientVersion", []), ("net_version", []), ("eth_chainId", []), ("eth_syncing", []), ("eth_gasPrice", []),
    ("eth_blockNumber", []), ("eth_getBlockByNumber", ["latest", True]), ("eth_getBlockReceipts", ["latest"]),
    ("eth_getBlockTransactionCountByNumber", ["latest"]), ("eth_getTransactionByHash", ["0x" + "12" * 32]),
    ("eth_getTransactionReceipt", ["0x" + "12" * 32]), ("eth_getTransactionCount", ["0x" + "11" * 20, "latest"]),
    ("eth_getBalance", ["0x" + "11" * 20, "latest"]), ("eth_getCode", ["0x" + "11" * 20, "latest"]),
    ("eth_getStorageAt", ["0x" + "11" * 20, "0x0", "latest"]),
    ("eth_getProof", ["0x" + "11" * 20, ["0x" + "00" * 32], "latest"]),
    ("eth_call", [{"to": "0x" + "11" * 20}, "latest"]),
    ("eth_estimateGas", [{"to": "0x" + "11" * 20}]), ("eth_getLogs", [{"fromBlock": "latest"}]),
]  # fmt: skip
"""Every method that the node calls, and those that clients begin with."""


async def send(running: Running, *, to: Any = None, calldata: Any = b"", nonce: Any = None, gas: Any = GAS) -> Any:
    account = Account.from_key(running.key)
    if nonce is None:
        nonce = await running.w3.eth.get_transaction_count(account.address, "pending")
    fields = {"nonce": nonce, "gasPrice": 0, "gas": gas, "value": 0, "data": calldata, "chainId": running.chain_id}
    raw = account.sign_transaction(fields if to is None else fields | {"to": to}).raw_transaction
    return await running.w3.eth.send_raw_transaction(raw)


async def receipt_of(running: Running, tx_hash: Any) -> Any:
    return await running.w3.eth.wait_for_transaction_receipt(tx_hash, poll_latency=0.02)


async def deployed(running: Running) -> Any:
    """Deploy the registry through web3 and its ABI alone, and give its contract object."""
    made = artefact.load()
    account = Account.from_key(running.key).address
    factory = running.w3.eth.contract(abi=made.abi, bytecode=made.creation_code)
    admission = (*INSTITUTION, [account], [], [])
    constructed = factory.constructor(["0x" + "07" * 20], 1, [admission])
    receipt = await receipt_of(running, await send(running, calldata=constructed.data_in_transaction))
    assert receipt["status"] == 1
    contract = running.w3.eth.contract(address=receipt["contractAddress"], abi=made.abi)
    assert bytes(await running.w3.eth.get_code(contract.address)) == made.runtime_code
    return contract


async def test_it_says_which_chain_it_is(engine: Running) -> None:
    assert await engine.w3.is_connected()
    assert await engine.w3.eth.chain_id == engine.chain_id
    assert await engine.w3.eth.gas_price == 0
    assert await engine.w3.eth.syncing is False


@pytest.mark.parametrize(("method", "params"), METHODS, ids=[method for method, _ in METHODS])
async def test_it_has_the_methods_that_it_is_said_to_have(engine: Running, method: str, params: Any) -> None:
    response = await engine.w3.provider.make_request(method, params)  # type: ignore[arg-type]
    assert ("error" in response) == (method in engine.lacks), response
    if method in engine.lacks:
        assert response["error"]["code"] == -32601


async def test_a_contract_is_deployed_called_and_its_errors_are_typed(engine: Running) -> None:
    contract = await deployed(engine)
    account = Account.from_key(engine.key).address
    attest = contract.functions.attest(b"\2" * 32, 1, b"\3" * 32, 1)
    gas = await attest.estimate_gas({"from": account, "gasPrice": 0})
    receipt = await receipt_of(
        engine, await send(engine, to=contract.address, calldata=attest._encode_transaction_data(), gas=gas)  # noqa: SLF001
    )  # fmt: skip
    assert (receipt["status"], receipt["gasUsed"] <= gas) == (1, True)
    [event] = contract.events.Attested().process_receipt(receipt, errors=DISCARD)
    assert bytes(event["args"]["digest"]) == b"\3" * 32
    retire = contract.functions.acceptGovernorship()
    with pytest.raises(ContractCustomError) as caught:
        await retire.call({"from": account})
    assert str(caught.value.data).startswith("0x")
    with pytest.raises((ContractCustomError, ContractLogicError)):
        await retire.estimate_gas({"from": account, "gasPrice": 0})


async def test_receipts_come_with_headers_and_not_before(engine: Running) -> None:
    tx_hash = await send(engine, calldata=b"\0")
    receipt = await receipt_of(engine, tx_hash)
    block = await engine.w3.provider.make_request("eth_getBlockByNumber", [hex(receipt["blockNumber"]), True])
    hashes = [found["hash"] for found in block["result"]["transactions"]]
    assert hashes[receipt["transactionIndex"]] == "0x" + bytes(tx_hash).hex()
    with pytest.raises(TransactionNotFound):
        await engine.w3.eth.get_transaction_receipt("0x" + "12" * 32)
    nothing = await engine.w3.provider.make_request("eth_getBlockByNumber", ["0xffffff", False])
    assert nothing["result"] is None


async def test_a_batch_is_answered_in_its_order(engine: Running) -> None:
    account = Account.from_key(engine.key).address
    async with engine.w3.batch_requests() as batch:
        batch.add(engine.w3.eth.get_balance(account))
        batch.add(engine.w3.eth.get_transaction_count(account))
        assert await batch.async_execute() == [0, 0]


async def test_errors_are_answers_not_exceptions(engine: Running) -> None:
    for method, params in (
        ("eth_mineAndDine", []),
        ("eth_getBlockByNumber", []),
        ("eth_call", [{"data": "0x60006000fd"}, "latest"]),
        ("eth_sendRawTransaction", ["0x01"]),
    ):
        response = await engine.w3.provider.make_request(method, params)  # type: ignore[arg-type]
        assert isinstance(response["error"]["code"], int), method
        assert isinstance(response["error"]["message"], str), method
