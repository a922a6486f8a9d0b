"""What readers and starts ask of the journal takes as many steps of SQLite's machine with much held as with little."""

from __future__ import annotations

import hashlib
import sqlite3
from typing import TYPE_CHECKING

import pytest

from storage.acts import AttemptRow
from storage.journal import Journal
from storage.matters import Code
from storage.resources import ResourceRow
from storage.units import UnitBatchRow

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LITTLE, MUCH = 20, 1000
SENDER = b"s" * 20
MIDDLE = "N000010"
ASKED: dict[str, Callable[[Journal], object]] = {
    "a resource by number": lambda journal: journal.resources.by_number(MIDDLE),
    "a resource by digest": lambda journal: journal.resources.by_content_digest(_digest(MIDDLE)),
    "its versions and matters": lambda journal: (journal.resources.versions(MIDDLE), journal.matters.of(MIDDLE)),
    "how many units it has": lambda journal: journal.units.of_resource(MIDDLE),
    "a page": lambda journal: journal.resources.page(after=MIDDLE, limit=5),
    "how many resources": lambda journal: journal.resources.count(),
    "what is under way": lambda journal: (list(journal.matters.at("stored", "submitted")), journal.matters.counts()),
    "what may be sent": lambda journal: journal.matters.ready(Code.REGISTER, 50, approved=True),
    "what was approved too long ago": lambda journal: journal.matters.expired(10**12),
    "lists that a crash left": lambda journal: journal.units.unplaced(),
    "open acts": lambda journal: journal.acts.open(),
    "an act and its attempts": lambda journal: (journal.acts.get(7), journal.acts.attempts(7)),
    "the newest attempts": lambda journal: journal.acts.recent_attempts(SENDER, most=5),
    "the act at a height": lambda journal: journal.acts.at_height(5, after=0),
    "the highest act": lambda journal: journal.acts.highest(after=0),
    "a unit and its batch": lambda journal: (journal.units.unit(MIDDLE, "u"), journal.units.batch(3)),
}


@pytest.fixture(scope="module")
def journals(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("journals")
    _fill(folder / "little.db", LITTLE)
    _fill(folder / "much.db", MUCH)
    return folder / "little.db", folder / "much.db"


@pytest.mark.parametrize("asked", ASKED)
def test_asking_takes_no_more_steps_when_much_is_held(journals: tuple[Path, Path], asked: str) -> None:
    little, much = (_steps(path, ASKED[asked]) for path in journals)
    assert much <= 1.2 * little + 20


def test_answers_are_what_a_walk_would_give(journals: tuple[Path, Path]) -> None:
    much = Journal.open(journals[1], read_only=True)
    assert much.resources.count() == MUCH
    assert much.units.of_resource(MIDDLE) == 1
    assert much.acts.at_height(5, after=0) == _digest("act 5")
    assert much.acts.at_height(5, after=5) is None
    assert much.acts.highest(after=0) == _digest(f"act {MUCH}")
    assert much.acts.highest(after=MUCH) is None
    much.close()


def _fill(path: Path, count: int) -> None:
    """Make a journal of so many resources, each with an act, an attempt, a batch and a unit, all final."""
    journal = Journal.found(path)
    with journal.transaction():
        for place in range(1, count + 1):
            number = f"N{place:06}"
            act = journal.acts.plan(kind="register", subject=number, sender=SENDER, calldata=b"c" * 500)
            tx_hash = _digest(f"act {act}")
            journal.acts.sign(AttemptRow(tx_hash=tx_hash, act=act, nonce=act, raw=b"r" * 500, created=act))
            journal.acts.confirm(act, tx_hash=tx_hash, height=act, time=act)
            journal.resources.insert(_resource(number, _final(journal, Code.REGISTER, number, act)))
            journal.units.insert_batch(_batch(place, _final(journal, Code.COMMIT_UNITS, f"units-{place}", act)))
            journal.units.insert_units([(number, "u", bytes(32), place, 0)])
    journal.close()


def _final(journal: Journal, code: Code, subject: str, act: int) -> int:
    matter = journal.matters.add(code=code, subject=subject, version=1, stage="numbered", created=1)
    journal.matters.assign([matter], act)
    journal.matters.confirm([(matter, 0)])
    return matter


def _resource(number: str, matter: int) -> ResourceRow:
    return ResourceRow(
        number=number, client_key=number, source_path="/x", kind=1, content_digest=_digest(number), cid=_digest(number),
        size=3, files=1, metadata=b"{}", metadata_digest=bytes(32), title=number, client_ref="", period=2023, version=1,
        stage="numbered", created=1, matter=matter,
    )  # fmt: skip


def _batch(place: int, matter: int) -> UnitBatchRow:
    return UnitBatchRow(
        id=place, root=bytes(32), list_digest=_digest(f"list {place}"), cid=b"", object_id=f"units-{place}", claimed=1,
        period=2023, programme="", lot="", id_field="unit_id", source_path="/u", stage="numbered", created=1,
        matter=matter,
    )  # fmt: skip


def _digest(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()


def _steps(path: Path, ask: Callable[[Journal], object]) -> int:
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    connection.set_progress_handler(count, 1)
    try:
        ask(Journal(connection))
    finally:
        connection.close()
    return steps
