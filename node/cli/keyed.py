"""Transactions of people whose keys never enter the node: signed in the command's own process, carried signed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from node.engines import asking
from node.registrar.foreign import SignedElsewhere
from node.runtime import open_for_reading

if TYPE_CHECKING:
    from eth_keys.datatypes import PrivateKey

    from node.home import Home

GAS = 3_000_000
"""Gas limit of an act signed here: to admit an institution with a dozen keys costs about a third of it."""


def sign_here(home: Home, key: PrivateKey, *, kind: str, subject: str, calldata: bytes) -> SignedElsewhere:
    """Sign a transaction to the home's registry with the next nonce of a person's key."""
    return asyncio.run(_sign(home, key, kind=kind, subject=subject, calldata=calldata))


async def _sign(home: Home, key: PrivateKey, *, kind: str, subject: str, calldata: bytes) -> SignedElsewhere:
    identity = home.identity()
    sender = key.public_key.to_canonical_address()
    with open_for_reading(home) as node:
        waiting = [act.nonce + 1 for act in node.journal.acts.open() if act.sender == sender and act.nonce is not None]
    async with asking(home) as engine:
        nonce = max([await engine.next_nonce(sender), *waiting])
        registry = bytes.fromhex(identity.registry)
        _, raw = engine.sign(key, to=registry, calldata=calldata, nonce=nonce, gas=GAS)
    return SignedElsewhere(kind=kind, subject=subject, raw=raw)


def carry(signed: SignedElsewhere) -> dict[str, Any]:
    """Give a signed transaction as it is carried to the process that owns the home."""
    return {"kind": signed.kind, "subject": signed.subject, "raw": signed.raw.hex()}


def carried(value: dict[str, Any]) -> SignedElsewhere:
    """Read what `carry` gave."""
    return SignedElsewhere(kind=str(value["kind"]), subject=str(value["subject"]), raw=bytes.fromhex(value["raw"]))
