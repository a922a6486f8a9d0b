"""Chains that were anchored in this one: a library that began alone, whose old receipts verify for ever.

`anchorChain` fixes the Merkle root over all header hashes of the old chain, so its old key can seal nothing new under
the anchored height. The anchor carries the hashes themselves: old receipt files then verify as they are, and an
embedded chain has a header only where it had an act. Its own validators and keys are asked for as before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.calls import AnchorChainCall, decode_call
from contracts.errors import ContractError
from contracts.exchange import ChainAnchored
from contracts.parties import ROLE_REGISTRAR
from node.errors import BadInput
from node.receipts.errors import BadProof
from node.receipts.governance import read_sent
from node.receipts.trust import TrustedChain
from node.receipts.unit_tree import root_of

if TYPE_CHECKING:
    from node.receipts.anchor import AnchoredChain
    from node.receipts.governance import Sent
    from node.receipts.receipt import Receipt
    from node.receipts.trust import Trust


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
