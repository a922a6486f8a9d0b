"""Out again: resources as BagIt bags, lists in common formats, and the whole institution in ordinary folders."""
