"""The first header of a consortium's chain, and the genesis files from which Besu and GoQuorum make the same one.

Source: the QBFT chapters of the documentation of Besu and of GoQuorum. Both take everything up to Berlin as given from
the first header on, and nothing of London: no base fee. The validators stand in the header's extra data and change by
votes; validators chosen by a contract are not used, because such a set cannot be proven by headers alone.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from node.receipts.first_header import first_header
from node.receipts.header import MIX_HASH

if TYPE_CHECKING:
    from node.receipts.header import Header

GAS_LIMIT = 800_000_000
"""Gas of one header: about 10,000 records. Engines move it by 1/1024 a header, so it is there from the start."""
EPOCH_LENGTH = 30_000
"""Headers after which votes that are still open are forgotten."""
CODE_SIZE_LIMIT = 65_536
_FORKS = ("homestead", "eip150", "eip155", "eip158", "byzantium", "constantinople", "petersburg", "istanbul", "berlin")
_NO_CONTRACT = "0x" + 40 * "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Genesis:
    """What the first header and the rules of a chain follow from.

    Attributes:
        chain_id: EIP-155 chain id; no part of the header, only of the files.
        validators: addresses of 20 bytes, ascending.
        period: seconds between two headers.
        request_timeout: seconds after which validators give a silent proposer up.
        timestamp: of the first header, UTC seconds.
    """

    chain_id: int
    validators: tuple[bytes, ...]
    period: int
    request_timeout: int
    timestamp: int

    def header(self) -> Header:
        """Give the header of height 0."""
        return first_header(validators=self.validators, gas_limit=GAS_LIMIT, timestamp=self.timestamp)

    def for_besu(self) -> bytes:
        """Give the file for Besu's ``--genesis-file``."""
        qbft = {
            "blockperiodseconds": self.period,
            "epochlength": EPOCH_LENGTH,
            "requesttimeoutseconds": self.request_timeout,
        }
        config = {
            "chainId": self.chain_id,
            "berlinBlock": 0,
            "contractSizeLimit": CODE_SIZE_LIMIT,
            "qbft": qbft,
        }
        return self._file(config)

    def for_quorum(self) -> bytes:
        """Give the file for GoQuorum's ``init``."""
        qbft = {
            "blockperiodseconds": self.period,
            "ceil2Nby3Block": 0,
            "epochlength": EPOCH_LENGTH,
            "policy": 0,
            "requesttimeoutseconds": self.request_timeout,
            "validatorcontractaddress": _NO_CONTRACT,
        }
        config = {
            "chainId": self.chain_id,
            **{f"{fork}Block": 0 for fork in _FORKS},
            "isQuorum": True,
            "maxCodeSizeConfig": [{"block": 0, "size": CODE_SIZE_LIMIT >> 10}],
            "txnSizeLimit": 64,
            "qbft": qbft,
        }
        return self._file(config)

    def _file(self, config: dict[str, Any]) -> bytes:
        header = self.header()
        fields = {
            "config": config,
            "nonce": "0x0",
            "timestamp": hex(header.timestamp),
            "gasLimit": hex(header.gas_limit),
            "difficulty": hex(header.difficulty),
            "mixHash": "0x" + MIX_HASH.hex(),
            "coinbase": "0x" + header.miner.hex(),
            "extraData": "0x" + header.extra_data.hex(),
            "alloc": {},
        }
        return json.dumps(fields, indent=2).encode() + b"\n"
