"""Write a payload as a CAR file, durable: write_car.py HOME CID FILE."""

import asyncio
import sys
from pathlib import Path

from node.home import Home
from storage.block_source import IndexBlocks
from storage.blocks import BlockIndex
from storage.car_export import write_car
from storage.cid import Cid

home = Home(Path(sys.argv[1]))
blocks = BlockIndex.open(home.blocks, root=home.storage, read_only=True)
source = IndexBlocks(blocks)
asyncio.run(write_car(source, Cid.parse(sys.argv[2]), Path(sys.argv[3])))
source.close()
