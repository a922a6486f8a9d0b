"""scripts/network ipfs: a private swarm in one command, and what each home has to know of it."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from network_parts.swarm import Swarm

if TYPE_CHECKING:
    import argparse


def ipfs(asked: argparse.Namespace) -> None:
    """Found the swarm, start its members, and say what belongs into the settings of each home."""
    swarm = Swarm.found(asked.folder, nodes=asked.nodes)
    try:
        swarm.start()
    except BaseException:
        swarm.stop()
        raise
    folder = shlex.quote(str(swarm.folder))
    print("\n".join([
        "私有 IPFS 群已运行,只在本机 / a private IPFS swarm runs, on this machine alone",
        f"  群密钥 swarm key     {swarm.folder / 'swarm.key'}(0600:有它即可入群 / who has it is a member)",
        "各节点目录的 zhicang.toml 里写一行 / one line in the zhicang.toml of each home:",
        *(f'  {member.number}  ipfs_api = "{member.url}"' for member in swarm.members),
        "接着试 / try next:",
        "  scripts/run --home HOME storage check            核对该 kubo 是否私有 / is that kubo private?",
        "  scripts/run --home HOME storage publish --all    发布可见的载荷 / publish what may be seen",
        f"  scripts/network stop {folder}        全部停止,可整目录删除 / stop all; delete the folder when you like",
    ]))  # fmt: skip
