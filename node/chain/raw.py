"""Raw JSON-RPC over a web3 provider: results, refusals, and methods that an engine may lack.

Nothing here passes web3's formatters: proofs are made from what the engine said, digit by digit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from node.chain.errors import Refused
from node.errors import Doubtful
from node.receipts.json_rpc import as_octets, quantity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from web3 import AsyncWeb3

METHOD_NOT_FOUND = -32601
_REVERTED = 3
_BATCH = 100
_EXECUTION = ("revert", "invalid opcode", "out of gas", "stack ", "invalid jump")


class RevertedCallError(Exception):
    """The contract refused a call; ``data`` is its ABI-encoded error."""

    def __init__(self, data: bytes) -> None:
        super().__init__("0x" + data.hex())
        self.data = data


class RawRpc:
    """Asks an engine through its web3 provider."""

    def __init__(self, w3: AsyncWeb3[Any]) -> None:
        self._w3 = w3
        self._gives_all_receipts = True
        """Whether the engine has eth_getBlockReceipts; learnt once (GoQuorum has it not)."""

    async def response(self, method: str, *parameters: Any) -> Any:
        """Give the response object, refusal or not."""
        return await self._w3.provider.make_request(method, list(parameters))

    async def result(self, method: str, *parameters: Any) -> Any:
        """Give the result; raise Refused."""
        return _result(method, await self.response(method, *parameters))

    async def results(self, method: str, lists: Sequence[list[Any]]) -> list[Any]:
        """Give the results of one method for many lists of parameters, asked in batches."""
        found: list[Any] = []
        for start in range(0, len(lists), _BATCH):
            batch = [(method, parameters) for parameters in lists[start : start + _BATCH]]
            responses = await self._w3.provider.make_batch_request(batch)
            if isinstance(responses, dict):
                raise refused(method, responses.get("error"))
            found += [_result(method, response) for response in responses]
        return found

    async def call(self, call: dict[str, str], tag: str) -> bytes:
        """Run ``eth_call``; raise RevertedCallError when the contract refuses, Refused when the engine does."""
        response = await self.response("eth_call", call, tag)
        error = response.get("error")
        if error is None:
            return as_bytes(response["result"])
        fields = error if isinstance(error, dict) else {"message": error}
        data = fields.get("data")
        data = data if isinstance(data, str) and data.startswith("0x") else None
        said = str(fields.get("message", "")).lower()
        if data is None and fields.get("code") != _REVERTED and not any(word in said for word in _EXECUTION):
            raise refused("eth_call", error)
        raise RevertedCallError(as_bytes(data or "0x"))

    async def block(self, tag: str, *, whole: bool) -> dict[str, Any] | None:
        """Give the raw header object, with its transactions in full if `whole`; None where there is none."""
        block = await self.result("eth_getBlockByNumber", tag, whole)
        if block is None or (isinstance(block, dict) and isinstance(block.get("transactions"), list)):
            return block
        raise _shapeless("eth_getBlockByNumber")

    async def tx_receipts(self, block: dict[str, Any]) -> list[dict[str, Any]] | None:
        """Give the raw receipts of a header's transactions; None while the engine has not all of them."""
        if self._gives_all_receipts:
            response = await self.response("eth_getBlockReceipts", block.get("number"))
            error = response.get("error")
            if error is None:
                found: list[dict[str, Any]] | None = response["result"]
                if found is not None and not isinstance(found, list):
                    raise _shapeless("eth_getBlockReceipts")
                return found
            if not _is_missing(error):
                raise refused("eth_getBlockReceipts", error)
            self._gives_all_receipts = False
        try:
            hashes = [[transaction["hash"]] for transaction in block["transactions"]]
        except (KeyError, TypeError) as error:
            raise _shapeless("eth_getBlockByNumber") from error
        receipts = await self.results("eth_getTransactionReceipt", hashes)
        return None if None in receipts else receipts


def as_bytes(text: Any) -> bytes:
    """Read a 0x byte string that an engine said; raise Doubtful."""
    return as_octets(text, "result")


def as_quantity(text: Any) -> int:
    """Read a 0x quantity that stands alone; raise Doubtful."""
    return quantity({"result": text}, "result")


def refused(method: str, error: Any) -> Refused:
    """Give the error for an engine's refusal, with its own words."""
    message = error.get("message", error) if isinstance(error, dict) else error
    data = error.get("data") if isinstance(error, dict) else None
    words = data if isinstance(data, dict) else {}  # an embedded chain tells why it stopped in both languages
    zh, en = words.get("zh", message), words.get("en", message)
    return Refused(f"链拒绝了 {method}:{zh}", f"the chain refused {method}: {en}")


def _shapeless(method: str) -> Doubtful:
    return Doubtful(f"节点对 {method} 的回答残缺", f"the engine's answer to {method} is malformed")


def _is_missing(error: Any) -> bool:
    said = str(error.get("message", "")).lower() if isinstance(error, dict) else ""
    code = error.get("code") if isinstance(error, dict) else None
    return code == METHOD_NOT_FOUND or "does not exist" in said or "not available" in said or "not enabled" in said


def _result(method: str, response: Any) -> Any:
    if response.get("error") is not None:
        raise refused(method, response["error"])
    return response["result"]
