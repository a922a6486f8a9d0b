"""Chains of others, reached by URL: nothing that an endpoint says is believed because it says so."""

from node.chain.remote.attach import Attached, attached
from node.chain.remote.provider import RemoteProvider

__all__ = ["Attached", "RemoteProvider", "attached"]
