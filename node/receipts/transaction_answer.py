"""A transaction as an engine's JSON tells it, encoded again: for the roots of headers, which cover others' as well.

Nothing is judged here but the form: the root says whether the engine told the truth, `transaction` what counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from node.receipts import strict_rlp
from node.receipts.errors import MismatchedChain
from node.receipts.json_rpc import as_octets, octets, quantity
from node.receipts.strict_rlp import from_int
from node.receipts.transaction import ACCESS_LIST, FEE_MARKET, LEGACY

if TYPE_CHECKING:
    from collections.abc import Mapping

_FEES = {
    LEGACY: ("gasPrice",),
    ACCESS_LIST: ("gasPrice",),
    FEE_MARKET: ("maxPriorityFeePerGas", "maxFeePerGas"),
}


def transaction_from_json(fields: Mapping[str, Any]) -> bytes:
    """Encode a raw JSON-RPC transaction object of type 0, 1 or 2; raise MismatchedChain when that is not possible."""
    kind = quantity(fields, "type") if "type" in fields else LEGACY
    if kind not in _FEES:
        raise MismatchedChain(f"不支持第 {kind} 类交易", f"transactions of type {kind} are not supported")
    # engines that say the parity of a typed transaction by its own name may leave the old one out
    parity = "v" if kind == LEGACY or "v" in fields else "yParity"
    order, signature = [
        [from_int(quantity(fields, name)) for name in names]
        for names in (("nonce", *_FEES[kind], "gas"), (parity, "r", "s"))
    ]
    to = octets(fields, "to") if fields.get("to") is not None else b""
    shared: list[Any] = [*order, to, from_int(quantity(fields, "value")), octets(fields, "input")]
    if kind == LEGACY:
        return strict_rlp.encode([*shared, *signature])
    chain_id = from_int(quantity(fields, "chainId"))
    return bytes([kind]) + strict_rlp.encode([chain_id, *shared, _access_list(fields), *signature])


def _access_list(fields: Mapping[str, Any]) -> list[Any]:
    listed = fields.get("accessList")
    return [
        [octets(access, "address"), [as_octets(key, "storageKeys") for key in access["storageKeys"]]]
        for access in (listed or ())
    ]
