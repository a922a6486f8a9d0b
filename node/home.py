"""The home of a node: where each thing lies, whose it is, and the lock that one process holds.

HOME/
  home.json          identity: format, institution, chain and registry, the addresses of its keys
  anchor.json        its copy of the trust anchor, brought forward by proof
  zhicang.toml       settings
  keystores/         encrypted keys, 0600, one file for each role that this home has
  chain.db           the embedded chain, where the home has or had one
  journal.db         the journal
  blocks.db          the block index, rebuilt from storage/ by `zhicang storage reindex`
  unit-index/        by what units are found, rebuilt from storage/ by `zhicang units reindex`
  fixity.db          what the fixity check has re-read and when; without it everything is due
  purges/            the lists by which payloads were purged
  repairs/           a record of each repair; what is being repaired, and the damaged files meanwhile
  storage/           the OCFL storage root
  cars/              foreign CARs that the gateway serves beside the payloads, and their index
  staging/           payload on its way in; swept at every start of a writing command
  proofs/            proof material, one file a transaction
  restored.json      it came out of a backup and nobody has confirmed it yet
  joining.json       it is moving onto a network, which `join` finishes
  before-upgrade/    each journal as it was before `zhicang upgrade` migrated it; a person removes it
  incidents/         evidence of broken finality, made with the first
  lock               held by the process that owns the home
  anchor.lock        held for the moment in which somebody changes anchor.json
  socket             where that process answers, while `serve` runs
"""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from node.errors import BadInput, Unavailable, Words
from node.records import canonical

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FORMAT = 2
UNRELEASED_FORMAT = 1
EMBEDDED, NETWORK = "embedded", "network"
"""Where the chain is: in the home, or behind the URLs of the settings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who this node is; hexadecimal values without 0x, "" for the address of a key that this home does not have."""

    format: int
    code: str
    name: str
    credit_code: str
    region: str
    chain: str
    chain_id: int
    genesis_hash: str
    registry: str
    registry_code_hash: str
    registrar: str
    reviewer: str
    governor: str
    auditor: str
    validator: str
    demonstration: bool

    def to_bytes(self) -> bytes:
        """Give the bytes of home.json."""
        return canonical.encode(asdict(self)) + b"\n"


@dataclass(frozen=True, slots=True)
class Home:
    """A folder that is, or is to become, a node's home."""

    path: Path

    def __getattr__(self, name: str) -> Path:
        """Give the path of one of the home's parts by its name."""
        parts = {
            "identity_file": "home.json", "anchor": "anchor.json", "anchor_lock": "anchor.lock",
            "settings": "zhicang.toml",
            "keystores": "keystores", "chain": "chain.db", "journal": "journal.db", "blocks": "blocks.db",
            "storage": "storage", "staging": "staging", "proofs": "proofs", "lock_file": "lock", "socket": "socket",
            "incidents": "incidents", "restored": "restored.json", "joining": "joining.json",
            "recovery_sheet": "key-recovery-sheet.txt", "unit_index": "unit-index",
            "fixity": "fixity.db", "repairs": "repairs", "purges": "purges", "cars": "cars",
        }  # fmt: skip
        if name not in parts:
            raise AttributeError(name)
        return self.path / parts[name]

    def identity(self) -> Identity:
        """Read who this node is; raise BadInput when there is no home here or a newer one."""
        try:
            value: dict[str, Any] = canonical.decode(self.identity_file.read_bytes().rstrip(b"\n"))
        except FileNotFoundError:
            mend = Words(
                "先用 zhicang init 建库,或用 --home / ZHICANG_HOME 指明位置",
                "make one with zhicang init, or name it with --home or ZHICANG_HOME",
            )
            zh, en = "这里不是节点目录", "this is no node home"
            raise BadInput(zh, en, mend=mend, file=str(self.path)) from None
        except BadInput as error:
            raise self._damaged(error.words) from error
        if not isinstance(value, dict):
            raise self._damaged(Words("不是 JSON 对象", "not a JSON object"))
        if value.get("format") == UNRELEASED_FORMAT:
            mend = Words(
                "用 zhicang init 新建节点目录,把资源重新登记;格式 1 只在发布前的试验中用过",
                "make a new home with zhicang init and register anew; format 1 was in trial use only",
            )
            zh, en = f"{self.path} 的格式 1 从未发布", f"{self.path} has format 1, which was never released"
            raise BadInput(zh, en, mend=mend, file=str(self.identity_file))
        if value.get("format") != FORMAT:
            zh = f"{self.path} 的格式 {value.get('format')} 不是本版软件能读的 {FORMAT}"
            en = f"{self.path} has format {value.get('format')}; this version reads {FORMAT}"
            raise BadInput(zh, en, file=str(self.path))
        try:
            return Identity(**value)
        except TypeError as error:
            raise self._damaged(Words("字段不全或有多余", "a field is missing or too many")) from error

    def _damaged(self, why: Words) -> Unavailable:
        mend = Words("从备份恢复这个文件", "restore this file from a backup")
        zh, en = f"节点身份文件已损坏:{why.zh}", f"the identity of the node is damaged: {why.en}"
        return Unavailable(zh, en, mend=mend, file=str(self.identity_file))

    def require_on_one_chain(self) -> None:
        """Raise Unavailable while the home is on its way from its own chain onto a network."""
        if self.joining.exists():
            mend = Words("把同一条 zhicang join 命令再运行一次", "run the same zhicang join again: it goes on")
            zh, en = "这个节点正在接入网络,尚未完成", "this home is on its way onto a network"
            raise Unavailable(zh, en, mend=mend, file=str(self.joining))

    def require_confirmed(self) -> None:
        """Raise Unavailable while the home is on its way onto a network, or restored and not yet confirmed."""
        self.require_on_one_chain()
        if not self.restored.exists():
            return
        mend = Words(
            "用所知最新的区块头哈希或凭证确认:zhicang restore --head 哈希 或 --receipt 文件;网络上的节点用 --confirm",
            "confirm it by the newest header hash or receipt that is known: zhicang restore --head HASH or "
            "--receipt FILE; on a network with --confirm",
        )
        zh = "这个节点目录由备份恢复,尚未确认是最新状态,只读"
        en = "this home was restored and not yet confirmed to be the newest state: it is read-only"
        raise Unavailable(zh, en, mend=mend, file=str(self.path))

    def touches(self, path: Path) -> bool:
        """Tell whether a path lies in this home or around it: such a path is neither payload nor a place to write.

        A demonstration keeps its made-up collection in its own home; that folder is no part of the node.
        """
        home, other = self.path.resolve(), path.resolve()
        if other.is_relative_to(home / "collection"):
            return False
        return other.is_relative_to(home) or home.is_relative_to(other)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Own the home; raise Unavailable at once when another process does."""
        descriptor = os.open(self.lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                owner = os.pread(descriptor, 64, 0).decode(errors="replace").strip() or "?"
                mend = Words(
                    "等它结束后再来;只读命令(show、list、receipt、audit)不受影响",
                    "wait until it ends; reading commands (show, list, receipt, audit) work meanwhile",
                )
                zh = f"另一个进程(pid {owner})正在使用 {self.path}"
                raise Unavailable(zh, f"another process (pid {owner}) owns {self.path}", mend=mend) from None
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
            yield
        finally:
            os.close(descriptor)
