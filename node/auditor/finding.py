"""A finding of the self-check: what does not agree, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from node.errors import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One disagreement; ``check`` names the comparison, ``id`` the thing concerned, the same in every language.

    ``name`` says for people what the thing is, where its id does not. ``expected`` and ``found`` are words, or text
    that has no language: digests, CIDs, addresses. ``consequence`` is what is wrong for this reason alone, and is told
    nowhere else.
    """

    check: str
    id: str
    expected: Words | str
    found: Words | str
    mend: Words
    name: Words | None = None
    consequence: Words | None = None

    def to_json(self, language: str) -> dict[str, Any]:
        """Give the finding as one JSON object."""
        return {
            "check": self.check,
            "id": self.id,
            "name": _said(self.name or self.id, language),
            "expected": _said(self.expected, language),
            "found": _said(self.found, language),
            "consequence": None if self.consequence is None else self.consequence.in_language(language),
            "mend": self.mend.in_language(language),
        }


def _said(words: Words | str, language: str) -> str:
    return words if isinstance(words, str) else words.in_language(language)


def said_by(error: Exception) -> Words:
    """Give the words of an error of ours; of another one its kind, because what it says is of one language."""
    words = getattr(error, "words", None)
    if words is not None:
        return Words(words.zh, words.en)
    return Words(f"读不懂({type(error).__name__})", f"unreadable ({type(error).__name__})")


NONE = Words("没有", "none")


RESTORE = Words(
    "从备份取回这个对象;载荷丢失或损坏不影响链上登记",
    "bring this object back from a backup; the record on chain is not affected",
)
REINDEX = Words("运行 zhicang storage reindex 重建索引", "run zhicang storage reindex")
RERUN = Words("重新运行当初的登记命令,它会接着做完", "run the command again: it goes on where it stopped")
INCIDENT = Words(
    "停止写入,保存整个目录作证据,再从备份恢复",
    "stop writing, keep the whole folder as evidence, then restore a backup",
)
