"""A page of a list: how many lines it may have, asked for and checked in one place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.cli.parser import chooser
from node.errors import BadInput

if TYPE_CHECKING:
    import argparse

DEFAULT_PAGE, LARGEST_PAGE = 50, 10_000


def add_limit(parser: argparse.ArgumentParser, language: str, *, zh: str, en: str) -> None:
    """Declare --limit, with what it counts."""
    say = chooser(language)
    help_ = say(f"{zh}(缺省 {DEFAULT_PAGE})", f"{en} (default {DEFAULT_PAGE})")
    parser.add_argument("--limit", type=int, default=DEFAULT_PAGE, metavar="N", help=help_)


def page_size(arguments: argparse.Namespace) -> int:
    """Give --limit; raise BadInput when no page has so many lines."""
    limit: int = arguments.limit
    if not 1 <= limit <= LARGEST_PAGE:
        raise BadInput(
            f"--limit 应在 1—{LARGEST_PAGE} 之间", f"--limit must be from 1 to {LARGEST_PAGE}", field="limit"
        )
    return limit
