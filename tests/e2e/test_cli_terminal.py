"""The command line on a terminal: the passphrase is asked for and never shown, a bar is drawn, Ctrl-C is no crash."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conftest import Desk

PATIENCE = 60.0
INIT = ("--name", "示例省图书馆", "--code", "14000001", "--credit-code", "12140000DEM000001M", "--region", "140000")
SECRET = "a long passphrase 口令 of tests"


def converse(desk: Desk, arguments: Sequence[str], dialogue: Sequence[tuple[str, str]]) -> tuple[int, str]:
    """Run a command on a terminal of its own; after each prompt type an answer. Gives exit code and all it showed."""
    master, slave = pty.openpty()
    environment = desk.environment(TERM="xterm")
    del environment["ZHICANG_PASSPHRASE_FILE"]
    process = subprocess.Popen(
        desk.command(*arguments), cwd=desk.folder, env=environment, stdin=slave, stdout=slave, stderr=slave,
        start_new_session=True,
    )  # fmt: skip
    os.close(slave)
    shown, waiting, start, until = b"", list(dialogue), 0, time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if waiting and waiting[0][0].encode() in shown[start:]:
            start = len(shown)
            time.sleep(0.2)  # the prompt stands before the echo is off
            os.write(master, waiting.pop(0)[1].encode())
        if select.select([master], [], [], 0.1)[0]:
            try:
                part = os.read(master, 65536)
            except OSError:
                break
            if not part:
                break
            shown += part
    os.close(master)
    return process.wait(timeout=PATIENCE), shown.decode(errors="replace")


def test_a_home_is_founded_with_a_passphrase_typed_twice_and_never_shown(empty_desk: Desk) -> None:
    code, shown = converse(empty_desk, ["init", *INIT], [("口令:", f"{SECRET}\n"), ("再输一次:", f"{SECRET}\n")])
    assert code == 0, shown
    assert SECRET not in shown
    empty_desk.write("a", "1")
    empty_desk.well("register", "a")


def test_two_entries_that_differ_found_nothing(empty_desk: Desk) -> None:
    code, shown = converse(
        empty_desk,
        ["init", *INIT, "--lang", "en"],
        [("Passphrase:", "one passphrase\n"), ("Once more:", "another one\n")],
    )
    assert code in (2, 3)
    assert "differ" in shown
    assert "one passphrase" not in shown
    assert not empty_desk.home.exists()


def test_a_registration_on_a_terminal_asks_once_and_draws_a_bar(desk: Desk) -> None:
    for n in range(300):
        desk.write(f"册/{n}.txt", str(n))
    code, shown = converse(desk, ["register", "--each", "册"], [("口令:", f"{SECRET}\n")])
    assert code == 0, shown
    assert shown.count("口令:") == 1
    assert "再输一次" not in shown
    assert "/600" in shown
    assert "█" in shown
    assert "新登记 300 件" in shown


def test_ctrl_c_is_no_crash_and_the_next_run_finishes(desk: Desk) -> None:
    for n in range(300):
        desk.write(f"册/{n}.txt", str(n))
    master, slave = pty.openpty()
    process = subprocess.Popen(
        ["setsid", "-c", *desk.command("register", "--each", "册")], cwd=desk.folder, env=desk.environment(),
        stdin=slave, stdout=slave, stderr=slave,
    )  # fmt: skip
    os.close(slave)
    shown, until = b"", time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        if select.select([master], [], [], 0.1)[0]:
            try:
                shown += os.read(master, 65536)
            except OSError:
                break
        if b"\xe2\x96\x88" in shown and b"\x03" not in shown:
            os.write(master, b"\x03")
            shown += b"\x03"
    assert process.wait(timeout=PATIENCE) in (0, 3, 130)
    os.close(master)
    assert b"Traceback" not in shown
    again = desk.well("register", "--each", "册", "--json")
    assert again.summary["registered"] + again.summary["known"] == 300
    desk.nothing_half_done()
