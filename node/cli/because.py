"""The options that say why a record is changed: a reason of the registry's list, and the paper behind it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from node.cli.parser import chooser, given_path
from node.errors import BadInput, Words, chinese_reason
from node.registrar.changeable import Because
from node.registrar.stages import REASONS, reason_for

if TYPE_CHECKING:
    import argparse
    from pathlib import Path


def add_because(parser: argparse.ArgumentParser, language: str, *, default: str | None) -> None:
    """Add the options; without a default the reason must be given."""
    say = chooser(language)
    words = "、".join(reason.zh for reason in REASONS.values())
    english = ", ".join(reason.en for reason in REASONS.values())
    usual = "" if default is None else f"(缺省 {REASONS[reason_for(default)].zh})"
    usual_english = "" if default is None else f" (default: {REASONS[reason_for(default)].en})"
    parser.add_argument("--reason", default=default, required=default is None, help=say(f"理由:{words}{usual}", f"reason: {english}{usual_english}"))
    parser.add_argument("--document", type=given_path, metavar="FILE", help=say("依据文件;只有它的 SHA-256 上链", "the paper behind it; its SHA-256 alone goes on chain"))


def because_of(arguments: argparse.Namespace) -> Because:
    """Give the reason that was named; raise BadInput for an unknown one."""
    code = reason_for(arguments.reason)
    if not code:
        mend = Words("可用:" + "、".join(words.zh for words in REASONS.values()), "one of: " + ", ".join(words.en for words in REASONS.values()))
        raise BadInput(f"没有“{arguments.reason[:40]}”这个理由", f"no reason {arguments.reason[:40]!r}", mend=mend, field="reason")
    return Because(reason=code, document=document_digest(arguments.document))


def document_digest(path: Path | None) -> bytes:
    """Give the SHA-256 of a paper's file, or zeros where there is none."""
    if path is None:
        return bytes(32)
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").digest()
    except OSError as error:
        zh, en = f"读不到依据文件:{chinese_reason(error)}", f"the document cannot be read: {error.strerror}"
        raise BadInput(zh, en, file=str(path)) from error
