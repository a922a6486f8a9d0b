"""The errors of this package, each told in Chinese and English, with the exit code that it ends a command with.

ContractError
├── Malformed          1  bytes from a chain or a receipt that are not in the registry's encoding
│   ├── MalformedCall     calldata of an act, or a value that no calldata holds
│   ├── MalformedEvent    topics and data of a log
│   └── MalformedAnswer   what a view answered
├── RegistryRefused    2  the registry refused an act, and said why
│   └── NotPermitted      the sender lacks the role for it
├── UnknownRevert      4  an act failed in a way that the registry has no words for
└── DamagedArtefact    4  the compiled registry that ships with this software cannot be read
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from contracts import abi


@dataclass(frozen=True, slots=True)
class Words:
    """One sentence in both languages."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        """Give the sentence in "zh" or "en"."""
        return self.zh if language == "zh" else self.en


class ContractError(Exception):
    """Something about the registry that ends a request, with words for its user.

    Args:
        zh: what is wrong, in Chinese.
        en: the same in English.
        mend: what the user can do about it.
        file: the file concerned, set by who knows it.
        row: its row in a list, likewise.
        field: the field concerned.
    """

    code: ClassVar[str] = "contract"
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


class Malformed(ContractError):  # noqa: N818 - this and the others read as the fact they state
    """Bytes that are not in the one encoding that the registry takes or gives."""

    code = "malformed"
    exit_code = 1
    http_status = 422


class MalformedCall(Malformed):
    """Calldata that is no act of the registry, or a value that no calldata holds."""

    code = "malformed-call"


class MalformedEvent(Malformed):
    """A log that is no event of the registry."""

    code = "malformed-event"


class MalformedAnswer(Malformed):
    """An answer that is not that of the view that was asked."""

    code = "malformed-answer"


class RegistryRefused(ContractError):  # noqa: N818
    """The registry refused an act; ``name`` is its error's name, ``values`` are that error's arguments by name."""

    code = "registry-refused"
    exit_code = 2
    http_status = 409

    def __init__(self, zh: str, en: str, *, name: str, values: dict[str, abi.Value] | None = None) -> None:
        super().__init__(zh, en)
        self.name = name
        self.values = values or {}


class NotPermitted(RegistryRefused):
    """The sender does not hold the role that an act asks for."""

    code = "not-permitted"
    http_status = 403


class UnknownRevert(ContractError):  # noqa: N818
    """An act failed without an error of the registry: out of gas, or calldata that it cannot read."""

    code = "unknown-revert"


class DamagedArtefact(ContractError):  # noqa: N818
    """The compiled registry that ships with this software cannot be read."""

    code = "damaged-artefact"


def decode_revert(data: bytes) -> ContractError:
    """Give the error that a failed call's data tells: RegistryRefused, or UnknownRevert for what is not of it."""
    from contracts.refusals import BY_SELECTOR

    known = BY_SELECTOR.get(data[:4])
    if known is None:
        return UnknownRevert(f"登记合约执行失败,返回 0x{data.hex()}", f"the registry failed with 0x{data.hex()}")
    try:
        read = abi.decode_fields([type_ for _, type_ in known.fields], data[4:])
    except abi.MisfitError:
        return UnknownRevert(f"登记合约的错误 {known.name} 残缺", f"the registry's error {known.name} is malformed")
    values = {name: value for (name, _), value in zip(known.fields, read, strict=True)}
    shown = "".join(f" {name}={_show(value)}" for name, value in values.items())
    error = NotPermitted if known.about_permission else RegistryRefused
    words = {"zh": known.zh + shown.replace(" ", ",", 1), "en": known.en + shown.replace(" ", ", ", 1)}
    return error(words["zh"], words["en"], name=known.name, values=values)


def refusal(reason: int) -> RegistryRefused:
    """Give in words why an entry of a group was passed over: the reason of its EntrySkipped event."""
    from contracts.refusals import BY_REASON

    known = BY_REASON.get(reason)
    if known is None:
        return RegistryRefused(f"未知原因 {reason}", f"unknown reason {reason}", name=str(reason))
    return RegistryRefused(known.zh, known.en, name=known.name)


def _show(value: abi.Value) -> str:
    """Show a number or an institution's code as text, other bytes as hexadecimal."""
    if not isinstance(value, bytes):
        return str(value)
    text = value.rstrip(b"\0")
    return text.decode() if text and text.isascii() and text.decode().isprintable() else "0x" + value.hex()
