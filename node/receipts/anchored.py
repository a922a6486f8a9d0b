"""Chains that were anchored in this one: a library that began alone, whose old receipts verify for ever.

`anchorChain` fixes the Merkle root over all header hashes of the old chain, so its old key can seal nothing new under
the anchored height. The anchor carries the hashes themselves: old receipt files then verify as they are, and an
embedded chain has a header only where it had an act. Its own validators and keys are asked for as before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from contracts.calls import AnchorChainCall, decode_call
from contracts.errors import ContractError
from contracts.exchange import ChainAnchored
from contracts.parties import ROLE_REGISTRAR
from node.errors import BadInput
from node.receipts.errors import BadProof
from node.receipts.governance import read_sent
from node.receipts.unit_tree import root_of

if TYPE_CHECKING:
    from node.receipts.anchor import AnchoredChain
    from node.receipts.governance import Sent
    from node.receipts.header import Header
    from node.receipts.receipt import Receipt
    from node.receipts.trust import Trust


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedChain:
    """An anchored chain: its trust, its header hashes, who anchored it, and the height and time of the anchoring."""

    trust: Trust
    headers: frozenset[bytes]
    institution: str
    height: int
    time: int

    def check_header(self, header: Header, institution: str) -> None:
        """Raise BadProof unless a header is one of those that were fixed, and the act in it is by who fixed them.

        What the founding part of an old chain says of other institutions is under nobody's fingerprint.
        """
        if institution != self.institution:
            zh = f"那条链由 {self.institution} 锚定,不能为 {institution} 作证"
            raise BadProof(zh, f"the chain was anchored by {self.institution}, it cannot speak for {institution}")
        if header.number > self.last:
            zh = f"高度 {header.number} 超过该链被锚定的高度 {self.last}"
            raise BadProof(zh, f"height {header.number} is above {self.last}, at which the chain was anchored")
        if header.block_hash not in self.headers:
            zh = f"高度 {header.number} 被锚定的是另一个区块头"
            raise BadProof(zh, f"another header was anchored at height {header.number}")

    @property
    def last(self) -> int:
        """The height at which it was anchored; its headers are counted from 0."""
        return len(self.headers) - 1


def check_chain(chain: AnchoredChain, old: Trust, trust: Trust) -> TrustedChain:
    """Give an anchored chain, once it is proven here; `old` is the fold of its own anchor, `trust` that of this chain.

    Raises:
        BadProof: the anchoring is not proven, or is of another chain or other headers, or the institution that anchored
            it is none of its own.
        AnchorTooOld: it was anchored above what the anchor knows.
    """
    sent = read_sent(chain.material, trust)
    event = _anchoring(sent)
    code = event.institution.decode("ascii", "replace")
    trust.check_key(sent.sender, institution=code, role=ROLE_REGISTRAR, height=sent.height)
    if code not in old.institutions:
        zh, en = f"锚定它的机构 {code} 不属于那条链", f"the institution {code} that anchored it is none of its own"
        raise BadProof(zh, en)
    try:
        root = root_of(chain.headers)
    except BadInput as error:
        raise BadProof("区块头列表为空或有重复", "the list of headers is empty or repeats") from error
    headers, last = frozenset(chain.headers), len(chain.headers) - 1
    found = (chain.founding.genesis_hash, last, root)
    if found != (event.genesis_hash, event.height, event.headers_root) or list(chain.headers) != sorted(headers):
        raise BadProof("区块头列表与所锚定的不符", "the list of headers is not what was anchored")
    if not {event.genesis_hash, event.header_hash} <= headers:
        raise BadProof("所锚定的首尾区块头不在列表中", "the first or the last header is not in the list")
    return TrustedChain(trust=old, headers=headers, institution=code, height=sent.height, time=sent.time)


def chain_of(receipt: Receipt, trust: Trust) -> TrustedChain | None:
    """Find the anchored chain that a receipt is of, or None where it is of this chain or of no chain that is known.

    By its header, else by the chain id and the registry of its transaction: a header above the anchored height is then
    refused for that.
    """
    try:
        header = receipt.material.decode_header()
        transaction = receipt.material.transaction()
    except BadProof:
        return None
    for chain in trust.anchored:
        if header.block_hash in chain.headers:
            return chain
    here = (trust.founding.chain_id, trust.founding.registry)
    said = (transaction.chain_id, transaction.to)
    foundings = ((chain, chain.trust.founding) for chain in trust.anchored)
    chains = (chain for chain, founding in foundings if (founding.chain_id, founding.registry) == said)
    return None if said == here else next(chains, None)


def _anchoring(sent: Sent) -> ChainAnchored:
    """Give the event of an anchoring whose calldata say the same."""
    event = sent.events[0] if len(sent.events) == 1 else None
    if not isinstance(event, ChainAnchored):
        raise BadProof("不是锚定一条链的事件", "no event of an anchoring")
    try:
        call = decode_call(sent.calldata)
    except ContractError as error:
        raise BadProof(error.words.zh, error.words.en) from error
    said = AnchorChainCall(
        genesis_hash=event.genesis_hash, height=event.height, header_hash=event.header_hash,
        headers_root=event.headers_root,
    )  # fmt: skip
    if call != said:
        raise BadProof("交易所载内容与事件不一致", "the calldata are not what the event says")
    return event
