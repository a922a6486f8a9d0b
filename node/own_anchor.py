"""The home's own copy of the trust anchor: what it proves, and how it comes forward, always by proof.

The file belongs to the home and is replaced whole by `change_anchor` alone; a crash leaves the old one or the new.
Several processes change it (one that serves, an audit, `anchor update`), each under the lock of this one file: the
home's own lock is held for as long as a node serves. Whoever changes it has folded the new one before.
"""

from __future__ import annotations

import fcntl
import os
import time
from typing import TYPE_CHECKING

from contracts import views
from contracts.errors import ContractError
from node.errors import Unavailable, Words, ZhicangError
from node.home import NETWORK
from node.receipts.anchor import TrustAnchor
from node.receipts.errors import MalformedAnchor
from node.receipts.folding import fold
from node.receipts.founding import Profile
from node.receipts.header import Extra, header_from_json
from node.settings import read_settings
from storage.durable import write_durably

if TYPE_CHECKING:
    from collections.abc import Callable

    from node.chain.raw import RawRpc
    from node.home import Home, Identity
    from node.receipts.trust import Trust

AGAIN = 30.0
"""Seconds after a failure before engines are asked for proofs again: an engine's lie must not keep a node busy."""


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
    return fold(trust_anchor(home))


def own_profile(identity: Identity) -> Profile:
    """Give the profile of a home's institution: one that joined before it was admitted knows what it asked with."""
    return Profile(name=identity.name, credit_code=identity.credit_code, region=identity.region)


def change_anchor(home: Home, change: Callable[[TrustAnchor], TrustAnchor]) -> TrustAnchor:
    """Put what `change` makes of the home's anchor in its place; give what stands then.

    Nobody else writes it meanwhile, so `change` should not wait for anything.
    """
    descriptor = os.open(home.anchor_lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        anchor = trust_anchor(home)
        newer = change(anchor)
        if newer != anchor:
            write_durably(home.anchor, newer.to_json_bytes())
    finally:
        os.close(descriptor)
    return newer


def replace_anchor(home: Home, newer: TrustAnchor, *, of: TrustAnchor) -> bool:
    """Put an anchor in the place of that from which it was brought forward; leave what was written meanwhile."""
    return change_anchor(home, lambda now: newer if now == of else now) == newer


class OwnAnchor:
    """The anchor as one process holds it.

    Attributes:
        trust: what is proven.
        trouble: why it could not be brought forward when that was last tried; None where it could.
    """

    def __init__(self, home: Home, *, now: Callable[[], float] = time.monotonic) -> None:
        self._home = home
        self._now = now
        self._not_before = 0.0
        self.trust = trust_of(home)
        self.trouble: Exception | None = None

    async def renew(self, known: int) -> Trust | None:
        """Give the trust that knows the validators above a height, fetching what proves it; None while nobody shows it.

        The file may have been brought forward by somebody else; after it every engine of the settings is asked.
        """
        if self.trust.sets_known <= known:
            self.trust = trust_of(self._home)
        if self.trust.sets_known <= known and self._now() >= self._not_before:
            await self.follow()
        return self.trust if self.trust.sets_known > known else None

    async def follow(self) -> bool:
        """Bring a network home's anchor forward where an engine tells of more; tell whether it came forward."""
        from node.chain.remote.observe import observed

        if self._home.identity().chain != NETWORK:
            return False
        moved = False
        for url in read_settings(self._home.settings).rpc_urls:
            async with observed([url], self.trust.founding) as rpc:
                moved = await self.follow_by(rpc) or moved
            if self.trouble is None:
                break
        return moved

    async def follow_by(self, rpc: RawRpc) -> bool:
        """Bring the anchor forward by one engine, where it tells of more than is known; tell whether it came forward.

        That there is nothing new is the engine's word: believing it leaves the anchor as it is. What is new is proven.
        """
        from node.chain.forward import bring_forward
        from node.chain.raw import RevertedCallError

        try:
            anchor = trust_anchor(self._home)
            self.trust, self.trouble = fold(anchor), None
            if not await _tells_of_more(rpc, self.trust):
                return False
            own = own_profile(self._home.identity())
            newer = await bring_forward(anchor, rpc, profiles={own.digest: own})
            if not replace_anchor(self._home, newer, of=anchor):  # the next look goes on from what stands
                return False
            self.trust = fold(newer)
        except (ZhicangError, ContractError, RevertedCallError, OSError) as error:
            self.trouble, self._not_before = error, self._now() + AGAIN
            return False
        return True


async def _tells_of_more(rpc: RawRpc, trust: Trust) -> bool:
    """Tell whether an engine speaks of other validators or of more acts than are proven."""
    head = await rpc.block("latest", whole=False)
    if head is None:
        raise Unavailable("节点没有最新区块头", "the engine has no head")
    header = header_from_json(head)
    if header.number <= trust.sets_known:
        return False
    validators = tuple(sorted(Extra.decode(header.extra_data).validators))
    call = {"to": "0x" + trust.founding.registry.hex(), "data": "0x" + views.encode_governance().hex()}
    counted = views.decode_governance(await rpc.call(call, "latest")).sequence
    return validators != trust.validator_sets[-1][1] or counted > trust.sequence
