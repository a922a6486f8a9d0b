"""zhicang storage reindex: rebuild the block index from the storage root."""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.cli.parser import chooser
from node.cli.session import home_of
from storage.blocks import BlockIndex
from storage.root import StorageRoot

if TYPE_CHECKING:
    import argparse

    from node.cli.output import Output


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the options."""
    parser.add_argument("act", choices=["reindex"], help=chooser(language)("由存储根重建数据块索引", "rebuild the block index"))


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Rebuild the index; the old one serves until the new one is whole."""
    home = home_of(arguments)
    home.identity()
    with home.locked():
        objects, blocks = BlockIndex.reindex(home.blocks, root=StorageRoot(home.storage, staging=home.staging))
    output.record({"summary": {"objects": objects, "blocks": blocks}})
    output.say(f"索引已重建:{objects} 个对象,{blocks} 个数据块", f"index rebuilt: {objects} objects, {blocks} blocks")
