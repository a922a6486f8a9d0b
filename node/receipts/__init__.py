"""Offline proofs: what a verifier needs, without socket, file or database."""
