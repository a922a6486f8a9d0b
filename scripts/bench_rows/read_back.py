"""Read a file back by its CID, every block verified, to the standard output: read_back.py HOME CID."""

import sys
from pathlib import Path

from node.home import Home
from storage.blocks import BlockIndex
from storage.cid import Cid
from storage.durable import write_all

home = Home(Path(sys.argv[1]))
blocks = BlockIndex.open(home.blocks, root=home.storage, read_only=True)
for piece in blocks.cat(Cid.parse(sys.argv[2])):
    write_all(sys.stdout.fileno(), piece)
