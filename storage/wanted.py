"""What an object of the storage root is to hold, as somebody vouches for it who is not the storage root."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage.cid import Cid
    from storage.staged import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedPayload:
    """A payload: its kind, registered digest and CID; under which name where it is one file; whether SM3 was taken."""

    kind: Kind
    content_digest: bytes
    cid: Cid
    name: str
    with_sm3: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An object: its payloads and its metadata, each by the version of the object that brought it."""

    object_id: str
    payloads: dict[int, WantedPayload]
    metadata: dict[int, bytes]
