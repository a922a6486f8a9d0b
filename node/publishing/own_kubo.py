"""The kubo of a home, as its settings name it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from node.errors import BadInput, Unavailable, Words, chinese_reason
from node.settings import read_settings
from storage.kubo import KuboApi

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from node.home import Home

LONGEST_TOKEN = 4096


@asynccontextmanager
async def own_kubo(home: Home) -> AsyncIterator[KuboApi]:
    """Open the way to the home's kubo; raise BadInput where the settings name none, Unavailable without its token."""
    settings = read_settings(home.settings)
    if not settings.ipfs_api:
        mend = Words(
            f'在 {home.settings} 里写 ipfs_api = "http://127.0.0.1:5001"',
            f'write ipfs_api = "http://127.0.0.1:5001" into {home.settings}',
        )
        zh, en = "没有设置 kubo 的地址", "the settings name no kubo"
        raise BadInput(zh, en, mend=mend, file=str(home.settings), field="ipfs_api")
    token = _token(home.path / settings.ipfs_token_file) if settings.ipfs_token_file else None
    async with KuboApi(settings.ipfs_api, token=token, silence=settings.ipfs_silence) as api:
        yield api


def _token(path: Path) -> str:
    """Read the bearer token: the file's first line."""
    try:
        with Path(path).open("rb") as file:
            line = file.readline(LONGEST_TOKEN).strip()
    except OSError as error:
        zh, en = f"读不到令牌文件:{chinese_reason(error)}", f"the token's file cannot be read: {error.strerror}"
        raise Unavailable(zh, en, file=str(path), field="ipfs_token_file") from error
    if not line or not line.isascii() or not line.decode("ascii").isprintable():
        zh, en = "令牌文件的第一行不是令牌", "the first line of the token's file is no token"
        raise BadInput(zh, en, file=str(path), field="ipfs_token_file")
    return line.decode("ascii")
