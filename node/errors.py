"""The errors of the node, each told in Chinese and English, with the exit code that it ends a command with.

ZhicangError
├── BadInput        2  what was given cannot be used: which file, row, field, and what to do
│   ├── MissingAnchor  verification without a trust anchor
│   └── Declined       the registry declined an act, and its reason
├── Doubtful        1  a proof, receipt or record does not hold, or is malformed
├── Unavailable     3  locked, network, chain, disk full, wrong passphrase, anchor too old
└── OwnFault        4  a state that this software should never reach
"""

from __future__ import annotations

import errno
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Words:
    """One sentence in both languages."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        """Give the sentence in "zh" or "en"."""
        return self.zh if language == "zh" else self.en


_REASONS = {
    errno.ENOENT: "没有这个文件或目录",
    errno.EACCES: "没有权限",
    errno.EPERM: "不允许",
    errno.EISDIR: "这是一个目录",
    errno.ENOTDIR: "路径中有一段不是目录",
    errno.EIO: "读写设备出错",
    errno.EROFS: "文件系统只读",
}


def chinese_reason(error: OSError) -> str:
    """Give the system's reason in Chinese, or as the system says it."""
    return _REASONS.get(error.errno or 0, error.strerror or str(error))


class ZhicangError(Exception):
    """Something that ends a request, with words for its user.

    Args:
        zh: what is wrong, in Chinese.
        en: the same in English.
        mend: what the user can do about it.
        file: the file concerned, as the user named it.
        row: its row or line, counted from 1.
        field: the field or column concerned.

    Who knows more of the place says it on the error: ``sheet`` of a workbook, ``column`` as the list heads it, and the
    ``value`` that stands there.
    """

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 4
    http_status: ClassVar[int] = 500

    def __init__(
        self,
        zh: str,
        en: str,
        *,
        mend: Words | None = None,
        file: str | None = None,
        row: int | None = None,
        field: str | None = None,
    ) -> None:
        super().__init__(en)
        self.words = Words(zh, en)
        self.mend = mend
        self.file = file
        self.row = row
        self.field = field
        self.sheet: str | None = None
        self.column: str | None = None
        self.value: str | None = None


class BadInput(ZhicangError):  # noqa: N818 - reads as the fact it states
    """What was given cannot be used."""

    code = "bad-input"
    exit_code = 2
    http_status = 400


def together(errors: Sequence[BadInput]) -> BadInput:
    """Give one error that tells of several wrong fields; one alone stays as it is."""
    if len(errors) == 1:
        return errors[0]
    fields = [error.field for error in errors if error.field is not None]
    mends = list(dict.fromkeys(error.mend for error in errors if error.mend is not None))
    mend = Words(";".join(each.zh for each in mends), "; ".join(each.en for each in mends)) if mends else None
    zh = ";".join(_with_field(error, "zh") for error in errors)
    en = "; ".join(_with_field(error, "en") for error in errors)
    return BadInput(zh, en, mend=mend, file=errors[0].file, row=errors[0].row, field=", ".join(dict.fromkeys(fields)))


def _with_field(error: BadInput, language: str) -> str:
    said = error.words.in_language(language)
    return said if error.field is None or error.field in said else f"{error.field}: {said}"


class MissingAnchor(BadInput):
    """A verification was asked for without a trust anchor."""

    code = "missing-anchor"


class Declined(BadInput):
    """The registry declined an act; ``name`` is its error's name, "" when its reason is not to be had any more."""

    code = "registry-refused"
    http_status = 409

    def __init__(self, zh: str, en: str, *, name: str = "", mend: Words | None = None) -> None:
        super().__init__(zh, en, mend=mend)
        self.name = name


class Doubtful(ZhicangError):  # noqa: N818
    """A proof, a receipt or a record does not hold, or is malformed."""

    code = "doubtful"
    exit_code = 1
    http_status = 422


class Unavailable(ZhicangError):  # noqa: N818
    """Something that is needed is not available now."""

    code = "unavailable"
    exit_code = 3
    http_status = 503


class OwnFault(ZhicangError):  # noqa: N818
    """A state that this software should never reach."""

    code = "own-fault"
