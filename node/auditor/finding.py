"""A finding of the self-check: what does not agree, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from node.errors import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One disagreement; ``check`` names the comparison, ``id`` the thing concerned."""

    check: str
    id: str
    expected: str
    found: str
    mend: Words

    def to_json(self, language: str) -> dict[str, Any]:
        """Give the finding as one JSON object."""
        return {
            "check": self.check,
            "id": self.id,
            "expected": self.expected,
            "found": self.found,
            "mend": self.mend.in_language(language),
        }


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
