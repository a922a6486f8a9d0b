"""What commands have in common: which home is meant, its passphrase, and the word 演示 on a demonstration's output."""

from __future__ import annotations

import errno
import getpass
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from node.errors import BadInput, Unavailable, Words, chinese_reason
from node.home import Home
from node.keys import check_passphrase, passphrase_path, read_passphrase_file
from storage.durable import write_durably

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from node.cli.output import Output
    from node.home import Identity


def home_of(arguments: argparse.Namespace) -> Home:
    """Give the home that a command is about."""
    return Home((arguments.home or default_home(os.environ)).absolute())


def default_home(environment: Mapping[str, str]) -> Path:
    """Give the home that is meant when none is named: ZHICANG_HOME, else the user's data directory."""
    if named := environment.get("ZHICANG_HOME"):
        return Path(named)
    data = environment.get("XDG_DATA_HOME") or str(Path(environment.get("HOME", os.sep)) / ".local" / "share")
    return Path(data) / "zhicang"


def passphrase_of(arguments: argparse.Namespace, output: Output, home: Home, *, new: bool = False) -> bytes:
    """Get the passphrase: from its file, the environment's file, a demonstration's own, or a prompt.

    One for keys that are to be made (`new`) has to be long enough and is typed twice; any other may be as wrong as it is.
    """
    path = passphrase_path(arguments.passphrase_file, os.environ)
    if path is None and (home.path / "demo-passphrase").exists():
        path = home.path / "demo-passphrase"
    if path is not None:
        passphrase = read_passphrase_file(path)
        return check_passphrase(passphrase, file=str(path)) if new else passphrase
    if not sys.stdin.isatty():
        mend = Words(
            "用 --passphrase-file 或 ZHICANG_PASSPHRASE_FILE 指明口令文件",
            "name a file with --passphrase-file or ZHICANG_PASSPHRASE_FILE",
        )
        raise Unavailable("需要口令,而这里不能提示输入", "a passphrase is needed and nobody can be asked", mend=mend)
    prompt = "口令:" if output.language == "zh" else "Passphrase: "
    passphrase = getpass.getpass(prompt).encode()
    if not new:
        return passphrase
    check_passphrase(passphrase)
    again = "再输一次:" if output.language == "zh" else "Once more: "
    if getpass.getpass(again).encode() != passphrase:
        raise Unavailable("两次输入不同", "the two entries differ")
    return passphrase


def refuse_existing(path: Path) -> None:
    """Raise BadInput when a file that is to be written is there."""
    if path.exists():
        zh, en = "这个文件已在,不覆盖", "the file is there and is not overwritten"
        raise BadInput(zh, en, mend=Words("换一个名字", "choose another name"), file=str(path))


def write_output(path: Path, data: bytes) -> None:
    """Write the file that the user named, durable; raise BadInput with that very name when it cannot be."""
    try:
        write_durably(path, data)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
            raise
        if path.parent.is_dir():
            path.with_name(f"{path.name}.partial").unlink(missing_ok=True)
        reason = chinese_reason(error)
        raise BadInput(f"不能写到这里:{reason}", f"cannot be written: {error.strerror}", file=str(path)) from error


def mark_demonstration(identity: Identity, output: Output) -> None:
    """Say 演示 before anything else where the home is a demonstration."""
    if identity.demonstration and identity.chain == "network":
        output.say("[演示] 演示联盟,与正式登记无关", "[demonstration] a made-up consortium, no real registration")
    elif identity.demonstration:
        output.say("[演示] 自建本机链,与正式登记无关", "[demonstration] a chain of its own, no real registration")
