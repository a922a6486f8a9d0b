"""The option ``--set COLUMN=TEXT``: any column of a list, said on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.cli.parser import chooser
from node.errors import BadInput, Words
from node.importers.columns import field_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Container


def add_set(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the option."""
    say = chooser(language)
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar=say("列名=内容", "COLUMN=TEXT"),
        help=say(
            "清单里的任何一列,如 主题词=晋绥边区;抗日战争(可多次)",
            "any column of a list, such as subject=history;war (repeatable)",
        ),
    )


def said_with_set(arguments: argparse.Namespace, known: Container[str]) -> dict[str, str]:
    """Give column → text; raise BadInput for a column that is not known or stands twice."""
    said: dict[str, str] = {}
    for item in arguments.set:
        heading, equals, text = item.partition("=")
        column = field_of(heading)
        if not equals or not text.strip() or column is None or column not in known or column in said:
            mend = Words(
                "列名见 zhicang import template 的“填写说明”", "see the page of explanations of zhicang import template"
            )
            zh, en = f"--set 不认识“{item[:60]}”,或重复", f"--set does not know {item[:60]!r}, or it stands twice"
            raise BadInput(zh, en, mend=mend, field="set")
        said[column] = text.strip()
    return said
