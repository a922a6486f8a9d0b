"""Who may see what: one rule for every byte that leaves the node; see README.md."""
