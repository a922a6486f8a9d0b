"""zhicang join: attach a new home to a network, or move one there that began on the embedded chain."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from node.building import refuse_taken, sweep_unfinished
from node.cli.moving import move, tell_moved
from node.cli.parser import add_passphrase, chooser, given_path
from node.cli.session import home_of, passphrase_of
from node.errors import BadInput, Doubtful, Words
from node.founding import Institution
from node.joining.new_home import PURPOSE, Network, code_of_keys, given_keys, institution_in, join_new
from node.keys import new_key
from node.offline import read_anchor, whole_fingerprint
from node.settings import is_rpc_url

if TYPE_CHECKING:
    import argparse

    from eth_keys.datatypes import PrivateKey

    from node.cli.output import Output
    from node.home import Home, Identity
    from node.joining.existing_home import Moved
    from node.receipts.anchor import TrustAnchor


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the options."""
    say = chooser(language)
    parser.add_argument("--rpc", required=True, metavar="URL[,URL…]", help=say("网络各节点的接口地址,依次试用", "URLs of the network's engines, tried in order"))
    parser.add_argument("--anchor", type=given_path, required=True, metavar="FILE", help=say("网络的信任锚", "the network's trust anchor"))
    parser.add_argument("--fingerprint", type=whole_fingerprint, metavar="F", help=say("信任锚必须有的指纹", "the fingerprint that the anchor must have"))
    parser.add_argument("--keystores", type=given_path, metavar="DIR", help=say("已有的密钥文件(network found 写出);缺省新造登记员密钥", "keystores to take, as network found wrote them (default: a registrar's key is made)"))
    parser.add_argument("--code", help=say("机构码;密钥已在信任锚中则不必给", "institution code; not needed where the anchor knows the keys"))
    parser.add_argument("--name", help=say("机构全称(信任锚中没有本机构时)", "full name (where the anchor has no such institution)"))
    parser.add_argument("--credit-code", help=say("统一社会信用代码(同上)", "unified social credit code (likewise)"))
    parser.add_argument("--region", help=say("行政区划代码(同上)", "region code (likewise)"))
    add_passphrase(parser, language)


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Look at the network, then make the home."""
    home = home_of(arguments)
    network = Network(anchor=_anchor(arguments), urls=_urls(arguments.rpc))
    if home.identity_file.exists():
        moved = move(home, network, arguments, output)
        _tell(home, moved.identity, network.anchor, output, moved=moved)
        return
    refuse_taken(home.path)
    passphrase = passphrase_of(arguments, output, home, new=arguments.keystores is None)
    keys = _keys(arguments, passphrase)
    institution = _institution(arguments, network.anchor, keys)
    for left in sweep_unfinished(home.path, PURPOSE):
        output.note(f"已删除上次中断的接入留下的 {left}", f"removed {left}, left by an interrupted join")
    making = join_new(home.path, network, institution, keys, passphrase=passphrase, random_bytes=os.urandom)
    _tell(home, asyncio.run(making), network.anchor, output)


def _anchor(arguments: argparse.Namespace) -> TrustAnchor:
    anchor = read_anchor(arguments.anchor)
    if arguments.fingerprint is not None and not anchor.founding.has_fingerprint(arguments.fingerprint):
        zh, en = f"信任锚的指纹是 {anchor.fingerprint}", f"the anchor's fingerprint is {anchor.fingerprint}"
        raise Doubtful(zh + ",与要求的不同", en + ", not the required one", file=str(arguments.anchor), field="fingerprint")
    return anchor


def _urls(text: str) -> tuple[str, ...]:
    urls = tuple(text.split(","))
    for url in urls:
        if not is_rpc_url(url):
            raise BadInput(f"“{url[:80]}”不是接口地址", f"{url[:80]!r} is no URL of an engine", field="rpc")
    return urls


def _keys(arguments: argparse.Namespace, passphrase: bytes) -> dict[str, PrivateKey]:
    if arguments.keystores is not None:
        return given_keys(arguments.keystores, passphrase)
    return {"registrar": new_key(os.urandom)}


def _institution(arguments: argparse.Namespace, anchor: TrustAnchor, keys: dict[str, PrivateKey]) -> Institution:
    of_keys = code_of_keys(anchor, keys)
    if arguments.code is not None and of_keys is not None and arguments.code != of_keys:
        zh, en = f"密钥属于机构 {of_keys},不是 {arguments.code}", f"the keys are of {of_keys}, not of {arguments.code}"
        raise BadInput(zh, en, field="code")
    code = arguments.code or of_keys
    if code is None:
        mend = Words("用 --code 指明机构码", "name the institution with --code")
        raise BadInput("信任锚不认识这些密钥", "the anchor does not know the keys", mend=mend, field="code")
    known = institution_in(anchor, code)
    given = {name: getattr(arguments, name) for name in ("name", "credit_code", "region")}
    if known is not None:
        for name, value in given.items():
            if value is not None and value != getattr(known, name):
                raise BadInput(f"与信任锚所载不同:{getattr(known, name)}", f"the anchor says {getattr(known, name)}", field=name)
        return known
    if missing := [name for name, value in given.items() if value is None]:
        options = ", ".join("--" + name.replace("_", "-") for name in missing)
        zh = f"信任锚中没有机构 {code},须给 {options}"
        raise BadInput(zh, f"the anchor has no institution {code}: give {options}", field=", ".join(missing))
    return Institution(code=code, **given)


def _tell(home: Home, identity: Identity, anchor: TrustAnchor, output: Output, *, moved: Moved | None = None) -> None:
    roles = ("registrar", "reviewer", "governor", "auditor")
    addresses = {role: "0x" + address for role in roles if (address := getattr(identity, role))}
    output.record(
        {
            "home": str(home.path),
            "institution": identity.code,
            "chain_id": identity.chain_id,
            "genesis_hash": "0x" + identity.genesis_hash,
            "registry": "0x" + identity.registry,
            "fingerprint": anchor.fingerprint,
            "addresses": addresses,
            "recovery_sheet": str(home.recovery_sheet),
        }
    )
    again = {} if moved is None else {"moved": moved.final, "review": moved.waiting, "refused": moved.refused}
    output.record({"summary": {"joined": 1} | again})
    output.say(f"节点已接入网络:{home.path}", f"the node has joined the network: {home.path}")
    output.say(f"  机构      {identity.name}({identity.code})", f"  institution  {identity.name} ({identity.code})")
    output.say(f"  链号      {identity.chain_id}", f"  chain id     {identity.chain_id}")
    output.say(f"  登记合约  0x{identity.registry}", f"  registry     0x{identity.registry}")
    output.say(f"  信任锚指纹  {anchor.fingerprint}", f"  fingerprint of the trust anchor  {anchor.fingerprint}")
    for role, address in addresses.items():
        output.say(f"  {role:<10}{address}", f"  {role:<11}{address}")
    output.say(f"  密钥恢复单  {home.recovery_sheet}", f"  key-recovery sheet  {home.recovery_sheet}")
    output.say("  请立即打印恢复单、封存,然后删除这个文件", "  print the sheet now, seal it, then delete the file")
    output.say("治理方须已接纳这些密钥,登记才会被合约接受", "the registry takes acts of these keys once the governors have admitted them")
    if moved is not None:
        tell_moved(moved, output)
