"""The parser of the command line in both languages; its errors are ours, with our exit codes."""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from node.errors import BadInput, Words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from node.cli.output import Output


class Parser(argparse.ArgumentParser):
    """An argument parser that raises BadInput and speaks the chosen language."""

    language = "zh"

    def error(self, message: str) -> NoReturn:
        """Raise BadInput with the usage as advice."""
        chinese = message
        for pattern, words in _MISTAKES:
            chinese = re.sub(pattern, words, chinese, flags=re.DOTALL)
        mend = Words(f"{self.prog} --help 说明用法", f"{self.prog} --help explains the usage")
        raise BadInput(f"命令行有误:{chinese}", f"command line: {message}", mend=mend)

    def format_help(self) -> str:
        """Give the help with its headings in the chosen language."""
        text = super().format_help()
        if self.language == "zh":
            for english, chinese in _HEADINGS.items():
                text = text.replace(english, chinese)
        return text


_MISTAKES = (
    (r"^unrecognized arguments: (.*)$", r"不认识的参数 \1"),
    (r"^the following arguments are required: (.*)$", r"缺少参数 \1"),
    (r"^argument (\S+): invalid int value: (.*)$", r"参数 \1 的值 \2 不是整数"),
    (r"^argument (\S+): invalid choice: (.*) \(choose from (.*)\)$", r"参数 \1 不能是 \2,可以是 \3"),
    (r"^argument (\S+): ignored explicit argument (.*)$", r"参数 \1 不带值,却给了 \2"),
    (r"^argument (\S+): expected one argument$", r"参数 \1 后面缺少值"),
    (r"^one of the arguments (.*) is required$", r"须给出其中一个参数 \1"),
    (r"^argument (\S+): not allowed with argument (\S+)$", r"参数 \1 与 \2 只能给一个"),
)
"""What argparse says → the same in Chinese."""

_HEADINGS = {
    "usage: ": "用法:",
    "positional arguments:": "参数:",
    "options:": "选项:",
    "show this help message and exit": "显示本说明",
}


class _OfAnAct(Parser):
    """The parser of one act, which refuses itself what it does not know, so that its own help is named."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse; raise BadInput for what is left over."""
        parsed, left = super().parse_known_args(args, namespace)
        if left:
            self.error(f"unrecognized arguments: {' '.join(left)}")
        return parsed, left


@dataclass(frozen=True, slots=True, kw_only=True)
class SubCommand:
    """One of the acts of a command, such as `apply` of `import`: its line in the help, its own options, what it does."""

    words: Words
    configure: Callable[[argparse.ArgumentParser, str], None]
    run: Callable[[argparse.Namespace, Output], None]


def add_subcommands(parser: argparse.ArgumentParser, language: str, subcommands: Mapping[str, SubCommand]) -> None:
    """Give each act a parser of its own, so that its help names its options alone and others are refused.

    The act's name is left in `arguments.act`.
    """
    say = chooser(language)
    group = parser.add_subparsers(title=say("各项", "acts"), dest="act", metavar="ACT", required=True, parser_class=_OfAnAct)
    for name, subcommand in subcommands.items():
        words = subcommand.words.in_language(language)
        own = group.add_parser(name, help=words, description=words, allow_abbrev=False, formatter_class=parser.formatter_class)
        own.language = language
        subcommand.configure(own, language)
        # they may stand before the act as well: what is not said behind it must not undo that
        add_common(own, language, default=argparse.SUPPRESS)


def no_options(_parser: argparse.ArgumentParser, _language: str) -> None:
    """Declare nothing: for acts that take only what every command takes."""


def add_common(parser: argparse.ArgumentParser, language: str, *, default: str | None = None) -> None:
    """Add the options that every command takes."""
    say = chooser(language)
    parser.add_argument("--home", type=given_path, default=default, metavar="DIR", help=say("节点目录(缺省 ZHICANG_HOME,再缺省用户数据目录)", "the node's home (default ZHICANG_HOME, then the user's data directory)"))
    parser.add_argument("--lang", choices=("zh", "en"), default=default, help=say("输出语言", "language of messages"))
    parser.add_argument("--json", action="store_true", default=default or False, help=say("标准输出只给 JSON 行", "JSON Lines on stdout and nothing else"))


def add_passphrase(parser: argparse.ArgumentParser, language: str) -> None:
    """Add the option of commands that sign."""
    text = chooser(language)("口令文件(或 ZHICANG_PASSPHRASE_FILE;都没有则提示输入)", "file with the passphrase (or ZHICANG_PASSPHRASE_FILE; else you are asked)")
    parser.add_argument("--passphrase-file", type=given_path, metavar="FILE", help=text)


def given_path(text: str) -> Path:
    """Take a path from the command line; an empty one (an unset shell variable) is no path, not the current folder."""
    if not text:
        raise BadInput("路径为空", "the path is empty")
    return Path(text)


def chooser(language: str) -> Callable[[str, str], str]:
    """Give a function that picks the Chinese or the English text."""
    return (lambda zh, _: zh) if language == "zh" else (lambda _, en: en)
