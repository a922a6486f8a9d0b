"""CAR files at the command line: an IPFS archive unpacked into a folder or made of a payload, whole or not at all."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from node.errors import BadInput, Words
from node.listing.rows import status
from node.records.beijing import day_of
from node.visibility.rule import Caller, hidden_because
from node.visibility.sight import Sight
from storage.block_source import IndexBlocks
from storage.car_export import write_car
from storage.car_file import CarFile
from storage.cid import Cid
from storage.errors import UnknownBlock
from storage.unpack import unpack

if TYPE_CHECKING:
    from pathlib import Path

    from node.cli.output import Output
    from node.runtime import Reading
    from storage.resources import ResourceRow


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


def export_car(node: Reading, row: ResourceRow, file: Path, caller: Caller, output: Output) -> None:
    """Write the blocks of a payload into a new CAR file; raise BadInput where the caller whom it is for may not see it."""
    today = day_of(time.time())
    if (why := hidden_because(row, caller, today)) is not None:
        mend = Words("自己留用请加 --for own", "for yourself add --for own")
        if caller is Caller.PUBLIC and hidden_because(row, Caller.PARTNER, today) is None:
            mend = Words("伙伴馆可以看:给它用请加 --for partner", "partners may see it: for one add --for partner")
        zh, en = f"{row.number} 不对外提供:{why.zh}", f"{row.number} is not given out: {why.en}"
        raise BadInput(zh, en, mend=mend, field="for")
    source = IndexBlocks(node.blocks, seen=Sight(node.journal, caller, clock=time.time).payload)
    number, root = row.number, Cid.from_binary(row.cid)
    try:
        blocks = asyncio.run(write_car(source, root, file))
    finally:
        source.close()
    output.record({"resource_id": number, "cid": str(root), "file": str(file), "blocks": blocks, "status": status(row), "frozen": bool(row.frozen)})
    output.record({"summary": {"exported": 1}})
    output.say(
        f"已导出 {blocks} 个数据块到 {file},逐块核对无误;CID {root}",
        f"{blocks} block(s) written to {file}, every block checked; CID {root}",
    )
