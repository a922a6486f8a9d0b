"""The registrar: from a file or a unit list to a final record on the chain, whatever happens on the way."""
