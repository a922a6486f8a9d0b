"""zhicang keys: a key of a person, made and kept where its owner works, whatever home there is or is not."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from node.cli.keystores import address_in
from node.cli.parser import SubCommand, add_passphrase, add_subcommands, chooser, given_path
from node.cli.session import home_of, passphrase_of
from node.errors import BadInput, Words
from node.keys import new_key, save_key

if TYPE_CHECKING:
    import argparse

    from node.cli.output import Output

ROLES = ("registrar", "reviewer", "auditor", "governor", "validator")
_DUTIES = {
    "registrar": "登记员", "reviewer": "审核员", "auditor": "核查员", "governor": "治理方", "validator": "验证节点",
}  # fmt: skip


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the acts and their options."""
    add_subcommands(parser, language, ACTS)


def _configure_new(parser: argparse.ArgumentParser, language: str) -> None:
    say = chooser(language)
    parser.add_argument("what", nargs="*", metavar="ROLE", help=say(f"给谁用:{'、'.join(ROLES)}", f"whose it is to be: {', '.join(ROLES)}"))
    parser.add_argument("-o", "--output", type=given_path, metavar="FILE", help=say("写到这个密钥文件,口令加密,权限 0600", "the keystore to write, encrypted, mode 0600"))
    add_passphrase(parser, language)


def _configure_show(parser: argparse.ArgumentParser, language: str) -> None:
    say = chooser(language)
    parser.add_argument("what", nargs="*", metavar="FILE", help=say("密钥文件(缺省为节点目录里的全部)", "keystores (default: all of the home)"))


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Make a key, or show addresses."""
    ACTS[arguments.act].run(arguments, output)


def _show(arguments: argparse.Namespace, output: Output) -> None:
    files = [given_path(name) for name in arguments.what] or sorted(home_of(arguments).keystores.glob("*.json"))
    for file in files:
        address = "0x" + address_in(file).hex()
        output.record({"file": str(file), "address": address})
        output.say(f"{address}  {file}", f"{address}  {file}")
    output.record({"summary": {"keys": len(files)}})


def _new(arguments: argparse.Namespace, output: Output) -> None:
    path = arguments.output
    role = arguments.what[0] if len(arguments.what) == 1 else ""
    if role not in ROLES or path is None:
        mend = Words("zhicang keys new reviewer -o 文件", "zhicang keys new reviewer -o FILE")
        raise BadInput("请写明密钥给谁用、写到哪里", "say whose the key is to be and where it goes", mend=mend)
    if path.exists() or path.is_symlink():
        mend = Words("换一个文件名;已有的密钥不会被覆盖", "name another file; a key is never overwritten")
        raise BadInput("文件已存在", "the file exists", mend=mend, file=str(path))
    if not path.absolute().parent.is_dir():
        raise BadInput("没有这个目录", "no such folder", file=str(path))
    passphrase = passphrase_of(arguments, output, home_of(arguments), new=True)
    key = new_key(os.urandom)
    save_key(path, key, passphrase)
    address = "0x" + key.public_key.to_canonical_address().hex()
    duty = _DUTIES[role]
    output.record({"role": role, "address": address, "file": str(path)})
    output.record({"summary": {"made": 1}})
    output.say(f"{duty}密钥:{address},存在 {path}", f"key for a {role}: {address}, in {path}")
    output.say("请备份这个文件和口令;把地址交给治理方登记为本机构的密钥", "keep a copy of the file and of the passphrase; give the address to the governors, who add it to the institution")


ACTS = {
    "new": SubCommand(words=Words("生成一把新密钥", "make a new key"), configure=_configure_new, run=_new),
    "show": SubCommand(words=Words("看密钥文件的地址", "show a keystore's address"), configure=_configure_show, run=_show),
}
