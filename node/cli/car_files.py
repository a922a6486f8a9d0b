"""CAR files at the command line: an IPFS archive unpacked into a folder, the whole of it or nothing."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from storage.car_file import CarFile
from storage.errors import UnknownBlock
from storage.unpack import unpack

if TYPE_CHECKING:
    from pathlib import Path

    from node.cli.output import Output


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
