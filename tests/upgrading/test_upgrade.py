"""A home as an earlier version wrote it is upgraded, whenever it is killed, and audits; a newer one is refused."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from node.home import Home
from node.upgrading import upgrade_home
from storage.errors import RootMissing
from storage.journal import Journal
from storage.journal_schema import FORMAT
from storage.journal_steps import STEPS, format_of, upgrade_journal

ROOT, HOMES = Path(__file__).parents[2], Path(__file__).with_name("homes")


class Killed(BaseException):
    """As a kill: nothing of ours runs behind it."""


@pytest.fixture(params=["journal-2", "journal-3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    with tarfile.open(HOMES / f"{request.param}.tar.xz") as archive:
        archive.extractall(tmp_path, filter="data")
    (tmp_path / "passphrase").write_bytes(b"a passphrase for tests\n")
    return tmp_path


def run(place: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(place), "XDG_STATE_HOME": str(place / "state"),
        "XDG_RUNTIME_DIR": str(place), "PYTHONPATH": str(ROOT), "LC_ALL": "en_US.UTF-8",
        "ZHICANG_PASSPHRASE_FILE": str(place / "passphrase"),
    }  # fmt: skip
    command = [sys.executable, "-m", "node.cli", "--home", str(place / "home"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)


def test_an_old_home_is_refused_then_upgraded_audited_and_written_to(place: Path) -> None:
    old = format_of(place / "home" / "journal.db")
    refused = run(place, "list")
    assert (refused.returncode, "zhicang upgrade" in refused.stderr) == (3, True)
    done = run(place, "upgrade")
    assert done.returncode == 0, done.stdout + done.stderr
    [kept] = (place / "home" / "before-upgrade").iterdir()
    assert (format_of(kept), kept.name.startswith(f"journal-{old}-")) == (old, True)
    again = run(place, "upgrade")
    assert again.returncode == 0, again.stdout + again.stderr
    (place / "new.txt").write_text("新\n")
    written = run(place, "register", str(place / "new.txt"), "--period", "2023", "--type", "text")
    assert written.returncode == 0, written.stdout + written.stderr


def test_who_goes_back_works_on_and_upgrades_again_keeps_both(place: Path) -> None:
    home = Home(place / "home")
    first = upgrade_home(home).kept
    assert first is not None
    before = first.file.read_bytes()
    home.journal.write_bytes(before)
    assert upgrade_home(home).kept == first
    home.journal.write_bytes(before)
    connection = sqlite3.connect(home.journal)
    connection.execute("INSERT INTO meta VALUES ('worked', 'on')")
    connection.commit()
    connection.close()
    second = upgrade_home(home).kept
    assert second is not None
    assert (second.file != first.file, first.file.read_bytes()) == (True, before)
    for kept in (first, second):
        assert hashlib.sha256(kept.file.read_bytes()).digest() == kept.sha256
    assert b"worked" in second.file.read_bytes()


def test_a_kill_at_every_statement_leaves_one_format_or_the_next(place: Path) -> None:
    journal = place / "home" / "journal.db"
    steps = {old: step for old, step in STEPS.items() if old >= format_of(journal)}
    points = [f"{old}.{one}" for old, step in steps.items() for one in (*range(len(step)), "commit")]
    for point in points:

        def crash(name: str, point: str = point) -> None:
            if name == point:
                raise Killed

        with pytest.raises(Killed):
            upgrade_journal(journal, crash_point=crash)
        assert format_of(journal) == int(point.partition(".")[0])
    upgrade_journal(journal)
    upgrade_journal(journal)
    assert format_of(journal) == FORMAT
    Journal.found(place / "fresh.db").close()
    assert columns_of(journal) == columns_of(place / "fresh.db")


def columns_of(path: Path) -> dict[str, set[tuple[str, ...]]]:
    connection = sqlite3.connect(path)
    try:
        names = connection.execute("SELECT name, tbl_name, type FROM sqlite_master WHERE name NOT LIKE 'sqlite%'")
        return {
            f"{kind} {name} of {table}": {
                (row[1], str(row[2]), str(row[3]), str(row[5]))
                for row in connection.execute(f"PRAGMA table_info({name})")
            }
            for name, table, kind in names.fetchall()
        }
    finally:
        connection.close()


def test_a_newer_journal_is_refused_with_words(place: Path) -> None:
    journal = place / "home" / "journal.db"
    connection = sqlite3.connect(journal)
    connection.execute("UPDATE meta SET value = '99' WHERE key = 'format'")
    connection.commit()
    connection.close()
    with pytest.raises(RootMissing) as caught:
        Journal.open(journal)
    assert caught.value.mend is not None
    assert "newer version" in caught.value.mend.en
    assert run(place, "upgrade").returncode == 3


def test_what_was_there_before_the_upgrade_is_counted(place: Path) -> None:
    journal = place / "home" / "journal.db"
    upgrade_journal(journal)
    opened = Journal.open(journal)
    rows = list(opened.resources.all())
    assert opened.resources.count() == len(rows) == 4
    assert sorted(opened.units.of_resource(row.number) for row in rows) == [0, 0, 0, 6]
    batch = next(opened.units.batches())
    with opened.transaction():
        opened.units.forget(batch.id)
    assert [opened.units.of_resource(row.number) for row in rows] == [0] * 4
    opened.close()
