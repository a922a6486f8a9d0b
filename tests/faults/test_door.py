"""Commands through the door of a serving node: the same answers, one at a time, whatever becomes of their clients."""

from __future__ import annotations

import json
import os
import pty
import signal
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from judges import judge, numbers_on_chain

from node.door import frames

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fault_place import Place

PATIENCE = 180


@contextmanager
def serving(place: Place, *, die_at: str = "") -> Iterator[subprocess.Popen[str]]:
    command = place.command("serve", "--port", "0", "--json", die_at=die_at)
    process = subprocess.Popen(
        command, env=place.environment | {"XDG_RUNTIME_DIR": str(place.runtime)}, cwd="/", text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        assert json.loads(process.stdout.readline())["pid"] == process.pid
        yield process
    finally:
        process.kill()
        process.communicate()


def without_passphrase(place: Place, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in place.environment.items() if name != "ZHICANG_PASSPHRASE_FILE"}
    return subprocess.run(
        place.command(*arguments), env=environment, cwd=cwd or place.folder, capture_output=True, text=True,
        stdin=subprocess.DEVNULL, timeout=PATIENCE, check=False,
    )  # fmt: skip


def door_of(place: Place) -> Path:
    return Path((place.home / "socket").read_text().rstrip("\n"))


def lines(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_command_needs_no_passphrase_and_means_the_paths_of_its_own_folder(place: Place) -> None:
    with serving(place) as process:
        done = without_passphrase(place, "register", "one.txt", "nowhere.txt", "--period", "2023", "--json")
        assert done.returncode == 2
        registered, refused, summary = sorted(lines(done), key=lambda line: ("summary" in line, "error" in line))
        assert registered["status"] == "registered"
        assert refused["source"] == "nowhere.txt"
        assert summary == {"summary": {"registered": 1, "known": 0, "refused": 1}}
        page = without_passphrase(place, "register", "p0.tif", "--period", "2023", cwd=place.folder / "scans")
        assert page.returncode == 0, page.stderr
        shown = lines(place.run("show", page.stdout.split()[0], "--json"))[0]
        assert shown["source"] == str(place.folder / "scans" / "p0.tif")
        assert process.stdout is not None
        logged = [json.loads(process.stdout.readline()) for _ in range(2)]
        assert [(line["act"], line["exit"]) for line in logged] == [("register", 2), ("register", 0)]
        assert stat_of(door_of(place)) == (0o600, 0o700)
        assert len(numbers_on_chain(place.home)) == 3
    judge(place.home, [registered])


def stat_of(path: Path) -> tuple[int, int]:
    return path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777


def test_mistakes_are_told_as_if_the_command_had_run_alone(place: Place) -> None:
    (place.folder / "bad.jsonl").write_text("{\n")
    commands = (
        ("register",), ("register", "--list", "no.csv"), ("units", "register", "no.jsonl"), ("register", "home"),
        ("units", "register", "bad.jsonl", "--json"),
        ("units", "register", "units.jsonl", "--batch", "0", "--lang", "zh"),
    )  # fmt: skip
    alone = [place.run(*command) for command in commands]
    with serving(place):
        served = [without_passphrase(place, *command) for command in commands]
    for one, other in zip(alone, served, strict=True):
        assert (one.returncode, one.stdout, one.stderr) == (other.returncode, other.stdout, other.stderr)
        assert one.returncode == 2


def test_a_client_that_goes_away_cancels_nothing(place: Place) -> None:
    with serving(place, die_at="?stored") as process:
        client = place.start("register", "scans", "--period", "2023", "--json")
        wait_until(lambda: state_of(process.pid) == "T")
        client.kill()
        client.communicate()
        process.send_signal(signal.SIGCONT)
        wait_until(lambda: len(numbers_on_chain(place.home)) == 2)
        done = without_passphrase(place, "register", "scans", "--period", "2023", "--json")
        assert lines(done)[-1] == {"summary": {"registered": 0, "known": 1, "refused": 0}}


def test_acts_come_one_at_a_time_and_who_waits_is_told(place: Place) -> None:
    with serving(place, die_at="?stored") as process:
        first = place.start("register", "scans", "--period", "2023", "--json")
        wait_until(lambda: state_of(process.pid) == "T")
        second = place.start("register", "one.txt", "--period", "2023", "--json", "--lang", "en")
        wait_until(lambda: sockets_at(door_of(place)) == 3)  # the listener and two clients
        process.send_signal(signal.SIGCONT)
        for client in (first, second):
            out, err = client.communicate(timeout=PATIENCE)
            assert client.returncode == 0, err
            assert json.loads(out.splitlines()[-1])["summary"]["registered"] == 1
        assert "waiting" in err


def test_a_server_that_is_killed_leaves_its_client_told_and_the_work_to_the_next(place: Place) -> None:
    with serving(place, die_at="sent"):
        done = without_passphrase(place, "register", "scans", "--period", "2023", "--json")
        assert done.returncode == 3
        assert "run again" in lines(done)[0]["error"]["mend"]
    assert door_of(place).is_socket()
    alone = place.run("register", "one.txt", "--period", "2023", "--json")
    assert alone.returncode == 0, alone.stderr
    assert len(numbers_on_chain(place.home)) == 3
    with serving(place):
        again = without_passphrase(place, "register", "scans", "--period", "2023", "--json")
        assert lines(again)[-1]["summary"]["known"] == 1
    assert place.run("audit").returncode == 0


def test_a_server_finishes_by_itself_what_was_left_open(place: Place) -> None:
    broken = place.run("register", "scans", "one.txt", "--period", "2023", "--json", die_at="signed")
    assert broken.returncode == -9
    with serving(place):
        wait_until(lambda: len(numbers_on_chain(place.home)) == 3)


def test_bad_huge_and_unfinished_frames_are_turned_away_and_others_are_served(place: Place) -> None:
    with serving(place):
        for sent in (b"GET / HTTP/1.1\r\n\r\n", b"\xff\xff\xff\xff", b"\0\0\0\0", frames.encode({}), b"\0\0\0\x02[]"):
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(str(door_of(place)))
                client.sendall(sent)
                client.settimeout(PATIENCE)
                assert client.recv(1) == b""
        unfinished = socket.socket(socket.AF_UNIX)
        unfinished.connect(str(door_of(place)))
        unfinished.sendall(b"\0\0\1\0{")
        done = without_passphrase(place, "register", "one.txt", "--period", "2023")
        assert done.returncode == 0, done.stderr
        unfinished.settimeout(PATIENCE)
        assert unfinished.recv(1) == b""
        unfinished.close()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can be another user")
def test_another_user_gets_nothing(place: Place) -> None:
    with serving(place):
        door = door_of(place)
        for opened in (door, *door.parents[:-1]):
            opened.chmod(opened.stat().st_mode | 0o007)
        ask = (
            f"import socket; door = socket.socket(socket.AF_UNIX); door.connect({str(door)!r}); door.settimeout(20); "
            "print(door.recv(1))"
        )
        done = subprocess.run(
            ["python3", "-c", ask], user=65534, group=65534, extra_groups=[], capture_output=True, text=True, cwd="/",
            check=False,
        )  # fmt: skip
        assert done.stdout == "b''\n" or "Reset" in done.stderr, done.stdout + done.stderr


def test_a_copy_of_a_served_home_is_not_taken_for_it(place: Place) -> None:
    with serving(place):
        copy = place.folder / "copy"
        copy.mkdir()
        for name in ("home.json", "socket", "zhicang.toml", "anchor.json"):
            (copy / name).write_bytes((place.home / name).read_bytes())
        done = subprocess.run(
            [*place.command()[:3], "--home", str(copy), "register", "one.txt"], env=place.environment,
            cwd=place.folder, capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
        assert done.returncode == 3, done.stdout
        assert len(numbers_on_chain(place.home)) == 1


def test_a_bar_is_drawn_on_the_clients_terminal(place: Place) -> None:
    with serving(place):
        master, slave = pty.openpty()
        client = subprocess.Popen(
            place.command("register", "scans", "one.txt", "--period", "2023"), env=place.environment,
            cwd=place.folder, stderr=slave, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        assert client.wait(timeout=PATIENCE) == 0
        os.close(slave)
        drawn = os.read(master, 65536).decode()
        os.close(master)
        assert "█" in drawn


def sockets_at(path: Path) -> int:
    return Path("/proc/net/unix").read_text().count(f" {path}\n")


def state_of(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]


def wait_until(holds: Any) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.05)
