"""Who watches a home move: told of the long steps as they begin and go on."""

from __future__ import annotations

from typing import Protocol


class Watcher(Protocol):
    """Watches the long steps, which are ``receipts`` (of the earlier chain) and ``register``."""

    def begin(self, step: str, total: int) -> None:
        """Hear that a step of so many parts begins; the one before it is over."""
        ...

    def step(self, count: int = 1) -> None:
        """Hear that parts are done."""
        ...


class Nobody:
    """Watches nothing."""

    def begin(self, step: str, total: int) -> None:
        """Pass over it."""

    def step(self, count: int = 1) -> None:
        """Pass over it."""
