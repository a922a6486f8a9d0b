"""One request from its line to its answer: what is asked, whether it is here, in which form, and every refusal."""

from __future__ import annotations

import logging
import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from aiohttp import web

from node.gateway.accept import Form, wanted_form
from node.gateway.asked import Asked
from node.gateway.cars import give_car
from node.gateway.content_path import read_target
from node.gateway.files import give_file
from node.gateway.raw_blocks import give_block
from node.gateway.refusal import Refusal, bad, refusal_for
from storage.errors import StorageError, UnknownBlock
from storage.traversal import Followed, follow

if TYPE_CHECKING:
    from node.gateway.reading import GivenBlocks

_METHODS = "GET, HEAD, OPTIONS"
_WHOLE_ROOT = re.compile(r"/ipfs/[^/]+")
_GIVE = {Form.RAW: give_block, Form.CAR: give_car, Form.FILE: give_file}
_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": _METHODS,
    "Access-Control-Allow-Headers": "Content-Type, Range, User-Agent, X-Requested-With",
    "Access-Control-Expose-Headers": "Content-Length, Content-Range, X-Ipfs-Path, X-Ipfs-Roots",
}
_LOG = logging.getLogger(__name__)


class Gateway:
    """Answers requests out of a source of blocks; what the source does not have, nobody gets.

    Args:
        source: the blocks that the caller may see.
        public: whether pages of any origin may read the answers, as what anybody may see.
    """

    def __init__(self, source: GivenBlocks, *, public: bool) -> None:
        self._source = source
        self._always = {"Server": "zhicang", **(_CORS if public else {})}

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer a request; every failure is an answer, too."""
        try:
            return await self._answer(request)
        except Refusal as refusal:
            return self._refused(refusal)
        except StorageError as error:
            if refusal_for(error).status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                _LOG.warning("%s: %s", request.raw_path[:200], error)
            if isinstance(error, UnknownBlock) and "only-if-cached" in request.headers.get("Cache-Control", ""):
                return self._refused(Refusal(HTTPStatus.PRECONDITION_FAILED, "此处没有", "not here"))
            return self._refused(refusal_for(error))

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.method == "OPTIONS":
            return web.Response(headers={**self._always, "Allow": _METHODS})
        if request.method not in ("GET", "HEAD"):
            raise Refusal(HTTPStatus.METHOD_NOT_ALLOWED, "只读", "read only", {"Allow": _METHODS})
        target = request.raw_path
        if request.headers.get("Service-Worker") == "script" and _WHOLE_ROOT.fullmatch(target.partition("?")[0]):
            raise bad("此处不允许注册 Service Worker", "no service worker may be registered for this scope")
        path = read_target(target)
        wanted = wanted_form(",".join(request.headers.getall("Accept", ())), path.query)
        if path.segments:
            followed = await follow(self._source, path.cid, path.segments)
        else:
            followed = Followed(blocks=[path.cid], roots=[path.cid])
        asked = Asked(
            request=request, source=self._source, path=path, followed=followed, wanted=wanted, always=self._always,
            end_name=str(followed.end) if path.segments else path.name,
        )  # fmt: skip
        return await _GIVE[wanted.form](asked)

    def _refused(self, refusal: Refusal) -> web.Response:
        headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", **refusal.headers}
        return web.Response(status=refusal.status, text=refusal.text, headers={**self._always, **headers})
