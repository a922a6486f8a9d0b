"""Answering: a command that came through the door is parsed and carried out here as if it had been typed here.

The working folder is the client's while its act runs. It is the process's, so this holds only because acts come one at
a time and everything else that a serving node does names absolute paths.
"""

from __future__ import annotations

import inspect
import os
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from node.cli.acting import prepare, recover_and_act
from node.cli.failure import tell_failure
from node.cli.main import parse
from node.cli.output import Output
from node.errors import Unavailable, Words
from node.version import VERSION

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from node.cli.acting import Act
    from node.door.request import Request
    from node.door.voice import Voice
    from node.runtime import Writing

_ACT = re.compile("act(_[a-z_]+)?")


async def answer(node: Writing, request: Request, voice: Voice) -> int:
    """Carry out a request with the open node; say everything to its client; give the exit code."""
    as_json = "--json" in request.arguments
    output = Output(language=request.language, as_json=as_json, stdout=voice.out, stderr=voice.err)
    try:
        with _working_in(request.folder):
            arguments, act = _understand(request)
            arguments.home = node.home.path
            prepare(arguments, act)
            await recover_and_act(node, arguments, output, act)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the last place that can turn it into words
        tell_failure(error, output)
    return output.exit_code


def _understand(request: Request) -> tuple[argparse.Namespace, Act]:
    if request.version != VERSION:
        mend = Words("重新启动节点服务", "start the serving process anew")
        zh = f"节点服务的版本是 {VERSION},这条命令的是 {request.version[:20]}"
        en = f"the serving process has version {VERSION}, this command {request.version[:20]}"
        raise Unavailable(zh, en, mend=mend)
    module, arguments = parse(request.arguments, request.language)
    act = getattr(module, request.act, None) if _ACT.fullmatch(request.act) else None
    if act is None or not inspect.iscoroutinefunction(act):
        raise Unavailable("节点服务不办这件事", "the serving process has no such act")
    arguments.carried = request.carried
    return arguments, act


@contextmanager
def _working_in(folder: str) -> Iterator[None]:
    before = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.chdir(folder)
        yield
    finally:
        os.fchdir(before)
        os.close(before)
