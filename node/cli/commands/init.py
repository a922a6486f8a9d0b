"""zhicang init: make a node home."""

from __future__ import annotations

import asyncio
import os
import secrets
import time
from typing import TYPE_CHECKING

from node.building import refuse_taken, sweep_unfinished
from node.cli.keystores import address_in
from node.cli.parser import add_passphrase, chooser, given_path
from node.cli.session import home_of, passphrase_of
from node.errors import BadInput, Words
from node.founding import PURPOSE, Institution, found
from node.own_anchor import trust_anchor
from node.settings import read_settings

if TYPE_CHECKING:
    import argparse

    from node.cli.output import Output

LOWEST_CHAIN_ID, CHAIN_IDS = 1_000_000_000, 1_000_000_000
"""A chain id is drawn from the second thousand million: clear of public networks, short enough to read out."""


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the options."""
    say = chooser(language)
    parser.add_argument("--name", required=True, help=say("机构全称", "full name of the institution"))
    parser.add_argument("--code", required=True, help=say("机构码 8 位,如 14000001", "institution code, 8 characters, such as 14000001"))
    parser.add_argument("--credit-code", required=True, help=say("统一社会信用代码 18 位", "unified social credit code, 18 characters"))
    parser.add_argument("--region", required=True, help=say("行政区划代码 6 位", "region code, six digits (GB/T 2260)"))
    parser.add_argument("--two-person", action="store_true", help=say("两人制:登记须经审核员批准(缺省一人制)", "two persons: registering needs a reviewer's approval (default: one person)"))
    parser.add_argument("--reviewer-keystore", action="append", default=[], type=given_path, metavar="FILE", help=say("审核员的密钥文件(zhicang keys new reviewer 生成);只读其地址,可多次", "a reviewer's keystore (of zhicang keys new reviewer); its address alone is read, may be given several times"))
    add_passphrase(parser, language)


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Found the node and say what must be done next."""
    home = home_of(arguments)
    institution = Institution(
        code=arguments.code, name=arguments.name, credit_code=arguments.credit_code, region=arguments.region
    )
    reviewers = _reviewers(arguments)
    refuse_taken(home.path)
    passphrase = passphrase_of(arguments, output, home, new=True)
    for left in sweep_unfinished(home.path, PURPOSE):
        output.note(f"已删除上次中断的建库留下的 {left};其中的密钥从未启用", f"removed {left}, left by an interrupted init; its keys were never in use")
    identity = asyncio.run(
        found(
            home.path,
            institution,
            passphrase=passphrase,
            chain_id=LOWEST_CHAIN_ID + secrets.randbelow(CHAIN_IDS),
            clock=time.time,
            random_bytes=os.urandom,
            reviewers=reviewers,
        )
    )
    fingerprint, profile = trust_anchor(home).fingerprint, read_settings(home.settings).profile
    output.record(
        {
            "home": str(home.path),
            "chain_id": identity.chain_id,
            "genesis_hash": "0x" + identity.genesis_hash,
            "registry": "0x" + identity.registry,
            "fingerprint": fingerprint,
            "recovery_sheet": str(home.recovery_sheet),
            "profile": profile,
            "reviewers": ["0x" + reviewer.hex() for reviewer in reviewers],
        }
    )
    output.record({"summary": {"founded": 1}})
    output.say(f"节点已建立:{home.path}", f"node founded: {home.path}")
    output.say(f"  机构      {identity.name}({identity.code})", f"  institution  {identity.name} ({identity.code})")
    output.say(f"  制度      {'两人制,审核员 ' + str(len(reviewers)) + ' 名' if reviewers else '一人制'}", f"  policy       {'two persons, reviewers: ' + str(len(reviewers)) if reviewers else 'one person'}")
    output.say(f"  链号      {identity.chain_id}", f"  chain id     {identity.chain_id}")
    output.say(f"  登记合约  0x{identity.registry}", f"  registry     0x{identity.registry}")
    output.say(f"  摘要方案  {profile}(SHA-256 与 SM3);在 {home.settings.name} 里可改为 sha256", f"  digests      profile {profile} (SHA-256 and SM3); {home.settings.name} can say sha256")
    output.say(f"  信任锚指纹  {fingerprint}", f"  fingerprint of the trust anchor  {fingerprint}")
    output.say("  指纹请抄在纸上并公布在网站:核验者凭它认定信任锚", "  put the fingerprint on paper and on your web page: verifiers recognise the anchor by it")
    output.say(f"  密钥恢复单  {home.recovery_sheet}", f"  key-recovery sheet  {home.recovery_sheet}")
    output.say("  请立即打印恢复单、封存,然后删除这个文件", "  print the sheet now, seal it, then delete the file")
    output.say("本机链只有一个验证节点:持钥人可改写历史,接入联盟链之前凭证等同单方日志", "one validator seals this chain: its key holder can rewrite it; until it joins a consortium, receipts are a one-party log")


def _reviewers(arguments: argparse.Namespace) -> tuple[bytes, ...]:
    """Give the addresses of the reviewers' keys; two persons need one, and it is not made here: its owner makes it."""
    if arguments.two_person and not arguments.reviewer_keystore:
        mend = Words("请审核员先运行:zhicang keys new reviewer -o 审核员.json", "have the reviewer run: zhicang keys new reviewer -o reviewer.json")
        zh, en = "两人制要用 --reviewer-keystore 指明审核员的密钥文件", "two persons need --reviewer-keystore"
        raise BadInput(zh, en, mend=mend, field="reviewer_keystore")
    if arguments.reviewer_keystore and not arguments.two_person:
        raise BadInput("--reviewer-keystore 只与 --two-person 同用", "--reviewer-keystore goes with --two-person alone", field="reviewer_keystore")
    return tuple(dict.fromkeys(address_in(path) for path in arguments.reviewer_keystore))
