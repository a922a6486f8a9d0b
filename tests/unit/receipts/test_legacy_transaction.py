"""Legacy transactions, held to eth_account; transaction receipts, held to py-evm; both strict."""

from __future__ import annotations

import pytest
import rlp
from eth.rlp.logs import Log as EvmLog
from eth.rlp.receipts import Receipt as EvmReceipt
from eth_account import Account
from hypothesis import given, settings
from hypothesis import strategies as st

from node.receipts import strict_rlp
from node.receipts.errors import BadProof, MismatchedChain
from node.receipts.transaction import decode_transaction, transaction_from_json
from node.receipts.tx_receipt import Log, TxReceipt, decode_tx_receipt, tx_receipt_from_json

KEY = b"\x11" * 32
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


@pytest.mark.parametrize("kind", [1, 2, 3, 0x7F])
def test_typed_transactions_are_refused_by_name(kind: int) -> None:
    with pytest.raises(BadProof, match="legacy"):
        decode_transaction(bytes([kind]) + raw())


@pytest.mark.parametrize("v", [0, 1, 27, 28])
def test_a_transaction_for_any_chain_is_refused(v: int) -> None:
    with pytest.raises(BadProof, match="EIP-155"):
        decode_transaction(with_item(6, strict_rlp.from_int(v)))


def test_nothing_and_too_much_are_refused() -> None:
    for data in (b"", raw() + b"\0", raw()[:-1]):
        with pytest.raises(BadProof):
            decode_transaction(data)


def test_an_access_list_transaction_of_others_is_encoded_for_the_root() -> None:
    access = [{"address": "0x" + "33" * 20, "storageKeys": ["0x" + "44" * 32]}]
    fields = {"nonce": 1, "gasPrice": 3, "gas": 50_000, "to": b"\x22" * 20, "value": 5, "data": b"call", "chainId": 9}
    signed = Account.sign_transaction(fields | {"type": 1, "accessList": access}, KEY)
    answer = {
        "type": "0x1", "chainId": "0x9", "nonce": "0x1", "gasPrice": "0x3", "gas": hex(50_000), "to": "0x" + "22" * 20,
        "value": "0x5", "input": "0x" + b"call".hex(), "accessList": access, "v": hex(signed.v), "r": hex(signed.r),
        "s": hex(signed.s),
    }  # fmt: skip
    assert transaction_from_json(answer) == bytes(signed.raw_transaction)
    with pytest.raises(MismatchedChain, match="type 2"):
        transaction_from_json(answer | {"type": "0x2"})
    with pytest.raises(MismatchedChain, match="input"):
        transaction_from_json(answer | {"input": "0x1"})
    with pytest.raises(MismatchedChain, match="nonce"):
        transaction_from_json(answer | {"nonce": 1})


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
    assert receipt.encode() == rlp.encode(theirs)
    assert decode_tx_receipt(receipt.encode()) == receipt


@given(tx_receipts)
def test_tx_receipts_are_read_from_an_engines_answer(receipt: TxReceipt) -> None:
    answer = {
        "status": hex(receipt.succeeded), "cumulativeGasUsed": hex(receipt.cumulative_gas),
        "logsBloom": "0x" + receipt.bloom.hex(),
        "logs": [{"address": "0x" + log.address.hex(), "topics": ["0x" + topic.hex() for topic in log.topics],
                  "data": "0x" + log.data.hex()} for log in receipt.logs],
    }  # fmt: skip
    assert tx_receipt_from_json(answer) == receipt
    assert tx_receipt_from_json(answer | {"type": "0x1"}).encode() == b"\x01" + receipt.encode()
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


def test_typed_tx_receipts_are_refused_by_name() -> None:
    with pytest.raises(BadProof, match="legacy"):
        decode_tx_receipt(b"\x01" + strict_rlp.encode([b"\x01", b"", bytes(256), []]))
