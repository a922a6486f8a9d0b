"""Our own interpreter again: the command by which another process of it runs a module of ours, with our module path.

Whoever starts it also gives ``process_group=0``: a terminal's Ctrl-C is for the owner, who ends as it sees fit, and
what it started with it. So the process ignores that signal, unless its module says otherwise.
"""

from __future__ import annotations

import sys


def command_of(module: str, *arguments: str) -> list[str]:
    """Give the command that runs a module as ``__main__``; the environment has no say in what it loads (``-I``)."""
    code = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); "
        f"sys.path[:] = {sys.path!r}; import runpy; runpy.run_module({module!r}, run_name='__main__', alter_sys=True)"
    )
    return [sys.executable, "-I", "-c", code, *arguments]
