"""A process that outlives the script that started it: its folder, its number, and what is done to it.

FOLDER/
  pid            its number, written by the process itself before it becomes the program
  engine.log     all that it ever said

So whatever becomes of the script, `pid` names the process; and a number that the system gave to another process
meanwhile is recognised, because the program's command line names the folder.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from network_parts.engines import Missing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_SPEAK_THEN_BECOME = 'echo $$ >"$0.new" && mv "$0.new" "$0" && exec "$@"'
_GENTLE = 15.0
_AT_ONCE = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Daemon:
    """One of several processes that make up a network; numbers count from 1."""

    number: int
    folder: Path

    @property
    def log(self) -> Path:
        """All that it ever said."""
        return self.folder / "engine.log"

    @property
    def url(self) -> str:
        """Where it is asked."""
        raise NotImplementedError

    def answers(self) -> bool:
        """Tell whether it can be asked (one that is paused is not)."""
        raise NotImplementedError

    def start(self) -> None:
        """Start its process, unless it runs."""
        raise NotImplementedError

    def become(self, command: Sequence[str], environment: dict[str, str]) -> None:
        """Make the process out of a command that names the folder in a word of its own."""
        log = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            # Not subprocess.Popen: nobody here waits for the end of a process that outlives its script.
            os.posix_spawn(
                "/bin/sh", ["sh", "-c", _SPEAK_THEN_BECOME, str(self.folder / "pid"), *command], environment,
                file_actions=[
                    (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                    (os.POSIX_SPAWN_DUP2, log, 1), (os.POSIX_SPAWN_DUP2, log, 2),
                ],
                setsid=True,
            )  # fmt: skip
        finally:
            os.close(log)
        wait_until(lambda: self.pid() is not None, limit=_AT_ONCE, what=f"number {self.number} does not start")

    def pid(self) -> int | None:
        """Give its process, or None where it does not run."""
        try:
            pid = int((self.folder / "pid").read_text())
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError):
            return None
        return pid if os.fsencode(self.folder) in words else None

    def paused(self) -> bool:
        """Tell whether its process is stopped."""
        pid = self.pid()
        return pid is not None and b") T " in Path(f"/proc/{pid}/stat").read_bytes()

    def pause(self) -> None:
        """Stop its process where it stands (SIGSTOP): it holds its connections and says nothing."""
        self._signal(signal.SIGSTOP)
        wait_until(lambda: self.pid() is None or self.paused(), limit=_AT_ONCE, what=f"number {self.number} goes on")

    def resume(self) -> None:
        """Let a paused process go on."""
        self._signal(signal.SIGCONT)
        wait_until(lambda: not self.paused(), limit=_AT_ONCE, what=f"number {self.number} stays paused")

    def kill(self) -> None:
        """End its process at once (SIGKILL), as a power cut would; its log says nothing of it."""
        self._signal(signal.SIGKILL)
        wait_until(self._gone, limit=_AT_ONCE, what=f"number {self.number} survives")

    def ask_to_stop(self) -> None:
        """Ask its process to end; a paused one is woken for it."""
        self._signal(signal.SIGTERM)
        self._signal(signal.SIGCONT)

    def stop(self) -> None:
        """End its process, by force where asking does not help."""
        self.ask_to_stop()
        try:
            wait_until(self._gone, limit=_GENTLE, what="")
        except Missing:
            self.kill()

    def _signal(self, number: signal.Signals) -> None:
        if (pid := self.pid()) is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def _gone(self) -> bool:
        """Take what is left of the process, where it was started here, and tell whether it is gone."""
        with contextlib.suppress(OSError, ValueError):
            os.waitpid(int((self.folder / "pid").read_text()), os.WNOHANG)
        return self.pid() is None


def wait_until(condition: Callable[[], bool], *, limit: float, what: str) -> None:
    """Look ten times a second until a condition holds; raise Missing with `what` after `limit` seconds."""
    deadline = time.monotonic() + limit
    while not condition():
        if time.monotonic() > deadline:
            raise Missing(what)
        time.sleep(0.1)
