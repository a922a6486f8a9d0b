"""Backups: whole or not at all, consistent while acts go on, and never the beginning of another history."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from typing import TYPE_CHECKING, Any

import pytest
from fault_place import BOOK, Place, acknowledgements
from judges import judge, numbers_on_chain
from test_door import serving

if TYPE_CHECKING:
    from pathlib import Path

YEAR = ("--period", "2023", "--json")


def lines(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    assert done.returncode == 0, done.stdout + done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def elsewhere(place: Place, name: str) -> Place:
    """Give a machine of its own: other state, so no watermark, and the home that is called `home` there."""
    folder = place.folder / name
    folder.mkdir(exist_ok=True)
    for file in ("passphrase", "one.txt", "again.txt"):
        shutil.copy(place.folder / file, folder / file)
    return Place(folder)


def test_a_backup_checks_by_sha256sum_and_becomes_a_home_that_must_be_confirmed(place: Place) -> None:
    first = acknowledgements(place.run("register", "scans", *YEAR).stdout)
    made = lines(place.run("backup", "copy", "--json"))[0]
    assert (made["resources"], made["damaged"]) == (2, [])
    copy = place.folder / "copy"
    checked = subprocess.run(["sha256sum", "-c", "--quiet", "manifest-sha256.txt"], cwd=copy, check=False)
    assert checked.returncode == 0
    assert not {"lock", "socket", "key-recovery-sheet.txt", "staging"} & {path.name for path in copy.iterdir()}
    machine = elsewhere(place, "machine")
    restored = lines(machine.run("restore", str(copy), "--json"))[0]
    assert restored["block_hash"] == made["block_hash"]
    assert machine.run("show", first[0]["resource_id"]).returncode == 0
    assert machine.run("audit").returncode == 0
    for writer in (("register", "one.txt"), ("serve", "--port", "0")):
        refused = machine.run(*writer)
        assert (refused.returncode, "read-only" in refused.stderr) == (3, True), refused.stderr
    assert machine.run("restore", "--head", "11" * 32).returncode == 1
    assert machine.run("register", "one.txt").returncode == 3
    assert lines(machine.run("restore", "--head", made["block_hash"], "--json"))[-1] == {
        "summary": {"restored": 0, "confirmed": 1}
    }
    second = acknowledgements(machine.run("register", "one.txt", *YEAR).stdout)
    judge(machine.home, [*first, *second])
    assert machine.run("audit").returncode == 0


def test_yesterdays_copy_is_recognised_by_a_newer_receipt_and_by_the_watermark(place: Place) -> None:
    old = lines(place.run("backup", "copy", "--json"))[0]
    number = acknowledgements(place.run("register", "scans", *YEAR).stdout)[0]["resource_id"]
    place.run("receipt", number, "-o", "newest.json")
    shutil.rmtree(place.home)
    lines(place.run("restore", "copy", "--json"))
    doubtful = place.run("restore", "--receipt", "newest.json", "--json")
    assert doubtful.returncode == 1
    assert "older copy" in json.loads(doubtful.stdout.splitlines()[0])["error"]["message"]
    assert place.run("register", "one.txt").returncode == 3
    # whoever claims an old header to be the newest is stopped by what this machine has sealed itself
    lines(place.run("restore", "--head", old["block_hash"], "--json"))
    refused = place.run("register", "one.txt")
    assert (refused.returncode, "older copy" in refused.stderr) == (3, True)
    assert len(numbers_on_chain(place.home)) == 1


def test_a_receipt_older_than_the_backup_is_said_to_be(place: Place) -> None:
    place.run("receipt", BOOK, "-o", "book.json")
    place.run("register", "one.txt", *YEAR)
    made = lines(place.run("backup", "copy", "--json"))[0]
    machine = elsewhere(place, "machine")
    claimed = machine.run("restore", str(place.folder / "copy"), "--receipt", str(place.folder / "book.json"), "--json")
    assert "before the backup's" in claimed.stderr
    confirmed = next(line for line in lines(claimed) if "confirmed" in line)
    assert confirmed["known_height"] < confirmed["height"] == made["height"]


@pytest.mark.parametrize("step", ["numbered", "stored", "signed", "sent", "proved"])
def test_a_backup_of_what_a_crash_left_is_finished_where_it_is_restored(place: Place, step: str) -> None:
    assert place.run("register", "one.txt", *YEAR, die_at=step).returncode == -9
    made = lines(place.run("backup", "copy", "--json"))[0]
    machine = elsewhere(place, "machine")
    lines(machine.run("restore", str(place.folder / "copy"), "--head", made["block_hash"], "--json"))
    done = machine.run("register", str(place.folder / "one.txt"), *YEAR)
    assert done.returncode == 0, done.stdout
    assert len(numbers_on_chain(machine.home)) == 2
    assert machine.run("audit").returncode == 0


def test_backups_made_while_acts_go_on_agree_with_themselves(place: Place) -> None:
    for at in range(30):
        (place.folder / f"file{at}.txt").write_text(f"{at}\n")
    with serving(place):
        client = subprocess.Popen(
            ["sh", "-c", 'for f in file*.txt; do "$@" register "$f" --period 2023 --json || exit 1; done', "sh",
             *place.command()], env=place.environment, cwd=place.folder, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        made = [lines(place.run("backup", f"copy{at}", "--json"))[0] for at in range(3)]
        out, _ = client.communicate(timeout=180)
        assert client.returncode == 0
        acknowledged = acknowledgements(out)
    assert len(acknowledged) == 30
    for at, one in enumerate(made):
        machine = elsewhere(place, f"machine{at}")
        copy = str(place.folder / f"copy{at}")
        lines(machine.run("restore", copy, "--head", one["block_hash"], "--json"))
        audit = machine.run("audit")
        assert audit.returncode == 0, audit.stdout
        assert len(numbers_on_chain(machine.home)) == one["resources"]


def test_a_killed_backup_or_restore_leaves_nothing_of_the_name_and_the_next_one_clears_it(place: Place) -> None:
    (place.folder / "large.bin").write_bytes(bytes(80_000_000))
    place.run("register", "large.bin", *YEAR)
    killed_with_part(place, "backup", "copy", part=".copy.backup-*/storage")
    assert not (place.folder / "copy").exists()
    lines(place.run("backup", "copy", "--json"))
    assert not list(place.folder.glob(".copy.*"))
    machine = elsewhere(place, "machine")
    killed_with_part(machine, "restore", str(place.folder / "copy"), part=".home.restoring-*/storage")
    assert not machine.home.exists()
    lines(machine.run("restore", str(place.folder / "copy"), "--json"))
    assert not list(machine.folder.glob(".home.*"))


def killed_with_part(place: Place, *arguments: str, part: str) -> None:
    process = place.start(*arguments)
    while not list(place.folder.glob(part)):
        assert process.poll() is None, process.communicate()
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.communicate()


@pytest.mark.parametrize("damage", ["byte", "missing", "surplus", "manifest", "summary", "escape"])
def test_a_damaged_backup_is_refused_by_file_and_makes_no_home(place: Place, damage: str) -> None:
    lines(place.run("backup", "copy", "--json"))
    copy = place.folder / "copy"
    spoil(copy, damage)
    machine = elsewhere(place, "machine")
    done = machine.run("restore", str(copy))
    assert done.returncode == 1, done.stdout + done.stderr
    assert not machine.home.exists()


def spoil(copy: Path, damage: str) -> None:
    payload = next(path for path in copy.rglob("book.txt"))
    if damage == "byte":
        payload.write_text("彐\n")
    elif damage == "missing":
        payload.unlink()
    elif damage == "surplus":
        (copy / "more.txt").touch()
    elif damage == "summary":
        (copy / "backup.json").write_text("{}")
    else:
        manifest = copy / "manifest-sha256.txt"
        manifest.write_text(manifest.read_text() + "00" * 32 + "  ../../escaped\n")
        if damage == "escape":
            import hashlib

            summary = json.loads((copy / "backup.json").read_text())
            summary["manifest"] = hashlib.sha256(manifest.read_bytes()).hexdigest()
            (copy / "backup.json").write_text(json.dumps(summary))


def test_a_payload_that_is_damaged_at_home_is_backed_up_and_named(place: Place) -> None:
    payload = next(path for path in place.home.rglob("book.txt"))
    payload.chmod(0o644)
    payload.write_text("彐\n")
    done = place.run("backup", "copy", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout.splitlines()[0])["damaged"] == ["14000001-2022-00000001-G"]
    assert (place.folder / "copy" / "backup.json").exists()


def test_where_a_backup_or_a_home_may_not_be_is_said(place: Place) -> None:
    (place.folder / "taken").mkdir()
    (place.folder / "taken" / "file").touch()
    for words in (("backup", "home/copy"), ("backup", "."), ("backup", "taken"), ("restore", "taken"), ("restore",)):
        assert place.run(*words).returncode == 2, words
    lines(place.run("backup", "copy", "--json"))
    assert place.run("restore", "copy").returncode == 2
    assert place.run("restore", "--head", "xyz").returncode == 2
