"""The fixity check over a home: shares of a cycle, what a kill leaves, and files that hands have touched."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from node.auditor import fixity
from node.auditor.fixity import FixityRun
from node.runtime import open_for_reading
from storage.errors import Damaged
from storage.fixity_log import FixityLog
from storage.pace import Pace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from node.auditor.finding import Finding
    from node.home import Home

DAY = 86_400
TREE = "14000001-2023-00000002-"
OBJECTS = 4


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 20_000 * DAY + 7.5

    def __call__(self) -> float:
        return self.now


def run(home: Home, *, days: int = 0, clock: Callable[[], float] = time.time) -> tuple[FixityRun, list[Finding]]:
    with open_for_reading(home) as node, closing(FixityLog(home.fixity, clock=clock)) as log:
        one = FixityRun(node, log, days=days, pace=Pace(0))
        found = list(one.findings(lambda _: None))
    for finding in found:
        zh, en = finding.to_json("zh"), finding.to_json("en")
        assert not re.search("[\u4e00-\u9fff]", json.dumps(en, ensure_ascii=False)), en
        assert re.search("[\u4e00-\u9fff]", zh["found"] + zh["mend"])
    return one, found


def payload(home: Home) -> Path:
    return next(home.storage.rglob(f"{TREE}*")) / "v1" / "content" / "payload"


def words(found: list[Finding]) -> set[tuple[str, str]]:
    return {(finding.id.rpartition("/")[2], finding.to_json("en")["found"]) for finding in found}


def test_each_run_without_a_cycle_reads_everything(home: Home) -> None:
    for _ in range(2):
        one, found = run(home)
        assert (one.objects, found) == (OBJECTS, [])
        assert one.bytes > 3_000_000


def test_a_cycle_reads_its_share_each_day_and_everything_by_the_last(home: Home) -> None:
    clock, read = Clock(), []
    for _ in range(4):
        one, found = run(home, days=4, clock=clock)
        assert found == []
        read.append(one.objects)
        assert run(home, days=4, clock=clock)[0].objects == 0  # the day's share is done
        clock.now += DAY
    assert sum(read) == OBJECTS
    one, _ = run(home, days=4, clock=clock)  # the fifth day begins the next cycle
    assert (one.objects > 0, one.share.day, one.share.read) == (True, 1, 0)


def test_days_that_were_missed_are_caught_up(home: Home) -> None:
    clock = Clock()
    first, _ = run(home, days=10, clock=clock)
    clock.now += 9 * DAY
    assert first.objects + run(home, days=10, clock=clock)[0].objects == OBJECTS


def test_a_clock_that_went_back_counts_nothing_as_read(home: Home) -> None:
    clock = Clock()
    run(home, clock=clock)
    clock.now -= 30 * DAY
    assert run(home, clock=clock)[0].objects == OBJECTS


def test_a_run_that_was_cut_short_goes_on_behind_what_was_told(home: Home) -> None:
    with open_for_reading(home) as node, closing(FixityLog(home.fixity)) as log:
        one = FixityRun(node, log, days=0, pace=Pace(0))
        steps: list[int] = []

        def step(size: int) -> None:
            steps.append(size)
            if len(steps) == 2:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            list(one.findings(step))
    assert run(home)[0].objects == OBJECTS - 2


def test_who_asks_for_everything_gets_it_in_the_middle_of_a_cycle(home: Home) -> None:
    clock = Clock()
    first, _ = run(home, days=10, clock=clock)
    assert 0 < first.objects < OBJECTS
    assert run(home, days=0, clock=clock)[0].objects == OBJECTS


def test_what_is_wrong_is_read_and_told_again_until_it_is_mended(
    home: Home, change: Callable[[Path, int], None]
) -> None:
    clock, file = Clock(), payload(home) / "p2.tif"
    change(file, 2_000_000)
    run(home, days=2, clock=clock)
    clock.now += DAY
    for _ in range(2):
        [found] = run(home, days=2, clock=clock)[1]
        assert (found.check, found.id.endswith("p2.tif")) == ("payload", True)
    change(file, 2_000_000)
    assert run(home, days=2, clock=clock)[1] == []
    assert run(home, days=2, clock=clock)[0].objects == 0


def test_files_that_hands_edited_moved_removed_or_added_are_named(
    home: Home, change: Callable[[Path, int], None]
) -> None:
    folder = payload(home)
    folder.chmod(0o755)
    change(folder / "p1.tif", 5)
    assert {name for name, _ in words(run(home)[1])} == {"p1.tif"}
    change(folder / "p1.tif", 5)
    (folder / "p2.tif").rename(folder / "page2.tif")
    [moved] = run(home)[1]
    assert "moved to another place" in moved.to_json("en")["found"]
    assert moved.to_json("zh")["found"].endswith("payload/page2.tif")
    (folder / "page2.tif").rename(home.storage / "p2.tif")
    [moved] = run(home)[1]
    assert moved.to_json("en")["found"].endswith(" p2.tif")
    (home.storage / "p2.tif").unlink()
    (home.storage / "note.txt").write_text("?")
    (folder / "p3.tif").write_bytes(b"3")
    found = words(run(home)[1])
    assert {(name, text.split(",")[0]) for name, text in found} == {
        ("p2.tif", "a payload file is missing"),
        ("p3.tif", "there is a payload file too many"),
        ("note.txt", "none"),
    }


def test_where_very_many_miss_files_the_rest_is_told_at_once(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = payload(home)
    (folder / "p2.tif").rename(folder / "page2.tif")
    monkeypatch.setattr(fixity, "HELD", 0)
    assert "a payload file is missing" in {text.split(",")[0] for _, text in words(run(home)[1])}


def test_an_object_that_was_moved_is_named_with_its_place(home: Home) -> None:
    place = payload(home).parents[2]
    place.rename(home.storage / "old")
    [moved] = run(home)[1]
    assert (moved.id, "the object was moved" in moved.to_json("en")["found"]) == (place.name, True)
    assert "old/v1/content" in moved.to_json("en")["found"]


def test_a_memory_that_is_none_is_refused_with_what_to_do(home: Home) -> None:
    home.fixity.write_bytes(b"no database, but long enough to be looked at " * 30)
    with pytest.raises(Damaged) as caught:
        FixityLog(home.fixity)
    assert caught.value.mend is not None


def test_a_pace_is_kept_by_all_together() -> None:
    slept: list[float] = []
    pace = Pace(100, clock=lambda: 5.0, sleep=slept.append)
    for _ in range(3):
        pace.keep(50)
    assert slept == [0.5, 1.0, 1.5]
    Pace(0, sleep=slept.append).keep(50)
    assert len(slept) == 3


def test_a_killed_run_says_read_of_nothing_that_was_not_and_the_next_goes_on(home: Home) -> None:
    home.settings.write_text("fixity_rate = 1\n")
    command = [sys.executable, "-m", "node.cli", "audit", "--fixity", "--home", str(home.path), "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    time.sleep(2.5)  # three megabytes take three seconds
    process.send_signal(signal.SIGKILL)
    process.communicate()
    home.settings.write_text("")
    one, found = run(home)
    assert found == []
    assert 1 <= one.objects <= OBJECTS
    assert one.share.read < one.share.total
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(ran.stdout)["summary"]["cycle"]["objects_read"] == OBJECTS
