"""zhicang network: found a consortium from its agreement, and create its registry on the chain that then runs."""

from __future__ import annotations

import asyncio
import os
import time
from typing import TYPE_CHECKING

from node.cli.parser import SubCommand, add_passphrase, add_subcommands, chooser, given_path
from node.cli.session import home_of, passphrase_of
from node.errors import BadInput, Words

if TYPE_CHECKING:
    import argparse

    from node.cli.output import Output
    from node.consortium.spec import Spec


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the acts and their options."""
    add_subcommands(parser, language, ACTS)


def _configure_found(parser: argparse.ArgumentParser, language: str) -> None:
    say = chooser(language)
    parser.add_argument("path", type=given_path, metavar="CONSORTIUM.yaml", help=say("联盟章程文件", "the consortium's agreement"))
    parser.add_argument("-o", "--output", type=given_path, metavar="DIR", help=say("写到这个新目录", "write this new folder"))
    add_passphrase(parser, language)


def _configure_deploy(parser: argparse.ArgumentParser, language: str) -> None:
    say = chooser(language)
    parser.add_argument("path", type=given_path, metavar="DIR", help=say("network found 写出的目录", "the folder that network found wrote"))
    parser.add_argument("--rpc", metavar="URL[,URL…]", help=say("链的接口地址", "URLs of the chain"))


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Found or deploy."""
    ACTS[arguments.act].run(arguments, output)


def _found(arguments: argparse.Namespace, output: Output) -> None:
    from node.building import refuse_taken, sweep_unfinished
    from node.consortium.founding import PURPOSE, found_consortium
    from node.consortium.spec import read_spec

    target = arguments.output
    if target is None:
        raise _missing("-o")
    spec = read_spec(arguments.path)
    refuse_taken(target)
    sweep_unfinished(target, PURPOSE)
    passphrase = passphrase_of(arguments, output, home_of(arguments), new=True) if spec.makes_signing_keys else b""
    consortium = found_consortium(
        target, spec, agreement=arguments.path.read_bytes(), passphrase=passphrase, clock=time.time,
        random_bytes=os.urandom,
    )  # fmt: skip
    founding = consortium.anchor.founding
    output.record(
        {
            "folder": str(target),
            "chain_id": founding.chain_id,
            "genesis_hash": "0x" + founding.genesis_hash.hex(),
            "registry": "0x" + founding.registry.hex(),
            "anchor": str(target / "anchor.json"),
            "fingerprint": founding.fingerprint,
        }
    )
    output.record({"summary": {"founded": 1}})
    output.say(f"联盟已建立:{target}", f"consortium founded: {target}")
    output.say(f"  创世头    0x{founding.genesis_hash.hex()}", f"  genesis   0x{founding.genesis_hash.hex()}")
    output.say(f"  登记合约  0x{founding.registry.hex()}(尚未部署)", f"  registry  0x{founding.registry.hex()} (not created yet)")
    output.say(f"  信任锚指纹  {founding.fingerprint}", f"  fingerprint of the trust anchor  {founding.fingerprint}")
    output.say(f"接着照 {target / 'GUIDE.md'} 办理", f"go on with {target / 'GUIDE.md'}")
    _warn(spec, output)


def _warn(spec: Spec, output: Output) -> None:
    """Say what the agreement allows and its makers may not have meant."""
    if len(spec.validators) < 4:  # noqa: PLR2004 - the least of which one may fail
        output.note("提醒:验证节点不足 4 个,任何一个失效全网即停", "note: with fewer than four validators, the failure of one halts all")
    if spec.threshold == len(spec.governors):
        output.note("提醒:门槛等于治理方个数,丢一把密钥就再也不能治理", "note: every governor must approve; one lost key ends all governance")


def _deploy(arguments: argparse.Namespace, output: Output) -> None:
    from node.consortium.deploying import deploy
    from node.consortium.deployment import Deployment
    from node.offline import read_anchor

    if arguments.rpc is None:
        raise _missing("--rpc")
    deployment = Deployment.read(arguments.path / "deployment.json")
    anchor = read_anchor(arguments.path / "anchor.json")
    landed, sent = asyncio.run(deploy(deployment, anchor, arguments.rpc.split(",")))
    registry = "0x" + deployment.registry.hex()
    output.record({"registry": registry, "height": landed.height, "tx_hash": "0x" + landed.tx_hash.hex(), "sent": sent})
    output.record({"summary": {"deployed": int(sent), "known": int(not sent)}})
    done, english = ("已部署", "created") if sent else ("此前已部署", "was created before")
    output.say(f"登记合约 {registry} {done},区块高度 {landed.height}", f"registry {registry} {english}, height {landed.height}")
    output.say("创世头、封签、合约代码均与信任锚一致", "genesis, seals and code are the trust anchor's")


def _missing(option: str) -> BadInput:
    mend = Words("zhicang network --help 说明用法", "zhicang network --help explains the usage")
    return BadInput(f"缺少参数 {option}", f"the option {option} is missing", mend=mend)


ACTS = {
    "found": SubCommand(words=Words("按章程建立联盟:创世、密钥、信任锚", "found a consortium: genesis, keys, trust anchor"), configure=_configure_found, run=_found),
    "deploy": SubCommand(words=Words("部署登记合约", "deploy its registry"), configure=_configure_deploy, run=_deploy),
}
