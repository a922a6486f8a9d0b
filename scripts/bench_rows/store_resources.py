"""Store each file of a folder as a resource, numbered in the journal, not sent: store_resources.py HOME FOLDER."""

import sys
import time
from pathlib import Path

from node.home import Home
from node.records.metadata import Metadata
from node.registrar.outcome import Refused
from node.registrar.request import RegisterRequest
from node.registrar.store import Store
from node.settings import read_settings
from node.wiring import new_salt, no_crash
from storage.blocks import BlockIndex
from storage.journal import Journal
from storage.root import StorageRoot

home, folder = Home(Path(sys.argv[1])), Path(sys.argv[2])
store = Store(
    institution="14000001",
    root=StorageRoot(home.storage, staging=home.staging, sm3=read_settings(home.settings).profile == "cn"),
    blocks=BlockIndex.open(home.blocks, root=home.storage),
    journal=Journal.open(home.journal),
    clock=time.time,
    salt=new_salt,
    crash_point=no_crash,
)
sources = sorted(folder.iterdir())
requests = (RegisterRequest(source=source, metadata=Metadata(title=source.name, period=2026)) for source in sources)
outcomes = list(store.run(requests, stage="stored"))
if len(outcomes) != len(sources) or any(isinstance(outcome, Refused) for outcome in outcomes):
    sys.exit("not every file was stored")
