"""CAR files at the command line: an IPFS archive unpacked into a folder or made of a payload, whole or not at all."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from storage.block_source import IndexBlocks
from storage.car_export import write_car
from storage.car_file import CarFile
from storage.cid import Cid
from storage.errors import UnknownBlock
from storage.unpack import unpack

if TYPE_CHECKING:
    from pathlib import Path

    from node.cli.output import Output
    from storage.blocks import BlockIndex


def unpack_car(path: Path, folder: Path, output: Output) -> None:
    """Unpack a CAR of one root into a new or empty folder, every block verified; no home is needed or changed."""
    with CarFile(path) as car:
        root = str(car.root)
        try:
            done = asyncio.run(unpack(car, car.root, folder, name=path.stem, judge=car.refuse_surplus))
        except UnknownBlock as error:
            error.file = str(path)
            raise
    output.record({"cid": root, "folder": str(folder), "files": done.files, "bytes": done.size})
    output.say(
        f"已解开 {done.files} 个文件到 {folder},逐块核对无误;CID {root}",
        f"{done.files} file(s) written to {folder}, every block checked; CID {root}",
    )


def export_car(index: BlockIndex, number: str, cid: bytes, file: Path, output: Output) -> None:
    """Write the blocks of a payload into a new CAR file."""
    source = IndexBlocks(index)
    root = Cid.from_binary(cid)
    try:
        blocks = asyncio.run(write_car(source, root, file))
    finally:
        source.close()
    output.record({"resource_id": number, "cid": str(root), "file": str(file), "blocks": blocks})
    output.record({"summary": {"exported": 1}})
    output.say(
        f"已导出 {blocks} 个数据块到 {file},逐块核对无误;CID {root}",
        f"{blocks} block(s) written to {file}, every block checked; CID {root}",
    )
