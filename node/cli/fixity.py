"""The fixity check at the command line: what was read today, how far the cycle has come, and what is wrong."""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING

from node.auditor.fixity import FixityRun
from node.cli.session import home_of, mark_demonstration
from node.cli.told import tell
from node.errors import BadInput, Doubtful
from node.runtime import open_for_reading
from node.settings import LARGEST_CYCLE, read_settings
from storage.fixity_log import FixityLog
from storage.pace import Pace

if TYPE_CHECKING:
    import argparse

    from node.cli.output import Output

_MB = 1_000_000


def days_of(text: str) -> int:
    """Read the days of a cycle; raise BadInput."""
    if not text.isascii() or not text.isdecimal() or int(text[:9]) > LARGEST_CYCLE:
        zh, en = f"天数须为 0 至 {LARGEST_CYCLE} 的整数", f"the days of a cycle are 0 to {LARGEST_CYCLE}"
        raise BadInput(zh, en, field="cycle-days")
    return int(text)


def check_fixity(arguments: argparse.Namespace, output: Output) -> None:
    """Read this run's share and print each finding; what was read is remembered even when the run is cut short."""
    home = home_of(arguments)
    with open_for_reading(home) as node:
        mark_demonstration(node.identity, output)
        settings = read_settings(home.settings)
        days = settings.fixity_days if arguments.cycle_days is None else arguments.cycle_days
        with closing(FixityLog(home.fixity)) as log:
            _run(FixityRun(node, log, days=days, pace=Pace(settings.fixity_rate * _MB)), log, output)


def _run(run: FixityRun, log: FixityLog, output: Output) -> None:
    findings, begun = 0, time.monotonic()
    with output.progress("固定性检查(MB)", "fixity (MB)", sum(size for _, size in run.due) // _MB + 1) as bar:
        shown = 0

        def step(_: int) -> None:
            nonlocal shown
            bar.step(run.bytes // _MB - shown)
            shown = run.bytes // _MB

        for finding in run.findings(step):
            findings += 1
            tell(finding, output)
    seconds, share = time.monotonic() - begun, run.share
    objects, read, known = log.counts(share)
    output.record({"summary": {
        "objects": run.objects, "bytes": run.bytes, "seconds": round(seconds, 1), "findings": findings,
        "cycle": {"day": share.day, "days": share.days, "objects_read": objects, "objects": known,
                  "bytes_read": read, "bytes": share.total},
    }})  # fmt: skip
    rate = run.bytes / _MB / max(seconds, 0.001)
    output.say(
        f"本次重读 {run.objects} 个对象,{run.bytes / _MB:.1f} MB,每秒 {rate:.0f} MB;有 {findings} 处不符",
        f"read {run.objects} objects, {run.bytes / _MB:.1f} MB at {rate:.0f} MB/s: {findings} findings",
    )
    day = (f"第 {share.day} 天(共 {share.days} 天),", f"day {share.day} of {share.days}, ") if share.days else ("", "")
    output.say(
        f"本轮:{day[0]}已读 {objects}/{known} 个对象,{read / _MB:.1f}/{share.total / _MB:.1f} MB",
        f"this cycle: {day[1]}{objects} of {known} objects, {read / _MB:.1f} of {share.total / _MB:.1f} MB",
    )
    if findings:
        output.fail(Doubtful.exit_code)
