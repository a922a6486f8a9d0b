"""zhicang anchor: export the trust anchor for those who verify; update it, by proof, to what has happened since."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from node.cli.asking import asking_home, urls_of
from node.cli.parser import SubCommand, add_subcommands, chooser, given_path
from node.cli.session import home_of, mark_demonstration, write_output
from node.errors import BadInput, Unavailable, Words
from node.offline import read_anchor, read_profile
from node.own_anchor import own_profile, replace_anchor, trust_anchor
from node.receipts.folding import fold

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from node.cli.output import Output
    from node.cli.progress import Progress
    from node.home import Home
    from node.receipts.anchor import TrustAnchor


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the acts and their options."""
    add_subcommands(parser, language, ACTS)


def _configure_export(parser: argparse.ArgumentParser, language: str) -> None:
    parser.add_argument("-o", "--output", type=given_path, metavar="FILE", help=chooser(language)("写到这个文件", "write this file"))


def _configure_update(parser: argparse.ArgumentParser, language: str) -> None:
    say = chooser(language)
    parser.add_argument("-o", "--output", type=given_path, metavar="FILE", help=say("写到这个文件(缺省写回原处)", "write this file (by default where it came from)"))
    parser.add_argument("--anchor", type=given_path, metavar="FILE", help=say("要更新的信任锚(缺省为节点目录里的)", "the anchor to update (default: the home's)"))
    parser.add_argument("--rpc", metavar="URL[,URL…]", help=say("向这些接口取证明(缺省向节点目录的链)", "fetch the proofs from these engines (default: from the home's chain)"))
    parser.add_argument("--from", dest="other", type=given_path, metavar="FILE", help=say("不联网,从另一份指纹相同、更新的信任锚取证明", "fetch nothing: take the proofs of another, newer copy with the same fingerprint"))
    parser.add_argument("--profile", type=given_path, action="append", default=[], metavar="FILE", help=say("新接纳机构的资料 {name, credit_code, region} 的 JSON 文件,可重复", "JSON {name, credit_code, region} of an institution admitted since; may be repeated"))


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Do what was asked."""
    ACTS[arguments.act].run(arguments, output)


def _export(arguments: argparse.Namespace, output: Output) -> None:
    """Write the anchor and print its fingerprint."""
    if arguments.output is None:
        raise BadInput("用 -o 指明写到哪里", "name the file to write with -o", field="output")
    home = home_of(arguments)
    identity, anchor = home.identity(), trust_anchor(home)
    write_output(arguments.output, anchor.to_json_bytes())
    mark_demonstration(identity, output)
    output.record({"file": str(arguments.output), "fingerprint": anchor.fingerprint})
    output.record({"summary": {"exported": 1}})
    output.say(f"信任锚:{arguments.output}", f"trust anchor: {arguments.output}")
    output.say(f"指纹:{anchor.fingerprint}", f"fingerprint: {anchor.fingerprint}")
    output.say("核验者应从别处(纸、网站)得到同一指纹;被审的节点自己给的锚不证明什么", "a verifier should have the fingerprint from elsewhere (paper, web page): an anchor from the node under audit proves nothing")


def _update(arguments: argparse.Namespace, output: Output) -> None:
    path: Path = arguments.anchor or home_of(arguments).anchor
    anchor = read_anchor(path)
    before = fold(anchor)
    if arguments.other is not None:
        newer = _of_another(anchor, read_anchor(arguments.other))
    else:
        newer = asyncio.run(_fetched(anchor, arguments, output))
    after = fold(newer)
    changes = after.sequence + len(after.validator_sets) - before.sequence - len(before.validator_sets)
    target: Path = arguments.output or path
    _put(target, newer, before=anchor, home=home_of(arguments))
    output.record({
        "file": str(target), "fingerprint": newer.fingerprint, "changes": changes, "keys_known": after.keys_known,
        "sets_known": after.sets_known, "sequence": after.sequence,
    })  # fmt: skip
    output.record({"summary": {"updated": 1}})
    output.say(f"信任锚:{target},指纹不变:{newer.fingerprint}", f"trust anchor: {target}, fingerprint as before: {newer.fingerprint}")
    output.say(f"新证明 {changes} 项变更;已知截至高度 {after.keys_known}", f"{changes} changes proven anew; known by height {after.keys_known}")


def _put(target: Path, newer: TrustAnchor, *, before: TrustAnchor, home: Home) -> None:
    """Write an anchor; a home's own is changed in its turn, since others bring it forward too."""
    if not (home.anchor.exists() and target.exists() and target.samefile(home.anchor)):
        write_output(target, newer.to_json_bytes())
    elif not replace_anchor(home, newer, of=before):
        mend = Words("再运行一次同一条命令", "run the same command again")
        zh, en = "信任锚同时被别的进程更新了", "another process brought the anchor forward meanwhile"
        raise Unavailable(zh, en, mend=mend, file=str(target))


def _of_another(anchor: TrustAnchor, other: TrustAnchor) -> TrustAnchor:
    """Take another copy where it is of the same founding and knows no less; `fold` shows whether it is proven."""
    if other.fingerprint != anchor.fingerprint:
        zh, en = f"另一份信任锚的指纹是 {other.fingerprint}", f"the other anchor's fingerprint is {other.fingerprint}"
        raise BadInput(f"{zh},不是同一条链的", f"{en}: it is of another founding", field="--from")
    mine, theirs = fold(anchor), fold(other)
    if (theirs.keys_known, theirs.sets_known) < (mine.keys_known, mine.sets_known) or len(theirs.anchored) < len(mine.anchored):
        raise BadInput("另一份信任锚并不更新", "the other anchor is no newer", field="--from")
    return other


async def _fetched(anchor: TrustAnchor, arguments: argparse.Namespace, output: Output) -> TrustAnchor:
    from node.chain.forward import bring_forward

    profiles = {profile.digest: profile for profile in map(read_profile, arguments.profile)}
    if arguments.anchor is None:
        own = own_profile(home_of(arguments).identity())
        profiles[own.digest] = own
    async with AsyncExitStack() as stack:
        if arguments.rpc is None:
            rpc = await stack.enter_async_context(asking_home(home_of(arguments), anchor.founding))
        else:
            from node.chain.remote.observe import observed

            rpc = await stack.enter_async_context(observed(urls_of(arguments.rpc), anchor.founding))
        bars: list[Progress] = []

        def seen(more: int, whole: int) -> None:
            if not bars:
                bars.append(stack.enter_context(output.progress("区块头", "headers", whole)))
            bars[0].step(more)

        return await bring_forward(anchor, rpc, profiles=profiles, seen=seen)


ACTS = {
    "export": SubCommand(words=Words("导出信任锚", "export the trust anchor"), configure=_configure_export, run=_export),
    "update": SubCommand(words=Words("凭证明更新信任锚", "bring the trust anchor forward by proof"), configure=_configure_update, run=_update),
}
