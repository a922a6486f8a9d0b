"""Steps 5 and 6 of a verification: the event that the record tells of, and that the registry emitted it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.errors import ContractError
from contracts.events import decode_log
from contracts.records import UnitsCommitted, Version
from node.errors import Words
from node.receipts import strict_rlp
from node.receipts.errors import BadProof
from node.receipts.header import decode_header
from node.receipts.ordered_trie import walk
from node.receipts.record import record_of
from node.receipts.tx_receipt import decode_tx_receipt

if TYPE_CHECKING:
    from node.receipts.receipt import Receipt
    from node.receipts.trust import Trust

Act = Version | UnitsCommitted


def check_event(receipt: Receipt) -> Words:
    """Step 5: the event at `log_index`, as the transaction receipt says it, is the record in every field."""
    event = event_of(receipt)
    if record_of(event) != receipt.record:
        raise BadProof("事件与凭证中的记录不一致", "the event is not the record in the receipt")
    if isinstance(event, Version) and event.number[: len(event.institution)] != event.institution:
        raise BadProof("登记号不属于登记它的机构", "the number does not belong to the institution that registered it")
    name = type(event).__name__
    return Words(f"事件 {name} 与记录逐项一致", f"the event {name} is the record in every field")


def check_tx_receipt(receipt: Receipt, trust: Trust) -> Words:
    """Step 6: that receipt stands under the header's receiptsRoot, says success, and the registry emitted the event."""
    material = receipt.material
    # the event of step 5 was read from the leaf that ends this same path
    raw = walk(decode_header(material.header).receipts_root, material.index, material.tx_receipt_path)
    tx_receipt = decode_tx_receipt(raw)
    if not tx_receipt.succeeded:
        raise BadProof("交易执行失败", "the transaction failed")
    emitter = tx_receipt.logs[receipt.log_index].address
    if emitter != trust.founding.registry:
        zh = f"事件由合约 0x{emitter.hex()} 发出,不是登记合约"
        raise BadProof(zh, f"the event was emitted by 0x{emitter.hex()}, which is not the registry")
    zh = f"交易回执第 {material.index} 号在 receiptsRoot 之下,执行成功,事件由登记合约发出"
    return Words(zh, f"tx_receipt {material.index} under receiptsRoot, successful, event emitted by the registry")


def event_of(receipt: Receipt) -> Act:
    """Read the event at the end of the tx_receipt's path, which step 6 shows to be under the header's root."""
    path, place = receipt.material.tx_receipt_path, receipt.log_index
    logs = decode_tx_receipt(_end_of(path)).logs
    if place >= len(logs):
        raise BadProof(f"交易回执没有第 {place} 号事件", f"the tx_receipt has no log {place}")
    try:
        event = decode_log(logs[place].topics, logs[place].data)
    except ContractError as error:
        raise BadProof(error.words.zh, error.words.en) from error
    if not isinstance(event, (Version, UnitsCommitted)):
        raise BadProof("不是登记、更正、换版或批次上链的事件", "the event is of another act")
    return event


def _end_of(path: tuple[bytes, ...]) -> bytes:
    """Give the value in a path's last node, not yet shown to be under any root."""
    node = strict_rlp.decode_list(path[-1], 2, "leaf") if path else [b"", b""]
    if not isinstance(node[1], bytes):
        raise BadProof("路径的终点不是叶节点", "the path does not end at a leaf")
    return node[1]
