"""zhicang init: make a node home."""

from __future__ import annotations

import asyncio
import os
import secrets
import time
from typing import TYPE_CHECKING

from node.building import refuse_taken, sweep_unfinished
from node.cli.parser import add_passphrase, chooser
from node.cli.session import home_of, passphrase_of
from node.founding import PURPOSE, Institution, found
from node.runtime import trust_anchor

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
    add_passphrase(parser, language)


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Found the node and say what must be done next."""
    home = home_of(arguments)
    institution = Institution(
        code=arguments.code, name=arguments.name, credit_code=arguments.credit_code, region=arguments.region
    )
    refuse_taken(home.path)
    passphrase = passphrase_of(arguments, output, home, twice=True)
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
        )
    )
    fingerprint = trust_anchor(home).fingerprint
    output.record(
        {
            "home": str(home.path),
            "chain_id": identity.chain_id,
            "genesis_hash": "0x" + identity.genesis_hash,
            "registry": "0x" + identity.registry,
            "fingerprint": fingerprint,
            "recovery_sheet": str(home.recovery_sheet),
        }
    )
    output.record({"summary": {"founded": 1}})
    output.say(f"节点已建立:{home.path}", f"node founded: {home.path}")
    output.say(f"  机构      {identity.name}({identity.code})", f"  institution  {identity.name} ({identity.code})")
    output.say(f"  链号      {identity.chain_id}", f"  chain id     {identity.chain_id}")
    output.say(f"  登记合约  0x{identity.registry}", f"  registry     0x{identity.registry}")
    output.say(f"  信任锚指纹  {fingerprint}", f"  fingerprint of the trust anchor  {fingerprint}")
    output.say("  指纹请抄在纸上并公布在网站:核验者凭它认定信任锚", "  put the fingerprint on paper and on your web page: verifiers recognise the anchor by it")
    output.say(f"  密钥恢复单  {home.recovery_sheet}", f"  key-recovery sheet  {home.recovery_sheet}")
    output.say("  请立即打印恢复单、封存,然后删除这个文件", "  print the sheet now, seal it, then delete the file")
    output.say("本机链只有一个验证节点:持钥人可改写历史,接入联盟链之前凭证等同单方日志", "one validator seals this chain: its key holder can rewrite it; until it joins a consortium, receipts are a one-party log")
