"""Store one payload with the storage's own calls, without journal or chain: store_payload.py HOME FILE."""

import sys
from pathlib import Path

from node.home import Home
from node.settings import read_settings
from storage.blocks import BlockIndex
from storage.root import StorageRoot

home, source = Home(Path(sys.argv[1])), Path(sys.argv[2])
with_sm3 = read_settings(home.settings).profile == "cn"
root = StorageRoot(home.storage, staging=home.staging, sm3=with_sm3)
blocks = BlockIndex.open(home.blocks, root=home.storage)
staged = root.stage(source)
root.place(staged, "14000001-2026-00000001-3", metadata=b"{}")
root.sync()
blocks.add_many([(staged, "14000001-2026-00000001-3")])
blocks.close()
