"""Keys that a command uses in its own process: a reviewer's, auditor's or governor's. They never enter `serve`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from node.cli.parser import chooser, given_path
from node.cli.session import passphrase_of
from node.errors import BadInput, Unavailable, Words, chinese_reason
from node.keys import load_key

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from eth_keys.datatypes import PrivateKey

    from node.cli.output import Output
    from node.home import Home

ADDRESS_DIGITS = 40


def add_keystore(parser: argparse.ArgumentParser, language: str, role: str) -> None:
    """Add the options that name a key of a person and its passphrase."""
    say = chooser(language)
    parser.add_argument("--keystore", type=given_path, metavar="FILE", help=say(f"密钥文件(缺省为节点目录里的 keystores/{role}.json)", f"keystore (default: keystores/{role}.json of the home)"))
    parser.add_argument("--key-passphrase-file", type=given_path, metavar="FILE", help=say("这把密钥的口令文件(缺省同 --passphrase-file,再缺省提示输入)", "file with this key's passphrase (default: that of --passphrase-file; else you are asked)"))


def keystore_of(arguments: argparse.Namespace, home: Home, role: str) -> Path:
    """Give the keystore that a command uses; raise BadInput when there is none."""
    path: Path = arguments.keystore or home.keystores / f"{role}.json"
    if not path.is_file():
        mend = Words("用 --keystore 指明密钥文件;新密钥:zhicang keys new", "name it with --keystore; zhicang keys new makes one")
        raise BadInput("没有这个密钥文件", "no such keystore", mend=mend, file=str(path))
    return path


def open_keystore(arguments: argparse.Namespace, output: Output, home: Home, path: Path) -> PrivateKey:
    """Open a person's key; the passphrase is asked for once."""
    given = arguments.passphrase_file
    arguments.passphrase_file = arguments.key_passphrase_file or given
    try:
        output.note(f"密钥 {path}", f"key {path}")
        return load_key(path, passphrase_of(arguments, output, home))
    finally:
        arguments.passphrase_file = given


def address_in(path: Path) -> bytes:
    """Give the address (20 bytes) that a keystore says it holds, without its passphrase; raise BadInput."""
    mend = Words("密钥文件由 zhicang keys new 写出", "keystores are written by zhicang keys new")
    try:
        address = str(json.loads(path.read_bytes())["address"]).removeprefix("0x")
        found = bytes.fromhex(address)
    except OSError as error:
        zh, en = f"读不到密钥文件:{chinese_reason(error)}", f"the keystore cannot be read: {error.strerror}"
        raise Unavailable(zh, en, file=str(path)) from error
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput("不是密钥文件", "no keystore", mend=mend, file=str(path)) from error
    if len(address) != ADDRESS_DIGITS:
        raise BadInput("不是密钥文件", "no keystore", mend=mend, file=str(path))
    return found
