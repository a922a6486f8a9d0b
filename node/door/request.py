"""A request through the door: which command, typed how and where, and who waits for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from node.door.frames import BadFrameError


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a client asks the owner of the home to do for it.

    Args:
        version: the client's software; the server does the bidding of none but its own.
        act: name of the act, a coroutine function in the command's module.
        arguments: the words behind `zhicang`, as they were typed.
        folder: where they were typed: relative paths start there.
        language: "zh" or "en".
        terminal: whether a person sees the messages.
        carried: what the client made itself, such as signatures by keys that never leave it.
    """

    version: str
    act: str
    arguments: list[str]
    folder: str
    language: str
    terminal: bool
    carried: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Give its object."""
        return {name: getattr(self, name) for name in _SHAPE}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Request:
        """Read its object; raise BadFrameError unless it is in its one form."""
        if set(value) != set(_SHAPE) or not all(isinstance(value[name], kind) for name, kind in _SHAPE.items()):
            raise BadFrameError("not a request")
        if not all(isinstance(word, str) for word in value["arguments"]) or value["language"] not in ("zh", "en"):
            raise BadFrameError("not a request")
        return cls(**value)


_SHAPE: dict[str, type] = {
    "version": str, "act": str, "arguments": list, "folder": str, "language": str, "terminal": bool, "carried": dict,
}  # fmt: skip
