"""zhicang govern: proposals of governors, made, approved and listed; each with a plain meaning."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from contracts.calls import AcceptGovernorshipCall, GovernCall, encode_call
from contracts.governing import AdmitCall, DismissGovernorCall, SetThresholdCall, decode_governed
from node.cli.acting import perform
from node.cli.because import document_digest
from node.cli.keyed import carried, carry, sign_here
from node.cli.keystores import add_keystore, keystore_of, open_keystore
from node.cli.parser import add_passphrase, chooser, given_path
from node.cli.proposing import ACTS, called
from node.cli.session import home_of, mark_demonstration
from node.engines import asking
from node.errors import BadInput, Words
from node.governance import OpenProposal, find_proposal, read_governance, refuse_unreachable, say_call
from node.receipts.founding import Profile
from node.records import canonical

if TYPE_CHECKING:
    import argparse

    from node.cli.output import Output
    from node.runtime import Writing

ROLE = "governor"
DEFAULT_DAYS, MOST_DAYS = 30, 366
_DAY = 86_400


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the options."""
    say = chooser(language)
    usages = "\n".join(f"  {name:<14}{usage}" for name, (usage, _) in ACTS.items())
    parser.epilog = say(
        f"各项及其参数:\n{usages}\n  {'accept-office':<14}接任(用被提名者的密钥)\n  {'approve':<14}提案号\n  {'list':<14}列出待决的提案\n\n"
        "例:\n  zhicang govern list\n  zhicang govern freeze 14000001-2023-00000001-K --document 公函.pdf\n  zhicang govern approve 提案号 --keystore governor.json",
        f"what is proposed, and what it takes:\n{usages}\n  {'accept-office':<14}take office (with the nominee's key)\n  {'approve':<14}PROPOSAL_ID\n  {'list':<14}the open proposals\n\n"
        "examples:\n  zhicang govern list\n  zhicang govern freeze 14000001-2023-00000001-K --document letter.pdf\n  zhicang govern approve PROPOSAL_ID --keystore governor.json",
    )
    parser.add_argument("act", choices=[*ACTS, "accept-office", "approve", "list"], metavar="ACT", help=say("见下面的列表", "one of those listed below"))
    parser.add_argument("what", nargs="*", metavar="…", help=say("它的参数", "what it takes"))
    for name, zh, en in (("name", "admit:机构全称", "admit: full name"), ("credit-code", "admit:统一社会信用代码", "admit: credit code"), ("region", "admit:行政区划代码", "admit: region code")):
        parser.add_argument(f"--{name}", default="", help=say(zh, en))
    for role, zh in (("registrar", "登记员"), ("reviewer", "审核员"), ("auditor", "核查员")):
        parser.add_argument(f"--{role}", action="append", default=[], metavar="ADDRESS", help=say(f"admit:{zh}密钥的地址,可多次", f"admit: address of a {role}'s key, may be given several times"))
    parser.add_argument("--one-person", action="store_true", help=say("admit:登记员可不经审核", "admit: registrars may act without a reviewer"))
    parser.add_argument("--document", type=given_path, metavar="FILE", help=say("依据文件;只有它的 SHA-256 上链", "the paper behind it; its SHA-256 alone goes on chain"))
    parser.add_argument("--valid-days", type=int, default=DEFAULT_DAYS, metavar="N", help=say("提案在多少天内有效(缺省 30)", "days that the proposal is good for (default 30)"))
    add_keystore(parser, language, ROLE)
    add_passphrase(parser, language)


def run(arguments: argparse.Namespace, output: Output) -> None:
    """List, or sign here with the governor's key and have the node send it."""
    home = home_of(arguments)
    home.identity()
    if arguments.act == "list":
        asyncio.run(_list(arguments, output))
        return
    if not 1 <= arguments.valid_days <= MOST_DAYS:
        raise BadInput(f"--valid-days 应在 1—{MOST_DAYS} 之间", f"--valid-days must be from 1 to {MOST_DAYS}", field="valid_days")
    proposal = None if arguments.act == "accept-office" else asyncio.run(_proposal(arguments))
    if proposal is None:
        words, calldata = Words("接任治理方", "accept the office of a governor"), encode_call(AcceptGovernorshipCall())
    else:
        words = say_call(decode_governed(proposal.call))
        calldata = encode_call(proposal)
    keystore = keystore_of(arguments, home, ROLE)
    if arguments.act == "admit":
        _hand_out_profile(arguments, output)
    output.say(f"签署:{words.zh}", f"to be signed: {words.en}")
    key = open_keystore(arguments, output, home, keystore)
    kind = "acceptGovernorship" if proposal is None else "govern"
    signed = sign_here(home, key, kind=kind, subject=words.en, calldata=calldata)
    # the serving process reads the proposal from what was signed, not from the words typed here
    perform(arguments, output, act, carried={"signed": carry(signed)})


async def act(node: Writing, arguments: argparse.Namespace, output: Output) -> None:
    """Send what was signed, wait until it is final, and say how the proposal stands."""
    mark_demonstration(node.identity, output)
    signed = carried(arguments.carried["signed"])
    settled = await node.registrar.settle_one(node.registrar.acts.take(signed))
    tx_hash, height = "0x" + (settled.act.tx_hash or b"").hex(), settled.act.height
    if signed.kind != "govern":
        output.record({"act": signed.kind, "tx_hash": tx_hash, "height": height})
        output.record({"summary": {"done": 1}})
        output.say(f"已接任治理方,区块高度 {height}", f"governor in office, height {height}")
        return
    registry = bytes.fromhex(node.identity.registry)
    state = await find_proposal(node.engine, registry, settled.act.calldata)
    name = "0x" + state.id.hex()
    words = say_call(state.meaning)
    output.record({"act": "govern", "proposal": name, "meaning": words.in_language(output.language), "approvals": state.approvals, "threshold": state.threshold, "executed": state.executed, "tx_hash": tx_hash, "height": height})
    output.record({"summary": {"executed": int(state.executed)}})
    if state.executed:
        output.say(f"已生效:{words.zh},区块高度 {height}", f"in force: {words.en}, height {height}")
        if isinstance(state.meaning, AdmitCall):
            output.say("接纳之后,每个节点和核验者都要用它的资料更新信任锚一次:zhicang anchor update --profile 文件", "after an admission every node and verifier needs the profile once: zhicang anchor update --profile FILE")
        else:
            output.say("正在运行的节点会自行凭证明更新信任锚;其他核验者:zhicang anchor update", "nodes that serve bring their anchors forward by proof themselves; other verifiers: zhicang anchor update")
        return
    output.say(f"提案 {name}:{words.zh};已有 {state.approvals} 票,需 {state.threshold} 票", f"proposal {name}: {words.en}; {state.approvals} of {state.threshold} approvals")
    output.say(f"其他治理方:zhicang govern approve {name}", f"other governors: zhicang govern approve {name}")


def _hand_out_profile(arguments: argparse.Namespace, output: Output) -> None:
    """Tell the profile, of which the digest alone goes on chain: without it nobody's anchor comes past the admission."""
    profile = Profile(name=arguments.name, credit_code=arguments.credit_code, region=arguments.region).to_json()
    output.record({"profile": profile})
    text = canonical.encode(profile).decode()
    output.say(f"资料,请存为文件分发给各节点和核验者(zhicang anchor update --profile 文件):{text}", f"its profile, to be handed out as a file to all nodes and verifiers (zhicang anchor update --profile FILE): {text}")


async def _proposal(arguments: argparse.Namespace) -> GovernCall:
    """Give what is to be signed: a new proposal, or an open one again."""
    home = home_of(arguments)
    registry = bytes.fromhex(home.identity().registry)
    if arguments.act != "approve":
        call = called(arguments)
        meaning = decode_governed(call)
        if isinstance(meaning, SetThresholdCall | DismissGovernorCall):
            async with asking(home) as engine:
                await refuse_unreachable(engine, registry, meaning)
        expires = int(time.time()) + arguments.valid_days * _DAY
        return GovernCall(call=call, expires=expires, document=document_digest(arguments.document))
    if len(arguments.what) != 1:
        raise BadInput("请写明批准哪个提案", "say which proposal is approved", mend=Words("zhicang govern list 列出提案号", "zhicang govern list shows them"))
    wanted = arguments.what[0].removeprefix("0x").lower()
    async with asking(home) as engine:
        proposals = await read_governance(engine, registry)
    for proposal in proposals.open:
        if proposal.id.hex() == wanted:
            return proposal.again()
    mend = Words("zhicang govern list 列出可以批准的", "zhicang govern list shows what can be approved")
    raise BadInput("没有这个待批准的提案", "no open proposal of that id", mend=mend)


async def _list(arguments: argparse.Namespace, output: Output) -> None:
    home = home_of(arguments)
    identity = home.identity()
    mark_demonstration(identity, output)
    async with asking(home) as engine:
        governance = await read_governance(engine, bytes.fromhex(identity.registry))
    for proposal in governance.open:
        _tell(proposal, governance.threshold, output)
    output.record({"summary": {"open": len(governance.open), "threshold": governance.threshold, "governors": governance.governors, "sequence": governance.sequence}})
    output.say(f"待批准的提案 {len(governance.open)} 个;{governance.governors} 个治理方,需 {governance.threshold} 票", f"{len(governance.open)} open proposals; {governance.governors} governors, {governance.threshold} must approve")


def _tell(proposal: OpenProposal, threshold: int, output: Output) -> None:
    words, name = say_call(proposal.meaning), "0x" + proposal.id.hex()
    until = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(proposal.expires))
    output.record({"proposal": name, "meaning": words.in_language(output.language), "approvals": proposal.approvals, "threshold": threshold, "expires": proposal.expires, "governors": ["0x" + each.hex() for each in proposal.governors]})
    output.say(f"{name}\n    {words.zh};{proposal.approvals}/{threshold} 票,{until} 前有效", f"{name}\n    {words.en}; {proposal.approvals}/{threshold}, good until {until}")
