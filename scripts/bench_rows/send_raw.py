"""Send raw transactions one after another, each when the one before is in a header: send_raw.py URL CHAIN_ID COUNT.

What a client without a node would do: sign, send, look for the receipt every 50 ms. Each carries as many bytes as
registering one resource does. Prints one JSON list: the seconds of each.
"""

import http.client
import json
import os
import sys
import time
from typing import Any
from urllib.parse import urlsplit

from eth_account import Account

url, chain_id, count = urlsplit(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=60)
account, receiver = Account.create(), "0x" + "11" * 20
LENGTH, POLL, PATIENCE = 740, 0.05, 120.0


def call(method: str, *parameters: Any) -> Any:
    """Ask the engine; leave when it refuses."""
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters})
    connection.request("POST", "/", body, {"Content-Type": "application/json"})
    answer = json.loads(connection.getresponse().read())
    if "error" in answer:
        sys.exit(f"{method}: {answer['error']}")
    return answer["result"]


seconds = []
for nonce in range(count):
    begun = time.monotonic()
    fields = {"nonce": nonce, "gasPrice": 0, "gas": 200_000, "to": receiver, "value": 0, "chainId": chain_id}
    signed = account.sign_transaction({**fields, "data": os.urandom(LENGTH)})
    tx_hash = call("eth_sendRawTransaction", "0x" + signed.raw_transaction.hex())
    while call("eth_getTransactionReceipt", tx_hash) is None:
        if time.monotonic() - begun > PATIENCE:
            sys.exit(f"no header took transaction {nonce} within {PATIENCE:.0f} s")
        time.sleep(POLL)
    seconds.append(time.monotonic() - begun)
print(json.dumps(seconds))
