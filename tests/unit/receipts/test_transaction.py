"""Transactions of three types, held to eth_account and py-evm; tx_receipts, held to py-evm; all strict."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import rlp
from eth.rlp.logs import Log as EvmLog
from eth.rlp.receipts import Receipt as EvmReceipt
from eth.vm.forks.london.transactions import LondonTransactionBuilder
from eth_account import Account
from hypothesis import given, settings
from hypothesis import strategies as st

from node.receipts import strict_rlp
from node.receipts.errors import BadProof, MismatchedChain
from node.receipts.transaction import decode_transaction
from node.receipts.transaction_answer import transaction_from_json
from node.receipts.tx_receipt import Log, TxReceipt, decode_tx_receipt, tx_receipt_from_json

VECTORS = Path(__file__).parents[2] / "vectors" / "receipts"
KEY = b"\x11" * 32
accesses = st.lists(
    st.fixed_dictionaries(
        {
            "address": st.binary(min_size=20, max_size=20).map(lambda one: "0x" + one.hex()),
            "storageKeys": st.lists(st.binary(min_size=32, max_size=32).map(lambda one: "0x" + one.hex()), max_size=3),
        }
    ),
    max_size=3,
)
transactions = st.fixed_dictionaries(
    {
        "nonce": st.integers(0, 2**64 - 2), "gasPrice": st.integers(0, 2**70), "gas": st.integers(21_000, 2**40),
        "value": st.integers(0, 2**90), "data": st.binary(max_size=100), "chainId": st.integers(1, 2**53 - 1),
    },
    optional={"to": st.binary(min_size=20, max_size=20)},
)  # fmt: skip


@settings(deadline=None)
@given(transactions)
def test_what_eth_account_signs_is_read_and_its_sender_found(fields: dict[str, object]) -> None:
    signed = Account.sign_transaction(fields, KEY)
    transaction = decode_transaction(bytes(signed.raw_transaction))
    assert transaction.encode() == bytes(signed.raw_transaction)
    assert transaction.tx_hash == bytes(signed.hash)
    assert "0x" + transaction.sender().hex() == Account.from_key(KEY).address.lower()
    assert transaction.chain_id == fields["chainId"]
    assert (transaction.to, transaction.calldata) == (fields.get("to", b""), fields["data"])


def raw(**changes: object) -> bytes:
    fields = {"nonce": 1, "gasPrice": 0, "gas": 50_000, "to": b"\x22" * 20, "value": 0, "data": b"call", "chainId": 9}
    return bytes(Account.sign_transaction(fields | changes, KEY).raw_transaction)


def with_item(place: int, item: strict_rlp.Item) -> bytes:
    items = strict_rlp.decode(raw())
    assert isinstance(items, list)
    return strict_rlp.encode([*items[:place], item, *items[place + 1 :]])


@pytest.mark.parametrize("place", range(9))
def test_fields_of_another_form_are_refused(place: int) -> None:
    wrong: list[strict_rlp.Item] = [[b""]] if place == 5 else [[b""], b"\0\x01", b"\x01" * 33]
    for item in wrong:
        with pytest.raises(BadProof):
            decode_transaction(with_item(place, item))


@settings(deadline=None)
@given(transactions, accesses, st.integers(0, 2**70))
def test_what_eth_account_signs_with_an_access_list_is_read(
    fields: dict[str, Any], access: list[dict[str, Any]], tip: int
) -> None:
    price = fields.pop("gasPrice")
    fees = {"maxFeePerGas": price + tip, "maxPriorityFeePerGas": tip}
    for kind, prices in ((1, {"gasPrice": price}), (2, fees)):
        signed = Account.sign_transaction(fields | prices | {"type": kind, "accessList": access}, KEY)
        transaction = decode_transaction(bytes(signed.raw_transaction))
        assert transaction.encode() == bytes(signed.raw_transaction)
        assert transaction.tx_hash == bytes(signed.hash)
        assert "0x" + transaction.sender().hex() == Account.from_key(KEY).address.lower()
        assert (transaction.kind, transaction.chain_id) == (kind, fields["chainId"])
        assert (transaction.to, transaction.calldata) == (fields.get("to", b""), fields["data"])
        assert len(transaction.access_list) == len(access)


@pytest.mark.parametrize("kind", [1, 2])
def test_py_evm_finds_the_same_sender_of_the_vectors_and_the_same_hash(kind: int) -> None:
    answers = json.loads((VECTORS / "blocks" / f"typed-{kind}.json").read_text("utf-8"))
    raws = [transaction_from_json(fields) for fields in answers["block"]["transactions"]]
    for raw in raws:
        transaction, theirs = decode_transaction(raw), LondonTransactionBuilder.decode(raw)
        assert (transaction.sender(), transaction.tx_hash) == (theirs.sender, theirs.hash)
        assert (transaction.to, transaction.calldata) == (theirs.to, theirs.data)
    assert [decode_transaction(raw).kind for raw in raws].count(kind) == 1


@pytest.mark.parametrize("kind", [0, 3, 4, 0x7F, 0x80, 0xBF])
def test_transactions_of_other_types_are_refused_by_name(kind: int) -> None:
    for decode in (decode_transaction, decode_tx_receipt):
        with pytest.raises(BadProof, match=f"the type 0x{kind:02x}"):
            decode(bytes([kind]) + raw())


@pytest.mark.parametrize("v", [0, 1, 27, 28])
def test_a_transaction_for_any_chain_is_refused(v: int) -> None:
    with pytest.raises(BadProof, match="EIP-155"):
        decode_transaction(with_item(6, strict_rlp.from_int(v)))


def test_nothing_and_too_much_are_refused() -> None:
    for data in (b"", raw() + b"\0", raw()[:-1]):
        with pytest.raises(BadProof):
            decode_transaction(data)


@pytest.mark.parametrize("kind", [1, 2])
def test_typed_transactions_are_encoded_from_an_engines_answer(kind: int) -> None:
    access = [{"address": "0x" + "33" * 20, "storageKeys": ["0x" + "44" * 32]}]
    fees: dict[str, Any] = {1: {"gasPrice": 3}, 2: {"maxFeePerGas": 3, "maxPriorityFeePerGas": 1}}[kind]
    fields = {"nonce": 1, "gas": 50_000, "to": b"\x22" * 20, "value": 5, "data": b"call", "chainId": 9}
    signed = Account.sign_transaction(fields | fees | {"type": kind, "accessList": access}, KEY)
    answer = {
        "type": hex(kind), "chainId": "0x9", "nonce": "0x1", "gasPrice": "0x3", "gas": hex(50_000),
        "to": "0x" + "22" * 20, "value": "0x5", "input": "0x" + b"call".hex(), "accessList": access,
        "v": hex(signed.v), "r": hex(signed.r), "s": hex(signed.s),
    } | {name: hex(fee) for name, fee in fees.items()}  # fmt: skip
    assert transaction_from_json(answer) == bytes(signed.raw_transaction)
    renamed = {name: value for name, value in answer.items() if name != "v"} | {"yParity": answer["v"]}
    assert transaction_from_json(renamed) == bytes(signed.raw_transaction)
    for changes, match in (({"type": "0x3"}, "type 3"), ({"input": "0x1"}, "input"), ({"nonce": 1}, "nonce")):
        with pytest.raises(MismatchedChain, match=match):
            transaction_from_json(answer | changes)


logs = st.builds(
    Log,
    address=st.binary(min_size=20, max_size=20),
    topics=st.lists(st.binary(min_size=32, max_size=32), max_size=4).map(tuple),
    data=st.binary(max_size=70),
)
tx_receipts = st.builds(
    TxReceipt,
    succeeded=st.booleans(),
    cumulative_gas=st.integers(0, 2**40),
    bloom=st.binary(min_size=256, max_size=256),
    logs=st.lists(logs, max_size=3).map(tuple),
    kind=st.integers(0, 2),
)


@given(tx_receipts)
def test_tx_receipts_are_those_of_py_evm(receipt: TxReceipt) -> None:
    theirs = EvmReceipt(
        state_root=b"\x01" if receipt.succeeded else b"",
        gas_used=receipt.cumulative_gas,
        bloom=int.from_bytes(receipt.bloom, "big"),
        logs=[EvmLog(log.address, [int.from_bytes(topic, "big") for topic in log.topics], log.data)
              for log in receipt.logs],
    )  # fmt: skip
    # the body of a typed one is the legacy encoding, behind the type byte
    assert receipt.encode().removeprefix(bytes([receipt.kind] if receipt.kind else [])) == rlp.encode(theirs)
    assert decode_tx_receipt(receipt.encode()) == receipt


@given(tx_receipts)
def test_tx_receipts_are_read_from_an_engines_answer(receipt: TxReceipt) -> None:
    answer = {
        "status": hex(receipt.succeeded), "cumulativeGasUsed": hex(receipt.cumulative_gas),
        "logsBloom": "0x" + receipt.bloom.hex(), "type": hex(receipt.kind),
        "logs": [{"address": "0x" + log.address.hex(), "topics": ["0x" + topic.hex() for topic in log.topics],
                  "data": "0x" + log.data.hex()} for log in receipt.logs],
    }  # fmt: skip
    assert tx_receipt_from_json(answer) == receipt
    with pytest.raises(MismatchedChain, match="logs"):
        tx_receipt_from_json(answer | {"logs": None})


@pytest.mark.parametrize(
    "fields",
    [
        [b"\x02", b"", bytes(256), []], [bytes(32), b"", bytes(256), []], [b"", b"\0", bytes(256), []],
        [b"", b"", bytes(255), []], [b"", b"", bytes(256), b""], [b"", b"", bytes(256), [b""]],
        [b"", b"", bytes(256), [[bytes(19), [], b""]]], [b"", b"", bytes(256), [[bytes(20), [bytes(31)], b""]]],
        [b"", b"", bytes(256), [[bytes(20), [bytes(32)] * 5, b""]]], [b"", b"", bytes(256), [[bytes(20), b"", b""]]],
        [b"", b"", bytes(256), [[bytes(20), [], []]]], [b"", b"", bytes(256)],
    ],
)  # fmt: skip
def test_malformed_tx_receipts_are_refused(fields: list[strict_rlp.Item]) -> None:
    with pytest.raises(BadProof):
        decode_tx_receipt(strict_rlp.encode(fields))
