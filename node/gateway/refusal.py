"""What a request is answered with when it is not answered: a status and a sentence in two languages.

A refusal says nothing that a caller may not know: what is closed is answered as what is not here.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from storage.errors import (
    DagTooLarge,
    Damaged,
    MalformedId,
    StorageError,
    UnknownBlock,
    UnknownPath,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


class Refusal(Exception):  # noqa: N818 - it reads as the fact that it states
    """A request that is not answered, with the status and the words for whoever asked."""

    def __init__(self, status: HTTPStatus, zh: str, en: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(en)
        self.status = status
        self.text = f"{en}\n{zh}\n"
        self.headers = dict(headers or {})


def bad(zh: str, en: str) -> Refusal:
    """Refuse what is no good request."""
    return Refusal(HTTPStatus.BAD_REQUEST, zh, en)


def not_found() -> Refusal:
    """Say that something is not here, in the same words whether it is nowhere or not for this caller."""
    return Refusal(HTTPStatus.NOT_FOUND, "此处没有这一内容", "not found here")


def refusal_for(error: StorageError) -> Refusal:
    """Turn what storage says into an answer; what it says of places on disk stays here."""
    if isinstance(error, UnknownBlock | UnknownPath):
        return not_found()
    if isinstance(error, MalformedId):
        return bad("不是 CID", "no CID")
    if isinstance(error, DagTooLarge):
        return bad("DAG 过深或过宽", "the DAG is too deep or too wide")
    if isinstance(error, Damaged):
        return Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "数据块已损坏,不提供", "a block is damaged and not given out")
    return Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "存储暂不可用", "the storage does not answer", {"Retry-After": "60"})
