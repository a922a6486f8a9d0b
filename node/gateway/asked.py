"""One request, understood: the content that it names, the form that it wants, and what every answer to it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from node.gateway.answer_headers import FOREVER, is_known

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp import web

    from node.gateway.accept import Wanted
    from node.gateway.content_path import ContentPath
    from node.gateway.reading import GivenBlocks
    from storage.cid import Cid
    from storage.traversal import Followed


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request whose path was followed to its end.

    Attributes:
        always: headers that every answer of this gateway has.
        end_name: the CID at the end of the path, written once: it stands in several headers.
    """

    request: web.BaseRequest
    source: GivenBlocks
    path: ContentPath
    followed: Followed
    wanted: Wanted
    always: Mapping[str, str]
    end_name: str

    @property
    def end(self) -> Cid:
        """The block at the end of the path."""
        return self.followed.end

    @property
    def is_head(self) -> bool:
        """Whether the head of the answer is all that is wanted."""
        return self.request.method == "HEAD"

    def knows(self, *etags: str) -> bool:
        """Tell whether the caller has what would be sent."""
        return is_known(self.request.headers.get("If-None-Match"), *etags)

    def range_header(self, etag: str) -> str | None:
        """Give the Range, unless If-Range says that it is of something else."""
        if self.request.headers.get("If-Range", etag) != etag:
            return None
        return self.request.headers.get("Range")

    def caching(self, etag: str, *, cache: str = FOREVER) -> dict[str, str]:
        """Give the headers of every answer with content, one that says "not modified" included."""
        headers = {
            **self.always, "Cache-Control": cache, "Etag": etag, "Vary": "Accept", "X-Ipfs-Path": self.path.url,
        }  # fmt: skip
        if self.wanted.told:
            headers["Content-Location"] = self.path.with_parameters(self.wanted.told)
        return headers

    @property
    def roots(self) -> str:
        """The CID that each segment of the path stands for, as X-Ipfs-Roots says them."""
        return ",".join([*map(str, self.followed.roots[:-1]), self.end_name])
