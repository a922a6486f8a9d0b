"""The errors of the embedded chain: what a JSON-RPC caller is told, and what stops the sealing.

Exception
└── RpcError                 a request fails: JSON-RPC code, message, data
    ├── InvalidParamsError   -32602
    ├── RefusedError         -32000  the transaction pool or the state refuses
    └── RevertError               3  the contract reverted; data is its ABI-encoded error

What stops the node instead (clock, watermark, disk) is node.errors.Unavailable, which every later request repeats.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from node.errors import ZhicangError

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INTERNAL_ERROR = -32603
LIMIT_EXCEEDED = -32005


class RpcError(Exception):
    """A request that fails; the chain goes on.

    Args:
        message: what is wrong, in English, as JSON-RPC clients expect it.
        code: the error's number (JSON-RPC 2.0, section 5.1; 3 and -32000..-32099 as in Ethereum's clients).
        data: what a program can use: the revert's bytes as 0x text, or the sentence in both languages.
    """

    default_code: ClassVar[int] = INTERNAL_ERROR

    def __init__(self, message: str, *, code: int | None = None, data: Any = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = self.default_code if code is None else code
        self.data = data

    def to_json(self) -> dict[str, Any]:
        """Give the error object of a JSON-RPC response."""
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        return error if self.data is None else error | {"data": self.data}


class InvalidParamsError(RpcError):
    """The parameters do not fit the method."""

    default_code = -32602


class RefusedError(RpcError):
    """The chain does not take a transaction or does not have a state."""

    default_code = -32000

    @classmethod
    def of(cls, error: ZhicangError) -> RefusedError:
        """Tell a caller why the node stands still; both languages travel in data."""
        words = error.words
        return cls(words.en, data={"code": error.code, "zh": words.zh, "en": words.en})


class RevertError(RpcError):
    """A contract reverted a call."""

    default_code = 3

    def __init__(self, revert_data: bytes) -> None:
        super().__init__("execution reverted", data="0x" + revert_data.hex())
