"""The self-check: chain × payload × index × journal × proofs, each held against the others."""
