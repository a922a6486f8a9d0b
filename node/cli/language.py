"""The language of messages: what --lang says, else the locale, else Chinese."""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.errors import Words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LANGUAGES = ("zh", "en")


def choose_language(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """Give "zh" or "en". A locale that names neither (C, POSIX) counts as Chinese, the language of the users."""
    for place, argument in enumerate(arguments):
        if argument == "--lang" and place + 1 < len(arguments) and arguments[place + 1] in LANGUAGES:
            return arguments[place + 1]
        if argument.startswith("--lang=") and argument.removeprefix("--lang=") in LANGUAGES:
            return argument.removeprefix("--lang=")
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        locale = environment.get(variable, "")
        if locale:
            return "en" if locale.startswith("en") else "zh"
    return "zh"


def both(zh: str, en: str) -> Words:
    """Pair a sentence in both languages."""
    return Words(zh, en)
