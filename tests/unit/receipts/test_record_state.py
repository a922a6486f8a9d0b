"""Where the registry keeps a record's state and the governance: our figures against the artefact's storage layout."""

from __future__ import annotations

import json
from pathlib import Path

from contracts.records import RecordState
from node.receipts.folding import GOVERNANCE_SLOT
from node.receipts.record_state import RECORDS_SLOT, read_state, slot_of

ROOT = Path(__file__).parents[3]
LAYOUT = json.loads((ROOT / "contracts" / "artefact.json").read_text(encoding="utf-8"))["storage_layout"]
PLACES = {row["label"]: row for row in LAYOUT["storage"]}


def members(label: str) -> list[tuple[str, int, int, int]]:
    """Give (name, slot, offset, bytes) of a struct's members, by the label of its type."""
    struct = next(kind for kind in LAYOUT["types"].values() if kind["label"] == f"struct IResourceRegistry.{label}")
    types = LAYOUT["types"]
    return [
        (row["label"], int(row["slot"]), row["offset"], int(types[row["type"]]["numberOfBytes"]))
        for row in struct["members"]
    ]


def test_the_slots_are_the_artefacts() -> None:
    assert int(PLACES["_records"]["slot"]) == RECORDS_SLOT
    assert int(PLACES["_governance"]["slot"]) == GOVERNANCE_SLOT
    assert members("Governance")[0] == ("sequence", 0, 0, 8)


def test_a_state_is_read_as_it_is_packed() -> None:
    values = {"status": 2, "frozen": 1, "kind": 1, "version": 3, "height": 2**40, "time": 1_700_000_000}
    assert [(name, slot) for name, slot, _, _ in members("RecordState")] == [(name, 0) for name in values]
    word = sum(values[name] << 8 * offset for name, _, offset, _ in members("RecordState"))
    assert read_state(word) == RecordState(**values | {"frozen": True})


def test_numbers_have_their_own_slots() -> None:
    numbers = [f"14000001-2023-{serial:08}-A" for serial in range(50)]
    assert len({slot_of(number) for number in numbers}) == 50
