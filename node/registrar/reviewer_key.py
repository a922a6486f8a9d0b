"""Whether a key may approve, as far as a trust anchor says; the chain is asked when what was approved is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.parties import ROLE_AUDITOR, ROLE_REGISTRAR, ROLE_REVIEWER
from node.errors import BadInput, Words

if TYPE_CHECKING:
    from node.receipts.trust import Trust
    from node.registrar.request_file import Place

_ROLES = {ROLE_REGISTRAR: Words("登记员", "registrar"), ROLE_AUDITOR: Words("核查员", "auditor")}
_MEND = Words("换本机构在册的审核员密钥:--keystore", "take the key of an active reviewer of yours: --keystore")
UNCHECKED = Words(
    "没有核对这把密钥是不是在册审核员:本机的信任锚不认识它;发送时由链核对",
    "whether this is an active reviewer's key was not checked: no anchor here knows it; the chain is asked on sending",
)


def require_reviewer(trust: Trust | None, address: bytes, place: Place) -> Words | None:
    """Say what could not be checked, or None where the key is a reviewer's by the anchor.

    Args:
        trust: what this machine's anchor proves, None where it has none.
        address: of the key (20 bytes).
        place: the registry that the request is for.

    Raises:
        BadInput: the anchor knows the key as something else, another institution's, or one that is no longer good.
    """
    here = trust is not None and (trust.founding.chain_id, trust.founding.registry) == (place.chain_id, place.registry)
    known = trust.key(address) if here and trust is not None else None
    if known is None:
        return UNCHECKED
    shown = "0x" + address.hex()
    if known.role != ROLE_REVIEWER:
        role = _ROLES[known.role]
        zh, en = f"{shown} 是{role.zh}的密钥,不能批准", f"{shown} is the key of a {role.en}, who cannot approve"
    elif known.institution != place.institution:
        zh, en = f"{shown} 是别的机构的审核员", f"{shown} reviews for another institution"
    elif known.until:
        zh, en = f"审核员密钥 {shown} 已停用", f"the reviewer's key {shown} is retired"
    else:
        return None
    raise BadInput(zh, en, mend=_MEND, field="keystore")
