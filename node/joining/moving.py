"""joining.json: that a home is on its way from its embedded chain onto a network, who it was and who it will be.

It is written before anything else of the home changes and removed after everything has; while it is there, `join` alone
may write. What it says never changes on the way.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from node.errors import BadInput
from node.home import Identity
from node.joining.new_home import address_of
from node.keys import KEYSTORE_ROLES
from node.receipts.anchor import TrustAnchor
from node.records import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eth_keys.datatypes import PrivateKey

    from node.home import Home
    from node.joining.new_home import Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Moving:
    """A home on its way: who it was, who it will be, the anchor of the chain that it leaves, and of which network."""

    earlier: Identity
    later: Identity
    old_anchor: TrustAnchor
    fingerprint: str

    def to_bytes(self) -> bytes:
        """Give the bytes of joining.json."""
        value = {
            "earlier": asdict(self.earlier), "later": asdict(self.later), "fingerprint": self.fingerprint,
            "old_anchor": self.old_anchor.to_json_bytes().decode(),
        }  # fmt: skip
        return canonical.encode(value)

    @classmethod
    def of(cls, home: Home) -> Moving:
        """Read joining.json."""
        value: Any = canonical.decode(home.joining.read_bytes())
        return cls(
            earlier=Identity(**value["earlier"]), later=Identity(**value["later"]), fingerprint=value["fingerprint"],
            old_anchor=TrustAnchor.from_json_bytes(value["old_anchor"].encode()),
        )  # fmt: skip

    def require_same(self, network: Network, keys: Mapping[str, PrivateKey]) -> None:
        """Raise BadInput unless a joining goes on as it began: to this network, with the same keys."""
        same = all(address_of(keys.get(role)) == getattr(self.later, role) for role in KEYSTORE_ROLES)
        if not same or self.fingerprint != network.anchor.fingerprint:
            zh, en = "与已开始的接入不是同一网络或密钥", "the joining began with another network or other keys"
            raise BadInput(zh, en, field="keystores")
