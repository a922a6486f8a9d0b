"""The parser of the command line in both languages; its errors are ours, with our exit codes."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from node.errors import BadInput, Words

if TYPE_CHECKING:
    from collections.abc import Callable


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


def add_common(parser: argparse.ArgumentParser, language: str) -> None:
    """Add the options that every command takes."""
    say = chooser(language)
    parser.add_argument("--home", type=given_path, metavar="DIR", help=say("节点目录(缺省 ZHICANG_HOME,再缺省用户数据目录)", "the node's home (default ZHICANG_HOME, then the user's data directory)"))
    parser.add_argument("--lang", choices=("zh", "en"), help=say("输出语言", "language of messages"))
    parser.add_argument("--json", action="store_true", help=say("标准输出只给 JSON 行", "JSON Lines on stdout and nothing else"))


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
