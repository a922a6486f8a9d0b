"""Modules of ours in a process beside this one: with our module path, and not ended by a terminal's Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

from node.interpreter import command_of

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

MODULE = """
import sys
print(__name__, *sys.argv[1:], flush=True)
for line in sys.stdin:
    print(line, end="", flush=True)
"""


def test_a_module_runs_with_our_path_and_ignores_an_interrupt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "a:b"  # which PYTHONPATH could not say
    folder.mkdir()
    (folder / "beside_us.py").write_text(MODULE)
    monkeypatch.setattr(sys, "path", [str(folder), *sys.path])
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "elsewhere"))
    command = command_of("beside_us", "知", "仓")
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, process_group=0, encoding="utf-8") as child:
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stdout.readline() == "__main__ 知 仓\n"
        assert os.getpgid(child.pid) == child.pid
        child.send_signal(signal.SIGINT)
        print("还在", file=child.stdin, flush=True)
        assert child.stdout.readline() == "还在\n"
        child.stdin.close()
        assert child.wait() == 0
