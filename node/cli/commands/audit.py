"""zhicang audit: the node on itself."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from node.auditor.audit import audit
from node.cli.fixity import check_fixity, days_of
from node.cli.parser import chooser
from node.cli.session import home_of, mark_demonstration
from node.cli.told import tell
from node.errors import BadInput, Doubtful
from node.runtime import open_for_reading

if TYPE_CHECKING:
    import argparse

    from node.cli.output import Output

def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the options."""
    say = chooser(language)
    parser.add_argument("--fixity", action="store_true", help=say("只做固定性检查:重读载荷,逐日轮流", "the fixity check alone: re-read payloads, a share each run"))
    parser.add_argument("--cycle-days", type=days_of, metavar="N", help=say("几天读完一遍,每次只读当天的一份(缺省用设置 fixity_days;0 为每次全读)", "days in which everything is read once, each run its share (default: the setting fixity_days; 0: everything in each run)"))


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Check everything, or re-read payloads alone, and print each finding."""
    if arguments.fixity:
        check_fixity(arguments, output)
        return
    if arguments.cycle_days is not None:
        raise BadInput("--cycle-days 只与 --fixity 同用", "--cycle-days goes with --fixity", field="cycle-days")
    logging.getLogger("node.chain.embedded").setLevel(logging.CRITICAL)  # what fails there is told as a finding
    asyncio.run(_audit(arguments, output))


async def _audit(arguments: argparse.Namespace, output: Output) -> None:
    count = 0
    with open_for_reading(home_of(arguments)) as node:
        mark_demonstration(node.identity, output)
        resources = node.journal.resources.count()
        with output.progress("自检", "audit", 3 * resources + 1) as progress:
            async for finding in audit(node, step=progress.step):
                count += 1
                tell(finding, output)
    output.record({"summary": {"resources": resources, "findings": count}})
    if count:
        output.fail(Doubtful.exit_code)
        output.say(f"自检 {resources} 件资源:有 {count} 处不符", f"{resources} resources checked: {count} findings")
    else:
        output.say(f"自检 {resources} 件资源:链、载荷、索引、日志、证明一致", f"{resources} resources checked: chain, payload, index, journal and proofs agree")
