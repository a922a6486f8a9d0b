"""Payloads into the consortium's private swarm, and partners' payloads out of it; see README.md."""
