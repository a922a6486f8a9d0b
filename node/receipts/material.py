"""Proof material: what a receipt needs of the chain, captured when a transaction becomes final, kept once for each.

Engines drop old state, so it is made at once, from raw JSON-RPC answers, and only when these give the roots and the
hash of their own header: an engine's mistake must show while it can still be mended.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from node.errors import BadInput
from node.receipts.errors import BadProof, MalformedMaterial, MismatchedChain
from node.receipts.fields import Fields, read_document, to_hex
from node.receipts.header import Header, decode_header, header_from_json
from node.receipts.ordered_trie import OrderedTrie, walk
from node.receipts.seals import trim_seals
from node.receipts.transaction import Transaction, decode_transaction
from node.receipts.transaction_answer import transaction_from_json
from node.receipts.tx_receipt import TxReceipt, decode_tx_receipt, tx_receipt_from_json
from node.records import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FORMAT, VERSION = "zhicang-proof", 1
LARGEST = 16 << 20
"""Bytes of a proof file that are read at most; one of a full group has about 200 KB."""
FIELDS = ("header", "index", "transaction_path", "tx_receipt_path")
LARGEST_INDEX = 2**24
LONGEST_PATH = 12
"""Nodes; a path under the largest index has nine at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofMaterial:
    """The RLP of a header with its seals trimmed, and the trie paths of one transaction and of its receipt."""

    header: bytes
    index: int
    transaction_path: tuple[bytes, ...]
    tx_receipt_path: tuple[bytes, ...]

    def decode_header(self) -> Header:
        """Give the header; raise MalformedHeader."""
        return decode_header(self.header)

    def transaction(self) -> Transaction:
        """Give the transaction at the end of its path; raise BadProof when the path does not hold."""
        return decode_transaction(walk(self.decode_header().transactions_root, self.index, self.transaction_path))

    def tx_receipt(self) -> TxReceipt:
        """Give the receipt at the end of its path; raise BadProof when the path does not hold."""
        return decode_tx_receipt(walk(self.decode_header().receipts_root, self.index, self.tx_receipt_path))

    def to_json(self) -> dict[str, Any]:
        """Give its object, as it stands in a trust anchor."""
        return {
            "header": to_hex(self.header),
            "index": self.index,
            "transaction_path": [to_hex(node) for node in self.transaction_path],
            "tx_receipt_path": [to_hex(node) for node in self.tx_receipt_path],
        }

    def to_json_bytes(self) -> bytes:
        """Give the bytes of the proof file (canonical JSON)."""
        return canonical.encode({"format": FORMAT, "version": VERSION} | self.to_json())

    @classmethod
    def read(cls, fields: Fields) -> ProofMaterial:
        """Read its fields; raise BadInput with the one that is wrong. Whether its paths hold is not looked at."""
        return cls(
            header=fields.hexadecimal("header"),
            index=fields.integer("index", most=LARGEST_INDEX),
            transaction_path=fields.hexadecimal_list("transaction_path", most=LONGEST_PATH),
            tx_receipt_path=fields.hexadecimal_list("tx_receipt_path", most=LONGEST_PATH),
        )

    @classmethod
    def from_json_bytes(cls, data: bytes, *, limit: int = LARGEST) -> ProofMaterial:
        """Read a proof file; raise MalformedMaterial unless it is in its one form and its paths hold."""
        try:
            fields = Fields(read_document(data, limit=limit), ("format", "version", *FIELDS))
            fields.fixed("format", FORMAT)
            fields.fixed("version", VERSION)
            material = cls.read(fields)
            material.transaction()
            material.tx_receipt()
        except (BadInput, BadProof) as error:
            zh, en = f"证明文件不成立:{error.words.zh}", f"bad proof file: {error.words.en}"
            raise MalformedMaterial(zh, en, field=error.field) from error
        return material


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturedBlock:
    """A header with all that it holds, from which the proof material of each of its transactions is made."""

    header: bytes
    transactions: OrderedTrie
    tx_receipts: OrderedTrie

    @classmethod
    def of(cls, block: Mapping[str, Any], tx_receipts: Sequence[Mapping[str, Any]]) -> CapturedBlock:
        """Read raw answers of an engine.

        Args:
            block: the raw answer of ``eth_getBlockByNumber(…, true)``: 0x JSON with whole transactions.
            tx_receipts: the raw receipts of all its transactions, in order (``eth_getBlockReceipts``).

        Raises:
            MismatchedChain: they are malformed or do not give the roots and the hash of the header, or it has no quorum
                of seals of the validators that it lists.
        """
        try:
            header = header_from_json(block)
            transactions = OrderedTrie([transaction_from_json(item) for item in block.get("transactions", ())])
            receipts = OrderedTrie([tx_receipt_from_json(item).encode() for item in tx_receipts])
            _agree("hash", to_hex(header.block_hash), block.get("hash"))
            _agree("transactionsRoot", to_hex(transactions.root), to_hex(header.transactions_root))
            _agree("receiptsRoot", to_hex(receipts.root), to_hex(header.receipts_root))
            sealed = trim_seals(header).encode()
        except BadProof as error:
            raise _no_proof(error) from error
        return cls(header=sealed, transactions=transactions, tx_receipts=receipts)

    def material(self, index: int) -> ProofMaterial:
        """Make the proof material of the transaction at `index`; raise MismatchedChain unless its type is known."""
        try:
            material = ProofMaterial(
                header=self.header,
                index=index,
                transaction_path=self.transactions.path(index),
                tx_receipt_path=self.tx_receipts.path(index),
            )
            material.transaction()
            material.tx_receipt()
        except BadProof as error:
            raise _no_proof(error) from error
        return material


def capture(block: Mapping[str, Any], tx_receipts: Sequence[Mapping[str, Any]], index: int) -> ProofMaterial:
    """Make the proof material of one transaction of a header; raise MismatchedChain as `CapturedBlock` does."""
    return CapturedBlock.of(block, tx_receipts).material(index)


def _no_proof(error: BadProof) -> MismatchedChain:
    zh, en = f"节点的回答不能成为证明:{error.words.zh}", f"the engine's answers make no proof: {error.words.en}"
    return MismatchedChain(zh, en)


def _agree(name: str, computed: str, said: object) -> None:
    if computed != said:
        zh = f"节点的回答与其区块头不符:{name} 算得 {computed},所报 {said}"
        raise MismatchedChain(zh, f"the engine's answers do not fit their header: {name} is {computed}, said {said}")
