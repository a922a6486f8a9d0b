"""The trust anchor 信任锚: what a verifier pins beforehand, brought forward by proofs of every change since.

The founding part says which chain, which registry, which validators and whose keys, and has the fingerprint by which
people compare it; an anchor that comes from the node under audit proves nothing by itself. What follows it is proven,
so it may come from anybody. `fold` checks the proofs and says who is trusted at which height.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from node.errors import BadInput
from node.receipts.changes import Change, read_changes, read_material
from node.receipts.errors import MalformedAnchor
from node.receipts.fields import Fields, read_document, to_hex
from node.receipts.founding import Founding
from node.receipts.state_proof import StateProof
from node.records import canonical

if TYPE_CHECKING:
    from node.receipts.material import ProofMaterial

FORMAT, VERSION = "zhicang-trust-anchor", 1
LARGEST = 64 << 20
"""Bytes of an anchor that are read at most: 200,000 headers of anchored chains, or some 10,000 changes, fit."""
MOST_CHAINS, MOST_HEADERS = 1_000, 500_000


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchoredChain:
    """Another chain, fixed in this one by `ChainAnchored`: its own anchor and the hashes of all its headers.

    ``headers`` ascend (the Merkle tree over them sorts its leaves, so another order would prove no more); ``material``
    is of the transaction that anchored it here.
    """

    founding: Founding
    changes: tuple[Change, ...]
    headers: tuple[bytes, ...]
    material: ProofMaterial

    def to_json(self) -> dict[str, Any]:
        """Give its object in an anchor."""
        return {
            "founding": self.founding.to_json(),
            "changes": [change.to_json() for change in self.changes],
            "headers": [to_hex(digest) for digest in self.headers],
            "transaction": self.material.to_json(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustAnchor:
    """An anchor: its founding part, the changes since in their order, and what else is proven.

    ``known`` proves the registry's governance slot under a header: that there was no governance act up to it but those
    in ``changes``. ``anchored`` are ascending by genesis hash, one entry a chain.

    Raises:
        MalformedAnchor: ``anchored`` is out of order or repeats.
    """

    founding: Founding
    changes: tuple[Change, ...] = ()
    known: StateProof | None = None
    anchored: tuple[AnchoredChain, ...] = ()

    def __post_init__(self) -> None:
        chains = [chain.founding.genesis_hash for chain in self.anchored]
        if chains != sorted(set(chains)):
            raise MalformedAnchor("anchored 无序或有重复", "anchored is out of order or repeats", field="anchored")

    @property
    def fingerprint(self) -> str:
        """The fingerprint of its founding part."""
        return self.founding.fingerprint

    def to_json_bytes(self) -> bytes:
        """Give the anchor's file (canonical JSON)."""
        return canonical.encode(
            {
                "format": FORMAT,
                "version": VERSION,
                "founding": self.founding.to_json(),
                "changes": [change.to_json() for change in self.changes],
                "known": None if self.known is None else self.known.to_json(),
                "anchored": [chain.to_json() for chain in self.anchored],
            }
        )

    @classmethod
    def from_json_bytes(cls, data: bytes, *, limit: int = LARGEST) -> TrustAnchor:
        """Read an anchor's file; raise MalformedAnchor unless it is in its one form and at most `limit` bytes.

        Its proofs are not checked by that.
        """
        names = ("format", "version", "founding", "changes", "known", "anchored")
        try:
            fields = Fields(read_document(data, limit=limit), names)
            fields.fixed("format", FORMAT)
            fields.fixed("version", VERSION)
            known = fields.raw("known")
            return cls(
                founding=Founding.from_json(fields.raw("founding")),
                changes=read_changes(fields),
                known=None if known is None else StateProof.from_json(known, where="known"),
                anchored=tuple(
                    _read_chain(item, f"anchored[{place}]")
                    for place, item in enumerate(fields.items("anchored", most=MOST_CHAINS))
                ),
            )
        except BadInput as error:
            zh, en = f"信任锚不合格式:{error.words.zh}", f"malformed trust anchor: {error.words.en}"
            raise MalformedAnchor(zh, en, field=error.field) from error


def _read_chain(value: Any, where: str) -> AnchoredChain:
    fields = Fields(value, ("founding", "changes", "headers", "transaction"), where=where)
    return AnchoredChain(
        founding=Founding.from_json(fields.raw("founding"), where=f"{where}.founding"),
        changes=read_changes(fields, where=f"{where}.changes"),
        headers=fields.hexadecimal_list("headers", most=MOST_HEADERS, width=32),
        material=read_material(fields.raw("transaction"), where=f"{where}.transaction"),
    )
