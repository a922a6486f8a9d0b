"""What `import check` and `import apply` have in common: the pre-check as it was asked for, with a bar for each step."""

from __future__ import annotations

import datetime as dt
import gc
from typing import TYPE_CHECKING

from node.cli.session import home_of, mark_demonstration
from node.cli.steps import Steps
from node.errors import BadInput, Words

if TYPE_CHECKING:
    import argparse

    from node.cli.output import Output
    from node.precheck.check import Report, Request


STEPS = {"digests": Words("算摘要", "digests"), "decoding": Words("试打开", "decoding")}


def request_of(arguments: argparse.Namespace, *, decode: bool) -> Request:
    """Give what is to be checked; raise BadInput where it was not said."""
    from node.importers.mapping import Mapping, read_mapping
    from node.precheck.check import Request

    if arguments.source is None:
        mend = Words(f"zhicang import {arguments.act} 文件夹或清单", f"zhicang import {arguments.act} FOLDER-OR-LIST")
        raise BadInput("没有指明要看什么", "what to look at was not said", mend=mend, field="source")
    return Request(
        source=arguments.source,
        list_file=arguments.list,
        mapping=Mapping() if arguments.mapping is None else read_mapping(arguments.mapping),
        split=arguments.split,
        decode=decode,
    )


def checked(arguments: argparse.Namespace, output: Output, request: Request) -> Report:
    """Check against the home's earlier records, where there is a home."""
    from node.precheck.check import check

    # a list of 190,000 rows is millions of lasting objects; walked again and again they cost a quarter of the time
    gc.set_threshold(1_000_000, 50, 1000)
    home, today = home_of(arguments), dt.datetime.now().astimezone().date().isoformat()
    with Steps(output, STEPS) as watcher:
        if not home.identity_file.exists() and arguments.home is None:
            output.note("这里没有节点目录,没有与往年登记的比对", "there is no home here: not compared with earlier records")
            return check(request, earlier=None, today=today, watcher=watcher)
        from node.precheck.earlier import Registered
        from node.runtime import open_for_reading

        with open_for_reading(home) as node:
            if arguments.act == "check":
                mark_demonstration(node.identity, output)
            earlier = Registered(journal=node.journal, blocks=node.blocks, root=node.root)
            return check(request, earlier=earlier, today=today, watcher=watcher)
