"""The embedded chain: a QBFT chain of one validator on py-evm and SQLite, asked through JSON-RPC."""

from node.chain.embedded.chain import EmbeddedChain
from node.chain.embedded.clock import Clock

__all__ = ["Clock", "EmbeddedChain"]
