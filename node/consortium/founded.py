"""What a founding gives: the first header, the validators, the trust anchor and the registry's deployment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from node.consortium.deployment import Deployment
    from node.consortium.genesis import Genesis
    from node.receipts.anchor import TrustAnchor


@dataclass(frozen=True, slots=True, kw_only=True)
class Validator:
    """A validator of the founding: whose it is, its address, and where its peers find it ("" if that is not known)."""

    keeper: str
    address: bytes
    enode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Consortium:
    """What was founded."""

    genesis: Genesis
    validators: tuple[Validator, ...]
    anchor: TrustAnchor
    deployment: Deployment
