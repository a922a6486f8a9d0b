"""The demonstration's tour: the collection registered, its receipt taken, and verified offline, once rightly and once not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.demo.lists import PAGES_FOLDER
from node.errors import OwnFault
from node.importers.description_list import read_list
from node.offline import read_subject
from node.receipt_desk import receipt_for
from node.receipts.receipt import Receipt
from node.receipts.verify import verify
from node.records.metadata import Metadata
from node.registrar.outcome import Registered
from node.registrar.registrar import CommittedUnits
from node.registrar.request import RegisterRequest
from node.registrar.unit_file import UnitRequest
from node.runtime import open_for_reading, open_for_writing, trust_anchor
from storage.durable import write_durably

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from node.cli.output import Output
    from node.demo.collection import Collection
    from node.home import Home

DEMO_CODE = "DEMO0001"
DEMO_PERIOD = 2023
SHOWN_PAGE = "p003.tif"
