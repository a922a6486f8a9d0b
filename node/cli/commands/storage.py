"""zhicang storage: the block index rebuilt; payloads into the private IPFS swarm, and partners' payloads out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.cli.parser import SubCommand, add_subcommands, chooser, given_path, no_options
from node.cli.session import home_of
from node.errors import Words

if TYPE_CHECKING:
    import argparse

    from node.cli.output import Output


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the acts and their options."""
    add_subcommands(parser, language, ACTS)


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Do what was asked."""
    ACTS[arguments.act].run(arguments, output)


def _configure_numbers(parser: argparse.ArgumentParser, language: str) -> None:
    say = chooser(language)
    parser.add_argument("names", nargs="*", metavar="NUMBER", help=say("登记号", "registration numbers"))
    parser.add_argument("--all", action="store_true", help=say("全部资源", "all resources"))


def _configure_fetch(parser: argparse.ArgumentParser, language: str) -> None:
    say = chooser(language)
    parser.add_argument("names", nargs="*", metavar="RECEIPT|CID", help=say("凭证文件或 CID", "a receipt's file or a CID"))
    parser.add_argument("-o", "--output", type=given_path, metavar="DIR", help=say("写到哪里(新建或空目录)", "where to write (a new or empty folder)"))
    parser.add_argument("--anchor", type=given_path, metavar="FILE", help=say("核验凭证的信任锚(缺省为节点目录里的)", "the trust anchor for the receipt (default: the home's)"))


def _publish(arguments: argparse.Namespace, output: Output) -> None:
    from node.cli import publishing

    publishing.publish(arguments, output)


def _check(arguments: argparse.Namespace, output: Output) -> None:
    from node.cli import publishing

    publishing.check(arguments, output)


def _fetch(arguments: argparse.Namespace, output: Output) -> None:
    from node.cli import publishing

    publishing.fetch(arguments, output)


def _reindex(arguments: argparse.Namespace, output: Output) -> None:
    """Rebuild the index; the old one serves until the new one is whole."""
    from storage.blocks import BlockIndex
    from storage.root import StorageRoot

    home = home_of(arguments)
    home.identity()
    with home.locked():
        objects, blocks = BlockIndex.reindex(home.blocks, root=StorageRoot(home.storage, staging=home.staging))
    output.record({"summary": {"objects": objects, "blocks": blocks}})
    output.say(f"索引已重建:{objects} 个对象,{blocks} 个数据块", f"index rebuilt: {objects} objects, {blocks} blocks")


ACTS = {
    "reindex": SubCommand(words=Words("由存储根重建数据块索引", "rebuild the block index from the storage root"), configure=no_options, run=_reindex),
    "publish": SubCommand(words=Words("把伙伴馆可见的载荷送进本馆的 kubo,不再可见的撤下", "send what partners may see into the home's kubo and take out what they may see no longer"), configure=_configure_numbers, run=_publish),
    "check": SubCommand(words=Words("核对 kubo 是否私有,并读回已发布的", "see whether kubo is private, and read back what was published"), configure=_configure_numbers, run=_check),
    "fetch": SubCommand(words=Words("从群里取伙伴馆的载荷", "a partner's payload out of the swarm"), configure=_configure_fetch, run=_fetch),
}
