"""State proofs: what a storage slot of the registry held under a header, by the paths of its account and of the slot.

Source: EIP-1186 (``eth_getProof``) and the Ethereum yellow paper, section 4.1: the state trie is keyed by the digest of
an address and holds rlp([nonce, balance, storage root, code hash]), a storage trie is keyed by the digest of a slot.
Engines drop old state, so a proof is made while its header is recent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from node.receipts import strict_rlp
from node.receipts.errors import BadProof, MismatchedChain
from node.receipts.fields import Fields, to_hex
from node.receipts.header import Header, decode_header, header_from_json
from node.receipts.json_rpc import as_octets
from node.receipts.keccak import keccak
from node.receipts.seals import trim_seals
from node.receipts.trie import HASH_LENGTH, follow, nibbles_of

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_PATH = 65
"""Nodes; there are 64 nibbles in a key."""
_ACCOUNT_FIELDS = 4
_SLOT = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class StateProof:
    """The RLP of a header with its seals trimmed, the path of the registry's account, and the path of one slot."""

    header: bytes
    account_path: tuple[bytes, ...]
    storage_path: tuple[bytes, ...]

    def decode_header(self) -> Header:
        """Give the header; raise MalformedHeader."""
        return decode_header(self.header)

    def value(self, *, registry: bytes, code_hash: bytes, slot: int) -> int:
        """Give what the slot holds under the header, whose seals are the caller's to check.

        Raises:
            BadProof: a path does not hold, leads to another account or slot, or the account has other code; a slot that
                holds nothing cannot be proven.
        """
        key = nibbles_of(keccak(registry))
        encoded = follow(self.decode_header().state_root, key, self.account_path)
        account = strict_rlp.decode_list(encoded, _ACCOUNT_FIELDS, "account")
        if account[3] != code_hash:
            raise BadProof("该账户的代码不是登记合约的", "the account's code is not the registry's")
        storage_root = account[2] if isinstance(account[2], bytes) else b""
        place = nibbles_of(keccak(slot.to_bytes(_SLOT, "big")))
        return strict_rlp.to_int(strict_rlp.decode(follow(storage_root, place, self.storage_path)))

    def to_json(self) -> dict[str, Any]:
        """Give its object in a receipt or an anchor."""
        return {
            "header": to_hex(self.header),
            "account_path": [to_hex(node) for node in self.account_path],
            "storage_path": [to_hex(node) for node in self.storage_path],
        }

    @classmethod
    def from_json(cls, value: Any, *, where: str) -> StateProof:
        """Read its object; raise BadInput with the field that is wrong."""
        fields = Fields(value, ("header", "account_path", "storage_path"), where=where)
        return cls(
            header=fields.hexadecimal("header"),
            account_path=fields.hexadecimal_list("account_path", most=LONGEST_PATH),
            storage_path=fields.hexadecimal_list("storage_path", most=LONGEST_PATH),
        )


def capture_state(
    block: Mapping[str, Any], proof: Mapping[str, Any], *, registry: bytes, code_hash: bytes, slot: int
) -> StateProof:
    """Make the proof of one slot.

    Args:
        block: the raw answer of ``eth_getBlockByNumber`` for the header.
        proof: the raw answer of ``eth_getProof`` for the registry and exactly that slot, at the height of the header.
        registry: the registry's address.
        code_hash: of its code.
        slot: which must hold something.

    Raises:
        MismatchedChain: the answers are malformed, or do not come to the header's state root, or the header has no
            quorum of seals of the validators that it lists.
    """
    try:
        header = header_from_json(block)
        (storage,) = proof["storageProof"]
        made = StateProof(
            header=trim_seals(header).encode(),
            account_path=_nodes(proof["accountProof"]),
            storage_path=_nodes(storage["proof"]),
        )
        made.value(registry=registry, code_hash=code_hash, slot=slot)
    except BadProof as error:
        zh, en = f"节点的回答不能成为证明:{error.words.zh}", f"the engine's answers make no proof: {error.words.en}"
        raise MismatchedChain(zh, en) from error
    except (KeyError, TypeError, ValueError) as error:
        raise MismatchedChain("节点的状态证明形式不对", "the engine's state proof is malformed") from error
    return made


def _nodes(values: Any) -> tuple[bytes, ...]:
    """Give a path's nodes; some engines repeat a short one, which its parent holds already."""
    nodes = tuple(as_octets(value, "proof") for value in values)
    return tuple(node for place, node in enumerate(nodes) if not place or len(node) >= HASH_LENGTH)
