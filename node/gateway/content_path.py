"""The content path of a request: /ipfs/CID/segment/… taken apart, and written again for headers.

Source: Path Gateway, Content resolution. Segments are percent-decoded one by one, so an encoded slash divides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, unquote_to_bytes

from node.gateway.refusal import bad, not_found
from storage.cid import Cid, is_some_cid
from storage.errors import MalformedId
from storage.multibase import decode_cid_text

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "/ipfs/"
_MOST_CHARACTERS, _MOST_SEGMENTS = 8000, 256
_LAST = frozenset("aeimquy4")
"""What the text of 36 bytes may end in; another digit would have bits that no byte has."""
_SAFE = "!$&'()*+,;=:@-._~"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentPath:
    """What is asked for: a root as the caller wrote it, the segments below it, whether a slash ends it, parameters."""

    text: str
    cid: Cid
    segments: tuple[str, ...]
    slash: bool
    query: Mapping[str, str]
    raw_query: str

    @property
    def name(self) -> str:
        """The root's CID in its usual spelling, which most callers give."""
        usual = self.text[0] == "b" and self.cid.inline is None and self.cid.version == 1
        return self.text if usual and self.text[-1] in _LAST else str(self.cid)

    @property
    def url(self) -> str:
        """The path in its one spelling, fit for a header."""
        below = "".join("/" + quote(segment, safe=_SAFE) for segment in self.segments)
        return PREFIX + self.text + below + ("/" if self.slash else "")

    def with_parameters(self, more: str) -> str:
        """Give the URL of the same content with more parameters."""
        both = "&".join(part for part in (self.raw_query, more) if part)
        return f"{self.url}?{both}" if both else self.url


def read_target(target: str) -> ContentPath:
    """Take the target of a request apart; raise Refusal: 404 for what is no content path, 400 for what is no CID."""
    path, _, raw_query = target.partition("?")
    if not path.startswith(PREFIX):
        raise not_found()
    if len(target) > _MOST_CHARACTERS:
        raise bad("路径过长", "the path is too long")
    text, *segments = path[len(PREFIX) :].split("/")
    if not text:
        raise bad("路径中没有 CID", "the path has no CID")
    slash = bool(segments) and segments[-1] == ""
    decoded = tuple(_decoded(segment) for segment in segments if segment)
    if len(decoded) > _MOST_SEGMENTS or any(segment in (".", "..") for segment in decoded):
        raise bad("路径不对", "the path is not one that can be followed")
    return ContentPath(
        text=text, cid=_read_cid(text), segments=decoded, slash=slash, query=_read_query(raw_query), raw_query=raw_query
    )


@lru_cache(maxsize=256)  # nearly all requests have one of a few
def _read_query(raw: str) -> Mapping[str, str]:
    query: dict[str, str] = {}
    try:
        raw.encode()  # a byte of the request line that is no UTF-8 has come as half a surrogate
        parameters = parse_qsl(raw, keep_blank_values=True, errors="strict")
    except UnicodeError:
        raise bad("参数不是 UTF-8", "the parameters are no UTF-8") from None
    for name, value in parameters:
        query.setdefault(name, value)
    return MappingProxyType(query)


def _decoded(segment: str) -> str:
    try:
        text = unquote_to_bytes(segment).decode() if "%" in segment else segment
        text.encode()
    except UnicodeError:
        raise bad("路径不是 UTF-8", "the path is no UTF-8") from None
    return text


def _read_cid(text: str) -> Cid:
    try:
        return Cid.parse_foreign(text)
    except MalformedId:
        pass
    try:
        elsewhere = is_some_cid(decode_cid_text(text))
    except MalformedId:
        elsewhere = False
    raise not_found() if elsewhere else bad("路径中的不是 CID", "what follows /ipfs/ is no CID")
