"""The chain: the embedded engine and what the node asks of any engine."""
