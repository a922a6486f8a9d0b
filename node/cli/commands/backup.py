"""zhicang backup: a copy of the home, made while it works and read back after writing."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from node.backup.making import PURPOSE, Made, make_backup
from node.backup.room import needing_room
from node.backup.snapshot import copy_databases
from node.building import LOCK_NAME, building, refuse_taken, sweep_unfinished
from node.cli.acting import done_by_the_server
from node.cli.parser import chooser, given_path
from node.cli.session import home_of, mark_demonstration
from node.errors import BadInput, Doubtful, Unavailable, Words
from node.runtime import open_for_reading

if TYPE_CHECKING:
    import argparse

    from node.cli.output import Output
    from node.home import Home
    from node.runtime import Writing


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the options."""
    parser.add_argument("folder", type=given_path, metavar="DIR", help=chooser(language)("写到哪里(新目录,最好在另一个磁盘上)", "where to (a new folder, best on another disk)"))


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Make the backup, whole or not at all."""
    home, target = home_of(arguments), arguments.folder.absolute()
    mark_demonstration(home.identity(), output)
    if home.touches(target):
        zh, en = "不能备份到节点目录里或包含它的目录", "nothing is backed up into the home or around it"
        raise BadInput(zh, en, file=str(arguments.folder))
    home.require_on_one_chain()
    refuse_taken(target)
    for left in sweep_unfinished(target, PURPOSE):
        output.note(f"已删除上次中断的备份留下的 {left}", f"removed {left}, left by an interrupted backup")
    with open_for_reading(home) as node:
        objects = node.journal.resources.count()
    with needing_room(target), building(target, PURPOSE, random_bytes=os.urandom) as hidden:
        _copy_databases(home, hidden, arguments, output)
        with output.progress("备份", "backup", objects) as progress:
            made = make_backup(home, hidden, clock=time.time, step=progress.step)
        (hidden / LOCK_NAME).unlink()
    _tell(arguments.folder, made, output)


async def act_snapshot(node: Writing, arguments: argparse.Namespace, _: Output) -> None:
    """Copy the databases between two acts."""
    copy_databases(node.home, Path(arguments.carried["folder"]))


def _copy_databases(home: Home, hidden: Path, arguments: argparse.Namespace, output: Output) -> None:
    arguments.carried = {"folder": str(hidden)}
    if not done_by_the_server(home, arguments, output, act_snapshot):
        with home.locked():
            copy_databases(home, hidden)
    elif output.exit_code:
        raise Unavailable("节点服务没有复制成数据库", "the serving process did not copy the databases")


def _tell(folder: Path, made: Made, output: Output) -> None:
    summary = made.summary
    output.record(
        {
            "backup": str(folder),
            "height": summary.head.height,
            "block_hash": "0x" + summary.head.block_hash,
            "resources": summary.resources,
            "files": summary.files,
            "bytes": summary.size,
            "damaged": list(made.damaged),
        }
    )
    output.record({"summary": {"resources": summary.resources, "damaged": len(made.damaged)}})
    output.say(f"已备份到 {folder}:{summary.files} 个文件,{summary.size} 字节,写后逐一读回核对", f"backed up to {folder}: {summary.files} files, {summary.size} bytes, each read back")
    output.say(f"  资源 {summary.resources} 件,至区块高度 {summary.head.height}", f"  {summary.resources} resources, up to height {summary.head.height}")
    output.say(f"  区块头哈希 0x{summary.head.block_hash}", f"  header hash 0x{summary.head.block_hash}")
    output.say("  请把高度和哈希抄在别处:恢复时凭它确认没有更新的状态", "  write height and hash down elsewhere: they confirm a restored home")
    output.say("  不含密钥恢复单;含加密的密钥文件,口令请另行保管", "  the key-recovery sheet is not in it; encrypted keystores are, keep the passphrase elsewhere")
    if made.damaged:
        named = ", ".join(made.damaged[:3])
        mend = Words("zhicang audit 会说明哪里坏了", "zhicang audit says what is damaged")
        zh, en = f"{len(made.damaged)} 个对象与自己的清单不符:{named}", f"{len(made.damaged)} objects do not agree with their inventories: {named}"
        output.refuse(Doubtful(zh, en, mend=mend))
