"""The home's own copy of the trust anchor, and what it proves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.errors import Unavailable, Words
from node.receipts.anchor import TrustAnchor
from node.receipts.errors import MalformedAnchor
from node.receipts.trust import Trust

if TYPE_CHECKING:
    from node.home import Home


def trust_anchor(home: Home) -> TrustAnchor:
    """Read the home's copy of the trust anchor; raise MalformedAnchor, or Unavailable when it is not there."""
    try:
        return TrustAnchor.from_json_bytes(home.anchor.read_bytes())
    except MalformedAnchor as error:
        error.file = str(home.anchor)
        raise
    except FileNotFoundError:
        mend = Words("从备份或联盟网站取回信任锚", "take the anchor from a backup or from the consortium's web page")
        zh, en = "节点目录里没有信任锚", "the home has no trust anchor"
        raise Unavailable(zh, en, mend=mend, file=str(home.anchor)) from None


def trust_of(home: Home) -> Trust:
    """Give what the home's anchor proves: who seals at which height, and how far that is known."""
    return Trust.of(trust_anchor(home))
