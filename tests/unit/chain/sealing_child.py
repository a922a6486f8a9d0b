"""A process that seals until it is killed: sends transactions and prints each hash once its receipt is there.

Its clocks run 400 times as fast as real ones, so that hundreds of headers fit between two kills.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

from eth_account import Account

from node.chain.embedded import Clock, EmbeddedChain


async def main(home: str, watermark: str, chain_id: str, validator_key: str, founder_key: str) -> None:
    reader = EmbeddedChain.open(Path(home))
    start, begun = reader.head.header.timestamp + 1, time.monotonic()
    await reader.close()

    def hurried() -> float:
        return start + (time.monotonic() - begun) * 400

    clock = Clock(wall=hurried, steady=hurried)
    key = bytes.fromhex(validator_key)
    chain = EmbeddedChain.open(Path(home), sealing_key=key, watermark=Path(watermark), clock=clock)
    async with chain:
        sender = Account.from_key(founder_key)
        nonce = int(await chain.rpc.call("eth_getTransactionCount", [sender.address, "latest"]), 16)
        while True:
            sent = []
            for _ in range(3):
                fields = {"nonce": nonce, "gasPrice": 0, "gas": 100_000, "value": 0, "data": b"\0"}
                signed = sender.sign_transaction({**fields, "chainId": int(chain_id)})
                sent.append("0x" + (await chain.send(bytes(signed.raw_transaction))).hex())
                nonce += 1
            while await chain.rpc.call("eth_getTransactionReceipt", [sent[-1]]) is None:  # noqa: ASYNC110 - as clients ask
                await asyncio.sleep(0.001)
            for tx_hash in sent:
                receipt = await chain.rpc.call("eth_getTransactionReceipt", [tx_hash])
                print(tx_hash, receipt["blockHash"], flush=True)  # noqa: T201 - its output is the acknowledgement


asyncio.run(main(*sys.argv[1:]))
