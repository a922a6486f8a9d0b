"""Seals: who sealed a header, and whether that is exactly a quorum of the validators that a verifier trusts.

The trusted set comes from the trust anchor, never from the header, which proves nothing by naming its own. A quorum
is ceil(2N/3) of N. A receipt carries exactly that many seals, in ascending order of the signers' addresses, each with a
low s and parity 0 or 1: seals lie outside the block hash, so without that a proof would have many forms.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from node.receipts.errors import BadProof
from node.receipts.header import Extra, Header
from node.receipts.signature import lower_s, recover

if TYPE_CHECKING:
    from collections.abc import Sequence


def quorum(validators: int) -> int:
    """Give the least number of distinct seals for so many validators: ceil(2N/3)."""
    return (2 * validators + 2) // 3


def check_seals(header: Header, trusted: Sequence[bytes]) -> tuple[bytes, ...]:
    """Give the validators (addresses of 20 bytes, ascending) that sealed a header.

    Raises:
        BadProof: a malformed seal or one with a high s; too few or too many; a signer counted twice; signers out of
            order; or one that is not in the trusted set.
    """
    seals = Extra.decode(header.extra_data).seals
    signers = tuple(recover(header.seal_digest, seal) for seal in seals)
    for signer in signers:
        if signer not in trusted:
            zh = f"封签者 0x{signer.hex()} 不是当时在任的验证节点"
            raise BadProof(zh, f"sealed by 0x{signer.hex()}, which was no validator then")
    if len(set(signers)) != len(signers):
        raise BadProof("同一验证节点的封签计了两次", "one validator's seal is counted twice")
    needed = quorum(len(trusted))
    if len(signers) != needed:
        zh = f"有 {len(signers)} 枚封签,应恰为 {needed} 枚({len(trusted)} 个验证节点的三分之二)"
        raise BadProof(zh, f"{len(signers)} seals instead of exactly {needed} (two thirds of {len(trusted)})")
    if any(first > second for first, second in pairwise(signers)):
        raise BadProof("封签没有按签名者地址排序", "the seals are not sorted by their signers' addresses")
    return signers


def trim_seals(header: Header) -> Header:
    """Give a header as a receipt carries it: of its own validators' seals exactly a quorum, sorted by signer, low s.

    Which seals are kept when there are more does not matter to a verifier; it is those of the lowest addresses.

    Raises:
        BadProof: the header has no quorum of seals of the validators that it lists.
    """
    extra = Extra.decode(header.extra_data)
    digest = header.seal_digest
    seals = {recover(digest, seal): seal for seal in map(lower_s, extra.seals)}
    needed = quorum(len(extra.validators))
    signers = sorted(set(extra.validators) & seals.keys())[:needed]
    if len(signers) < needed:
        zh, en = f"区块头的封签不足 {needed} 枚", f"the header has less than {needed} seals of its validators"
        raise BadProof(zh, en)
    kept = tuple(seals[signer] for signer in signers)
    return replace(header, extra_data=replace(extra, seals=kept).encode())
