"""The watermark: the highest header that this machine has ever sealed on a chain, durable outside the home.

It keeps an older copy of the home, put back, from signing other history. Every header passes four steps:

  1. executed and sealed in memory
  2. ``intend``: the watermark names it (height, hash) and carries it whole, header and transactions; synced
  3. the database commits it; synced
  4. ``settle``: the watermark names it, carries nothing; synced

| crash after | watermark | head of the home | on opening |
|---|---|---|---|
| 1 | N | N | the header was never signed into anything durable; its transactions are sent again by their owners |
| 2 | N+1, carried | N | the very same header is executed again and committed: no second seal for N+1 exists |
| 3 | N+1, carried | N+1, same hash | settled |
| 4 | N+1 | N+1, same hash | nothing to do |
| any, then an older copy is put back | above the head, not carried, or carried for another parent | – | refused |

A watermark below the head (a machine that did not seal the last ones, a lost state directory) is no danger by itself:
its header must be in the chain, then it is moved up. Writing the watermark after the commit instead would let a copy
made between the two sign again; writing (height, hash) alone before it would lock out an honest home after a crash.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from node.errors import Unavailable, Words
from node.receipts.errors import MalformedHeader
from node.receipts.header import Header, decode_header
from storage.durable import write_durably

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from node.chain.embedded.store import StoredHeader

FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What the file says; ``carried`` is the header that was to be committed, with its raw transactions."""

    height: int
    block_hash: bytes
    carried: tuple[Header, tuple[bytes, ...]] | None
    closed: bool = False


class Watermark:
    """The file of one chain; without a path (demonstrations) it remembers nothing and refuses nothing."""

    def __init__(self, path: Path | None, genesis_hash: bytes) -> None:
        self._path = path
        self._genesis_hash = genesis_hash

    def check(
        self, head: StoredHeader, hash_at: Callable[[int], bytes | None]
    ) -> tuple[Header, tuple[bytes, ...]] | None:
        """Compare the file with the head before anything is sealed.

        Returns:
            The header to commit again after a crash between steps 2 and 3, with its transactions; else None.

        Raises:
            Unavailable: an older copy of the home was put back, or the file cannot be read.
        """
        mark = self._read()
        if mark is None:
            self.settle(head.height, head.block_hash)
            return None
        if mark.height == head.height + 1 and mark.carried and mark.carried[0].parent_hash == head.block_hash:
            return mark.carried
        if mark.height > head.height:
            raise self._refusal(mark, head)
        if hash_at(mark.height) != mark.block_hash:
            raise self._refusal(mark, head)
        if mark.height < head.height or mark.carried:
            self.settle(head.height, head.block_hash)
        return None

    def intend(self, header: Header, transactions: Sequence[bytes]) -> None:
        """Step 2: name and carry a sealed header; raise Unavailable when it cannot be made durable."""
        carried = {"header": header.encode().hex(), "transactions": [raw.hex() for raw in transactions]}
        self._write(header.number, header.block_hash, carried)

    def settle(self, height: int, block_hash: bytes) -> None:
        """Step 4: name a committed header."""
        self._write(height, block_hash, None)

    def close(self, head: StoredHeader, hash_at: Callable[[int], bytes | None]) -> None:
        """Let nothing be sealed on this chain any more, by no copy of it on this machine; it ends at its head.

        Raises:
            Unavailable: the home is an older copy, or a header was not committed yet.
        """
        mark = self._read(closed=True)
        if mark is not None and mark.closed and mark.block_hash == head.block_hash:
            return
        if self.check(head, hash_at) is not None:
            raise Unavailable("最后一个区块头尚未写完", "the last header is not committed yet", file=str(self._path))
        self._write(head.height, head.block_hash, None, closed=True)

    def _write(self, height: int, block_hash: bytes, carried: dict[str, Any] | None, *, closed: bool = False) -> None:
        if self._path is None:
            return
        value = {
            "format": FORMAT, "genesis_hash": self._genesis_hash.hex(), "height": height, "hash": block_hash.hex(),
            "carried": carried,
        } | ({"closed": True} if closed else {})  # fmt: skip
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_durably(self._path, json.dumps(value).encode() + b"\n", mode=0o600)
        except OSError as error:
            zh = f"高水位文件 {self._path} 写不进去:{error.strerror}"
            en = f"watermark {self._path} cannot be written: {error.strerror}"
            raise Unavailable(zh, en, file=str(self._path)) from error

    def _read(self, *, closed: bool = False) -> Mark | None:
        if self._path is None:
            return None
        try:
            value = json.loads(self._path.read_bytes())
            if value["format"] != FORMAT or value["genesis_hash"] != self._genesis_hash.hex():
                raise ValueError("of another format or chain")  # noqa: TRY301 - told together with the other causes
            carried = value["carried"]
            if value.get("closed") and not closed:
                raise self._closed()
            return Mark(
                closed=bool(value.get("closed")),
                height=int(value["height"]),
                block_hash=bytes.fromhex(value["hash"]),
                carried=carried
                and (
                    decode_header(bytes.fromhex(carried["header"])),
                    tuple(bytes.fromhex(raw) for raw in carried["transactions"]),
                ),
            )
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, MalformedHeader) as error:
            zh = f"高水位文件 {self._path} 读不懂:{error}"
            en = f"watermark {self._path} cannot be used: {error}"
            raise Unavailable(zh, en, file=str(self._path)) from error

    def _closed(self) -> Unavailable:
        mend = Words("换回接入之后的副本", "put back a copy that was made after the joining")
        zh = f"这条链已随本机构接入网络而关闭,不再封块(记录在 {self._path})"
        en = f"this chain was closed when its home joined a network; it seals nothing more (remembered in {self._path})"
        return Unavailable(zh, en, mend=mend, file=str(self._path))

    def _refusal(self, mark: Mark, head: StoredHeader) -> Unavailable:
        zh = f"放回的是旧副本:本机已封到区块高度 {mark.height},而这里只到 {head.height} 或历史不同,拒绝再封块"
        en = (
            f"an older copy of this home was put back: this machine sealed header {mark.height}, "
            f"the home ends at {head.height} or holds other history; it does not seal"
        )
        mend = Words(
            f"换回最新的副本;只读命令不受影响(记录在 {self._path})",
            f"put the newest copy back; reading commands work (remembered in {self._path})",
        )
        return Unavailable(zh, en, mend=mend, file=str(self._path))
