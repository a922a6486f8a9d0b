from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from storage.acts import AttemptRow
from storage.errors import RootMissing
from storage.journal import Journal
from storage.matters import ApprovalRow, Code
from storage.resources import ResourceRow
from storage.units import UnitBatchRow

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def resource(number: str, **changes: object) -> ResourceRow:
    values: dict[str, object] = {
        "number": number, "client_key": f"key {number}", "source_path": "/x", "kind": 1, "content_digest": b"c" * 32,
        "cid": b"i" * 36, "size": 3, "files": 1, "metadata": b"{}", "metadata_digest": b"m" * 32, "title": "甲",
        "client_ref": "", "period": 2023, "version": 1, "stage": "numbered", "created": 1,
    }  # fmt: skip
    return ResourceRow(**(values | changes))  # type: ignore[arg-type]


def enter(journal: Journal, number: str, **changes: object) -> int:
    """Add a resource with its matter; give the matter's id."""
    matter = journal.matters.add(code=Code.REGISTER, subject=number, version=1, stage="numbered", created=1)
    journal.resources.insert(resource(number, matter=matter, **changes))
    return matter


def enter_batch(journal: Journal, number: int) -> int:
    matter = journal.matters.add(code=Code.COMMIT_UNITS, subject="u", version=0, stage="numbered", created=1)
    journal.units.insert_batch(batch(number, matter=matter))
    return matter


def batch(number: int, **changes: object) -> UnitBatchRow:
    values: dict[str, object] = {
        "id": number, "root": bytes(32), "list_digest": number.to_bytes(32, "big"), "cid": b"", "object_id": "u",
        "claimed": 2, "period": 2023, "programme": "", "lot": "", "id_field": "unit_id", "source_path": "/u",
        "stage": "numbered", "act": None, "log_index": None, "created": 1,
    }  # fmt: skip
    return UnitBatchRow(**(values | changes))  # type: ignore[arg-type]


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = Journal.found(tmp_path / "journal.db")
    yield journal
    journal.close()


def test_a_serial_is_drawn_once_in_each_period(journal: Journal) -> None:
    assert [journal.resources.next_serial(2023) for _ in range(3)] == [1, 2, 3]
    assert journal.resources.next_serial(2024) == 1


def test_a_failed_transaction_leaves_nothing(journal: Journal) -> None:
    with pytest.raises(ZeroDivisionError), journal.transaction():  # noqa: PT012 - the act and its failure
        enter(journal, "A")
        raise ZeroDivisionError
    assert journal.resources.count() == 0


def test_a_resource_goes_from_numbered_to_confirmed(journal: Journal) -> None:
    with journal.transaction():
        matters = [enter(journal, "A"), enter(journal, "B")]
    assert journal.matters.ready(Code.REGISTER, 10, approved=True) == []
    journal.matters.mark_stored(matters, "stored")
    assert [row.subject for row in journal.matters.ready(Code.REGISTER, 10, approved=False)] == ["A", "B"]
    act = journal.acts.plan(kind="registerMany", subject="A, B", sender=b"s" * 20, calldata=b"d")
    journal.matters.assign(matters, act)
    assert journal.matters.ready(Code.REGISTER, 10, approved=False) == []
    journal.matters.confirm([(matters[0], 0)])
    journal.matters.move(matters[1:], "returned", time=5, note="refused")
    assert [row.subject for row in journal.matters.at("returned")] == ["B"]
    assert journal.matters.ready(Code.REGISTER, 10, approved=True) == []
    assert [row.stage for row in journal.resources.by_act(act)] == ["confirmed"]
    assert [row.number for row in journal.resources.page(after="A", limit=5)] == ["B"]
    assert len(journal.resources.by_content_digest(b"c" * 32)) == 2


def test_the_same_client_key_is_refused(journal: Journal) -> None:
    enter(journal, "A")
    with pytest.raises(sqlite3.IntegrityError):
        enter(journal, "B", client_key="key A")


def test_an_approval_lasts_until_the_matter_moves(journal: Journal) -> None:
    matter = enter(journal, "A")
    journal.matters.mark_stored([matter], "submitted")
    approval = ApprovalRow(
        matter=matter, content=b"c" * 32, expires=100, r=b"r" * 32, vs=b"v" * 32, reviewer=b"w" * 20, created=7
    )
    journal.matters.approve(approval)
    assert journal.matters.approval(matter) == approval
    assert [row.id for row in journal.matters.ready(Code.REGISTER, 5, approved=True)] == [matter]
    assert journal.matters.ready(Code.REGISTER, 5, approved=False) == []
    assert journal.matters.expired(99) == []
    assert [row.id for row in journal.matters.expired(100)] == [matter]
    journal.matters.move([matter], "draft", time=8, note="edited")
    assert journal.matters.approval(matter) is None
    assert [(step.stage, step.note) for step in journal.matters.steps(matter)] == [
        ("approved", "0x" + "77" * 20),
        ("draft", "edited"),
    ]


def test_a_resource_shows_the_version_that_counts(journal: Journal) -> None:
    enter(journal, "A")
    matter = journal.matters.add(code=Code.AMEND, subject="A", version=2, stage="draft", created=2, reason=1)
    journal.resources.insert_version(resource("A", version=2, title="乙", metadata_at=2, matter=matter))
    shown = journal.resources.by_number("A")
    assert shown is not None
    assert (shown.title, shown.version, shown.stage) == ("甲", 1, "numbered")
    journal.resources.make_current("A", 2, "key A")
    shown = journal.resources.by_number("A")
    assert shown is not None
    assert (shown.title, shown.version, shown.stage, shown.payload_id) == ("乙", 2, "draft", "A")
    assert [row.version for row in journal.resources.versions("A")] == [1, 2]
    assert [row.number for row in journal.resources.by_content_digest(b"c" * 32)] == ["A"]


def test_a_journal_of_another_format_is_refused(journal: Journal, tmp_path: Path) -> None:
    journal.remember("format", "1")
    with pytest.raises(RootMissing, match="format 1"):
        Journal.open(tmp_path / "journal.db")


def test_every_attempt_at_an_act_is_kept(journal: Journal) -> None:
    act = journal.acts.plan(kind="register", subject="A", sender=b"s" * 20, calldata=b"d")
    for nonce in (4, 7):
        tx_hash = bytes([nonce]) * 32
        journal.acts.sign(AttemptRow(tx_hash=tx_hash, act=act, nonce=nonce, raw=b"raw", created=nonce))
    assert [row.nonce for row in journal.acts.open()] == [7]
    journal.acts.confirm(act, tx_hash=b"\x07" * 32, height=3, time=9)
    assert journal.acts.open() == []
    assert [attempt.nonce for attempt in journal.acts.attempts(act)] == [4, 7]
    found = journal.acts.by_tx_hash(b"\x07" * 32)
    assert found is not None
    assert (found.height, found.time, found.stage) == (3, 9, "confirmed")


def test_a_batch_that_was_never_stored_is_forgotten_with_its_units(journal: Journal) -> None:
    with journal.transaction():
        journal.units.insert_units([("R", "1", b"d", 1, 0), ("R", "2", b"d", 1, 1)])
        matter = enter_batch(journal, 1)
    assert [row.id for row in journal.units.unplaced()] == [1]
    journal.units.forget(1)
    journal.matters.forget(matter)
    assert journal.units.of_resource("R") == 0
    assert journal.units.next_batch() == 1
    assert journal.matters.get(matter) is None


def test_a_savepoint_undoes_its_part_alone(journal: Journal) -> None:
    with journal.transaction():
        enter_batch(journal, 1)
        journal.units.insert_units([("R", "1", b"d", 1, 0)])
        with pytest.raises(sqlite3.IntegrityError), journal.savepoint():
            journal.units.insert_units([("R", "2", b"d", 1, 1), ("R", "1", b"e", 1, 2)])
    assert journal.units.of_resource("R") == 1


def test_a_reader_beside_the_writer_cannot_write(journal: Journal, tmp_path: Path) -> None:
    enter(journal, "A")
    reader = Journal.open(tmp_path / "journal.db", read_only=True)
    assert reader.resources.count() == 1
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        enter(reader, "B")
    reader.close()


@pytest.mark.parametrize("read_only", [True, False])
@pytest.mark.parametrize("content", [b"\xa5" * 5000, b""])
def test_a_damaged_journal_is_said_to_be_damaged(tmp_path: Path, content: bytes, *, read_only: bool) -> None:
    path = tmp_path / "journal.db"
    Journal.found(path).close()
    path.write_bytes(content + path.read_bytes()[len(content) :] if content else b"")
    with pytest.raises(RootMissing) as caught:
        Journal.open(path, read_only=read_only)
    assert caught.value.exit_code == 3
    assert caught.value.file == str(path)
    assert "损坏" in caught.value.words.zh
    assert caught.value.mend is not None
    assert "restore" in caught.value.mend.en


def test_what_was_final_on_an_earlier_chain_goes_again_in_its_order(journal: Journal) -> None:
    first, other = enter(journal, "A"), enter(journal, "B")
    second = journal.matters.add(code=Code.WITHDRAW, subject="A", version=1, stage="stored", created=1)
    for matter in (other, first, second):  # the order of that chain, not of the ids
        act = journal.acts.plan(kind="register", subject="x", sender=b"s" * 20, calldata=b"d%d" % matter)
        journal.matters.assign([matter], act)
        journal.matters.confirm([(matter, 0)])
    assert [row.id for row in journal.earlier_matters.keep()] == [other, first, second]
    journal.matters.move([first, other, second], "stored", time=5)
    assert journal.matters.ready(Code.REGISTER, 5, approved=True) == []
    assert [row.id for row in journal.earlier_matters.ready(approved=False)] == [other, first, second]
    journal.matters.move([first], "submitted", time=6)
    assert [row.id for row in journal.earlier_matters.ready(approved=True)] == [other]
    journal.matters.assign([first], 3)
    assert [row.id for row in journal.earlier_matters.ready(approved=True)] == [other, second]
    journal.matters.confirm([(each, 1) for each in (first, other, second)])
    assert journal.earlier_matters.ready(approved=True) == []
    assert journal.earlier_matters.place(first) == (2, 0)
    assert [row.id for row in journal.earlier_matters.by_act(2)] == [first]
