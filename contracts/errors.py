"""The errors of this package, and the contract's own errors in words.

ContractError            base: `code`, `exit_code`, `http_status`, `words`
├── MalformedCall     1  calldata that is no canonical call of an act of the registry
├── MalformedEvent    1  a log that is no canonical event of the registry
└── RegistryRefused   1  the registry reverted, with its typed error
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError
from eth_hash.auto import keccak


@dataclass(frozen=True, slots=True)
class Words:
    """One sentence in both languages."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        """Give the sentence in "zh" or "en"."""
        return self.zh if language == "zh" else self.en


class ContractError(Exception):
    """Something that the chain holds or answers is not what the registry would give."""

    code: ClassVar[str] = "contract"
    exit_code: ClassVar[int] = 1
    http_status: ClassVar[int] = 422
    mend = file = row = field = None

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.words = Words(zh, en)


class MalformedCall(ContractError):  # noqa: N818 - reads as the fact it states
    """Calldata that is no canonical call of an act of the registry."""

    code = "malformed-call"


class MalformedEvent(ContractError):  # noqa: N818
    """A log that is no canonical event of the registry."""

    code = "malformed-event"


class RegistryRefused(ContractError):  # noqa: N818
    """The registry reverted; ``name`` is its typed error, ``values`` its parameters."""

    code = "registry-refused"

    def __init__(self, zh: str, en: str, *, name: str, values: tuple[object, ...] = ()) -> None:
        super().__init__(zh, en)
        self.name = name
        self.values = values


_ERRORS: dict[str, tuple[tuple[str, ...], str]] = {
    "InstitutionExists": (("bytes8",), "机构已存在"),
    "UnknownInstitution": (("bytes8",), "没有这个机构"),
    "KeyInUse": (("address", "bytes8"), "该密钥已属于一个机构"),
    "ValueMissing": (("string",), "缺少必填的值"),
    "NotRegistrar": (("address",), "发送者不是登记员"),
    "ForeignNumber": (("bytes32", "bytes8"), "登记号不属于发送者的机构"),
    "UnknownKind": (("uint8",), "资源种类不对"),
    "BadCid": (("uint256",), "内容标识为空或过长"),
    "AlreadyRegistered": (("bytes32",), "该号已登记"),
    "AlreadyCommitted": (("bytes32",), "该批已上链"),
    "EmptyGroup": ((), "一组中没有资源"),
    "AccessControlUnauthorizedAccount": (("address", "bytes32"), "该密钥没有治理方的权限"),
}
_BY_SELECTOR = {keccak(f"{name}({','.join(types)})".encode())[:4]: name for name, (types, _) in _ERRORS.items()}


def decode_revert(data: bytes) -> RegistryRefused:
    """Turn the revert data of a call into the registry's typed error, whatever the data is."""
    name = _BY_SELECTOR.get(data[:4])
    if name is None:
        return RegistryRefused(f"未知原因 0x{data.hex()}", f"unknown reason 0x{data.hex()}", name="unknown")
    types, chinese = _ERRORS[name]
    try:
        values = tuple(decode(types, data[4:]))
    except DecodingError:
        values = ()
    shown = ", ".join(_show(value) for value in values)
    return RegistryRefused(f"{chinese}({shown})", f"{name}({shown})", name=name, values=values)


def _show(value: object) -> str:
    if isinstance(value, bytes):
        text = value.rstrip(b"\0")
        return text.decode("ascii") if text.isascii() and text.isalnum() else "0x" + value.hex()
    return str(value)
