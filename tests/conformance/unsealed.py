"""A checked view of an engine that seals nothing (anvil): roots and hashes hold or do not, seals there are none.

No home attaches to such a chain; it serves the seam's suite alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from node.chain.checked import Checked
from node.receipts import header as headers
from node.receipts import strict_rlp
from node.receipts.errors import MismatchedChain
from node.receipts.header import Header
from node.receipts.json_rpc import octets, quantity
from node.receipts.keccak import keccak
from node.receipts.material import CapturedBlock, ProofMaterial
from node.receipts.ordered_trie import OrderedTrie
from node.receipts.transaction_answer import transaction_from_json
from node.receipts.tx_receipt import tx_receipt_from_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NAMES = {json_name: name for name, json_name in headers._JSON_NAMES.items()}  # noqa: SLF001 - the same fifteen fields
QUANTITIES = ("difficulty", "number", "gasLimit", "gasUsed", "timestamp")


class PlainHeader(Header):
    """A header whose hash is that of its RLP, whatever its extra data."""

    __slots__ = ()

    @property
    def block_hash(self) -> bytes:
        return keccak(self.encode())


class FirstHeader(PlainHeader):
    """The genesis of anvil 1.7.1, which has two zeros of Cancun (blobGasUsed, excessBlobGas) also under Berlin."""

    __slots__ = ()

    def encode(self) -> bytes:
        return strict_rlp.encode([*strict_rlp.decode_list(Header.encode(self), 15, "header"), b"", b""])


class PlainMaterial(ProofMaterial):
    """Proof material under a header without seals."""

    __slots__ = ()

    def decode_header(self) -> Header:
        items: list[Any] = strict_rlp.decode_list(self.header, 15, "header")
        values = [
            strict_rlp.to_int(item) if json_name in QUANTITIES else item
            for item, json_name in zip(items, NAMES, strict=True)
        ]
        return PlainHeader(**dict(zip(NAMES.values(), values, strict=True)))


class PlainBlock(CapturedBlock):
    """A header without seals, with all that it holds."""

    __slots__ = ()

    def material(self, index: int) -> ProofMaterial:
        return PlainMaterial(
            header=self.header, index=index, transaction_path=self.transactions.path(index),
            tx_receipt_path=self.tx_receipts.path(index),
        )  # fmt: skip


class Unsealed(Checked):
    """Everything of `Checked` but the seals."""

    def header(self, block: Mapping[str, Any]) -> Header:
        values = {
            name: quantity(block, json_name) if json_name in QUANTITIES else octets(block, json_name)
            for json_name, name in NAMES.items()
        }
        header = (FirstHeader if "blobGasUsed" in block else PlainHeader)(**values)
        if "0x" + header.block_hash.hex() != block["hash"]:
            raise MismatchedChain("hash 不符", "another hash")
        return header

    def whole(self, block: Mapping[str, Any], tx_receipts: Sequence[Mapping[str, Any]]) -> CapturedBlock:
        header = self.header(block)
        transactions = OrderedTrie([transaction_from_json(item) for item in block["transactions"]])
        receipts = OrderedTrie([tx_receipt_from_json(item).encode() for item in tx_receipts])
        if (transactions.root, receipts.root) != (header.transactions_root, header.receipts_root):
            raise MismatchedChain("根不符", "other roots")
        return PlainBlock(header=header.encode(), transactions=transactions, tx_receipts=receipts)
