"""Steps 5 to 9 of a verification: from the record in the receipt to the seals of the validators in the anchor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.calls import CommitUnitsCall, RegisterCall, decode_call
from contracts.errors import ContractError
from contracts.events import decode_log
from contracts.records import Registered, UnitsCommitted
from node.errors import Words
from node.receipts import strict_rlp
from node.receipts.errors import BadProof
from node.receipts.header import EMPTY_UNCLES_HASH, MIX_HASH, Extra, decode_header
from node.receipts.ordered_trie import walk
from node.receipts.record import record_of
from node.receipts.seals import check_seals
from node.receipts.transaction import decode_transaction
from node.receipts.tx_receipt import decode_tx_receipt

if TYPE_CHECKING:
    from node.receipts.anchor import TrustAnchor
    from node.receipts.receipt import Receipt
    from node.receipts.transaction import Transaction

LATEST_TIME = 253_402_300_799
"""The last second of the year 9999, after which a date cannot be written."""
Act = Registered | UnitsCommitted


def check_event(receipt: Receipt) -> Words:
    """Step 5: the event at `log_index`, as the transaction receipt says it, is the record in every field."""
    event = _event_in(_end_of(receipt.material.tx_receipt_path), receipt.log_index)
    if record_of(event) != receipt.record:
        raise BadProof("事件与凭证中的记录不一致", "the event is not the record in the receipt")
    if isinstance(event, Registered) and event.number[: len(event.institution)] != event.institution:
        raise BadProof("登记号不属于登记它的机构", "the number does not belong to the institution that registered it")
    name = type(event).__name__
    return Words(f"事件 {name} 与记录逐项一致", f"the event {name} is the record in every field")


def check_tx_receipt(receipt: Receipt, anchor: TrustAnchor) -> Words:
    """Step 6: that receipt stands under the header's receiptsRoot, says success, and the registry emitted the event."""
    material = receipt.material
    # the event of step 5 was read from the leaf that ends this same path
    raw = walk(decode_header(material.header).receipts_root, material.index, material.tx_receipt_path)
    tx_receipt = decode_tx_receipt(raw)
    if not tx_receipt.succeeded:
        raise BadProof("交易执行失败", "the transaction failed")
    emitter = tx_receipt.logs[receipt.log_index].address
    if emitter != anchor.founding.registry:
        zh = f"事件由合约 0x{emitter.hex()} 发出,不是登记合约"
        raise BadProof(zh, f"the event was emitted by 0x{emitter.hex()}, which is not the registry")
    zh = f"交易回执第 {material.index} 号在 receiptsRoot 之下,执行成功,事件由登记合约发出"
    return Words(zh, f"tx_receipt {material.index} under receiptsRoot, successful, event emitted by the registry")


def check_transaction(receipt: Receipt, anchor: TrustAnchor) -> Words:
    """Step 7: the transaction of the same index: its hash, chain, sender, contract and calldata."""
    material = receipt.material
    root = decode_header(material.header).transactions_root
    transaction = decode_transaction(walk(root, material.index, material.transaction_path))
    if transaction.tx_hash != receipt.tx_hash:
        raise BadProof("交易号与凭证所写不符", "the tx_hash is not the one in the receipt")
    if transaction.chain_id != anchor.founding.chain_id:
        zh = f"交易属于链 {transaction.chain_id},不是信任锚的链 {anchor.founding.chain_id}"
        raise BadProof(zh, f"the transaction is for chain {transaction.chain_id}, not {anchor.founding.chain_id}")
    event = _event_in(_end_of(material.tx_receipt_path), receipt.log_index)
    sender = _check_sender(transaction, event, anchor)
    if transaction.to != anchor.founding.registry:
        zh, en = f"交易调用的是 0x{transaction.to.hex()}", f"the transaction calls 0x{transaction.to.hex()}"
        raise BadProof(f"{zh},不是登记合约", f"{en}, not the registry")
    _check_calldata(transaction.calldata, event)
    zh = f"交易 0x{transaction.tx_hash.hex()} 由登记员密钥 0x{sender.hex()} 签名,所载与事件一致"
    en = f"transaction 0x{transaction.tx_hash.hex()} signed by registrar key 0x{sender.hex()}, calldata as the event"
    return Words(zh, en)


def check_header(receipt: Receipt, anchor: TrustAnchor) -> Words:
    """Step 8: the header is a QBFT header of the stated height, made by the validators of the anchor."""
    header = decode_header(receipt.material.header)
    if header.number != receipt.height:
        zh, en = f"区块高度为 {header.number},凭证写的是 {receipt.height}", f"its height is {header.number}"
        raise BadProof(zh, f"{en}, the receipt says {receipt.height}")
    constants = (header.difficulty, header.mix_hash, header.uncles_hash, header.nonce)
    if constants != (1, MIX_HASH, EMPTY_UNCLES_HASH, bytes(8)) or header.timestamp > LATEST_TIME:
        raise BadProof("不是 QBFT 区块头", "not a QBFT header")
    if sorted(Extra.decode(header.extra_data).validators) != list(anchor.founding.validators):
        zh = "区块头所列的验证节点不是信任锚中的那些:是别的链,或信任锚太旧"
        raise BadProof(zh, "it lists other validators than the anchor: another chain, or the anchor is too old")
    return Words(f"区块高度 {header.number}", f"height {header.number}, block hash 0x{header.block_hash.hex()}")


def check_quorum(receipt: Receipt, anchor: TrustAnchor) -> Words:
    """Step 9: exactly a quorum of the anchor's validators sealed the header."""
    signers = check_seals(decode_header(receipt.material.header), anchor.founding.validators)
    count, whole = len(signers), len(anchor.founding.validators)
    zh = f"{whole} 个验证节点中 {count} 个封签,达到法定数"
    return Words(zh, f"sealed by {count} of {whole} validators, a quorum")


def _end_of(path: tuple[bytes, ...]) -> bytes:
    """Give the value in a path's last node, not yet shown to be under any root."""
    node = strict_rlp.decode_list(path[-1], 2, "leaf") if path else [b"", b""]
    if not isinstance(node[1], bytes):
        raise BadProof("路径的终点不是叶节点", "the path does not end at a leaf")
    return node[1]


def _event_in(raw: bytes, log_index: int) -> Act:
    logs = decode_tx_receipt(raw).logs
    if log_index >= len(logs):
        raise BadProof(f"交易回执没有第 {log_index} 号事件", f"the tx_receipt has no log {log_index}")
    try:
        event = decode_log(logs[log_index].topics, logs[log_index].data)
    except ContractError as error:
        raise BadProof(error.words.zh, error.words.en) from error
    if not isinstance(event, (Registered, UnitsCommitted)):
        raise BadProof("不是登记或批次上链的事件", "the event is of another act")
    return event


def _check_sender(transaction: Transaction, event: Act, anchor: TrustAnchor) -> bytes:
    sender, code = transaction.sender(), event.institution
    institution = anchor.founding.institution(code)
    if institution is None:
        name = code.decode("ascii", "replace")
        raise BadProof(f"信任锚中没有机构 {name}", f"the anchor has no institution {name}")
    if sender not in institution.registrars:
        zh = f"发送者 0x{sender.hex()} 不是 {institution.name} 的登记员"
        raise BadProof(zh, f"the sender 0x{sender.hex()} is no registrar of {institution.name}")
    return sender


def _check_calldata(calldata: bytes, event: Act) -> None:
    try:
        call = decode_call(calldata)
    except ContractError as error:
        raise BadProof(error.words.zh, error.words.en) from error
    called: list[Act] = []
    if isinstance(call, CommitUnitsCall):
        called = [call.batch.committed(event.institution)]
    elif isinstance(call, RegisterCall):
        called = [entry.registered(event.institution) for entry in call.entries]
    if event not in called:
        raise BadProof("交易所载内容与事件不一致", "the calldata are not what the event says")
