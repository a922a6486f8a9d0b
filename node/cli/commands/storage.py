"""zhicang storage: the block index rebuilt; payloads into the private IPFS swarm, and partners' payloads out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.cli.parser import chooser, given_path
from node.cli.session import home_of

if TYPE_CHECKING:
    import argparse

    from node.cli.output import Output

_ACTS = ("reindex", "publish", "check", "fetch")


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the options."""
    say = chooser(language)
    parser.add_argument("act", choices=_ACTS, help=say("见下面的用法", "see the usages below"))
    parser.add_argument("names", nargs="*", metavar="NAME", help=say("publish、check:登记号;fetch:凭证文件或 CID", "publish, check: registration numbers; fetch: a receipt's file or a CID"))
    parser.add_argument("--all", action="store_true", help=say("publish、check:全部资源", "publish, check: all resources"))
    parser.add_argument("-o", "--output", type=given_path, metavar="DIR", help=say("fetch:写到哪里(新建或空目录)", "fetch: where to write (a new or empty folder)"))
    parser.add_argument("--anchor", type=given_path, metavar="FILE", help=say("fetch:核验凭证的信任锚(缺省为节点目录里的)", "fetch: the trust anchor for the receipt (default: the home's)"))


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Do what was asked."""
    if arguments.act == "reindex":
        _reindex(arguments, output)
        return
    from node.cli import publishing

    {"publish": publishing.publish, "check": publishing.check, "fetch": publishing.fetch}[arguments.act](arguments, output)


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
