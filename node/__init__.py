"""The domain of the node and everything that runs."""
