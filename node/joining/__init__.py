"""Joining a network: a new home attached to it, or a home that began alone moved onto it with its records."""
