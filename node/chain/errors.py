"""The errors of reaching a chain and of believing what it says, told in Chinese and English.

Unavailable              3  each leaves the journal to finish later
├── EndpointFailure         one URL gave no usable answer; the next one is asked
│   ├── Unreachable         no connection, or it broke half-way
│   ├── Stalled             no whole answer in time
│   ├── TooLarge            the answer is larger than anything that was asked for
│   ├── NotJsonRpc          HTML, half an object, another request's answer
│   ├── OtherChain          another chain id, genesis or registry
│   ├── Behind              its head is old, or below a header that was proven here
│   ├── Ahead               its head is sealed by validators that the trust anchor does not know yet
│   ├── Forged              an answer that its own header, or the seals on it, do not bear out
│   └── NoEndpoint          every URL failed; says how each did
├── Refused                 the engine said no to a request
├── KeyElsewhere            a transaction that this journal does not know consumed the key's nonce
└── BrokenFinality          what was final is not: writing stops until an operator resolves it
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.errors import Unavailable, Words

if TYPE_CHECKING:
    from collections.abc import Sequence


class EndpointFailure(Unavailable):
    """One URL gave no usable answer."""

    code = "endpoint-failure"


class Unreachable(EndpointFailure):
    """No connection, or one that broke before the answer was whole."""

    code = "endpoint-unreachable"


class Stalled(EndpointFailure):
    """No whole answer in time."""

    code = "endpoint-stalled"


class TooLarge(EndpointFailure):
    """An answer larger than anything that was asked for."""

    code = "endpoint-too-large"


class NotJsonRpc(EndpointFailure):
    """An answer that is no JSON-RPC response to the request."""

    code = "endpoint-not-json-rpc"


class OtherChain(EndpointFailure):
    """An engine of another chain, or without the registry that is meant."""

    code = "other-chain"


class Behind(EndpointFailure):
    """An engine whose head is old, or below a header that was proven here."""

    code = "endpoint-behind"


class Ahead(EndpointFailure):
    """A head that is sealed by validators that the trust anchor does not know yet."""

    code = "anchor-too-old"


class Forged(EndpointFailure):
    """An answer that its own header, or the seals on that header, do not bear out."""

    code = "forged-answer"


class NoEndpoint(EndpointFailure):
    """Every URL failed.

    Args:
        failures: how each of them did, in the order of the setting.
    """

    code = "no-endpoint"

    def __init__(self, failures: Sequence[EndpointFailure]) -> None:
        zh = "没有一个区块链接口可用:" + ";".join(failure.words.zh for failure in failures)
        en = "no chain endpoint can be used: " + "; ".join(failure.words.en for failure in failures)
        mend = Words(
            "检查设置 rpc_urls 与网络;已记入日志的登记在接口恢复后自动续办",
            "check the setting rpc_urls and the network; what the journal holds is finished when one answers again",
        )
        super().__init__(zh, en, mend=mend)
        self.failures = tuple(failures)


class Refused(Unavailable):
    """The engine said no to a request."""

    code = "refused-by-engine"


class KeyElsewhere(Unavailable):
    """A transaction that this journal does not know consumed a nonce of this home's key."""

    code = "key-elsewhere"


class BrokenFinality(Unavailable):
    """What was final is not: writing stops until an operator has resolved the incident."""

    code = "broken-finality"
