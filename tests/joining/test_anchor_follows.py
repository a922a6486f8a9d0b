"""A home's anchor comes forward by itself, by proof: while it serves, and before an audit that needs it newer."""

from __future__ import annotations

import json
import subprocess
import time
import urllib.request
from typing import TYPE_CHECKING, Any

from eth_account import Account

from contracts import calls, governing
from node.chain.remote.observe import observed
from node.home import Home
from node.keys import load_key
from node.own_anchor import OwnAnchor, trust_anchor, trust_of
from node.receipts.anchor import TrustAnchor
from node.receipts.folding import fold

if TYPE_CHECKING:
    import pytest
    from conftest import Desk

CODE, PATIENCE = "14000001", 60
PASSPHRASE = b"a passphrase for tests"


def ask(url: str, method: str, *parameters: Any) -> Any:
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        return json.load(answer)["result"]


def govern(desk: Desk, call: governing.GovernedCall) -> None:
    """Have the network's only governor carry out an act."""
    founding = TrustAnchor.from_json_bytes((desk.network / "anchor.json").read_bytes()).founding
    key = load_key(desk.network / "governor.json", PASSPHRASE)
    sender = "0x" + key.public_key.to_canonical_address().hex()
    said = calls.GovernCall(
        call=governing.encode_governed(call), expires=int(time.time()) + 3600, document=bytes(32)
    )  # fmt: skip
    signed = Account.sign_transaction(
        {
            "chainId": founding.chain_id, "gasPrice": 0, "gas": 1_000_000, "to": founding.registry, "value": 0,
            "nonce": int(ask(desk.url, "eth_getTransactionCount", sender, "latest"), 16),
            "data": calls.encode_call(said),
        },
        key.to_bytes(),
    )  # fmt: skip
    before = ask(desk.url, "eth_blockNumber")
    ask(desk.url, "eth_sendRawTransaction", "0x" + signed.raw_transaction.hex())
    deadline = time.monotonic() + PATIENCE
    while ask(desk.url, "eth_blockNumber") == before:
        assert time.monotonic() < deadline
        time.sleep(0.1)


POLICY = governing.SetPolicyCall(institution=CODE.encode(), one_person=True)


def test_a_serving_node_follows_and_so_does_a_second_act(desk: Desk) -> None:
    desk.well("home", *desk.joins(CODE))
    home = Home(desk.folder / "home")
    serving = subprocess.Popen(
        desk.command("home", "serve", "--port", "0", "--json"), cwd=desk.folder, env=desk.environment,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert serving.stdout is not None
        serving.stdout.readline()
        assert trust_of(home).sequence == 0
        for sequence in (1, 2):
            govern(desk, POLICY)
            deadline = time.monotonic() + PATIENCE
            while trust_of(home).sequence < sequence:
                assert time.monotonic() < deadline
                time.sleep(0.2)
        desk.well("home", "register", desk.folder / "one.txt", "--period", "2023", "--title", "一", "--type", "text")
    finally:
        serving.terminate()
        serving.communicate()


async def test_what_an_endpoint_merely_says_changes_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """It tells of an act that it does not prove: the anchor stays, and why is kept."""
    desk.well("home", *desk.joins(CODE))
    home = Home(desk.folder / "home")
    before = home.anchor.read_bytes()
    govern(desk, POLICY)
    own = OwnAnchor(home)
    async with observed([desk.url], own.trust.founding) as rpc:
        honest = rpc.result

        async def concealing(method: str, *parameters: Any) -> Any:
            return [] if method == "eth_getLogs" else await honest(method, *parameters)

        monkeypatch.setattr(rpc, "result", concealing)
        assert not await own.follow_by(rpc)
        assert "governance acts" in str(own.trouble)
        assert home.anchor.read_bytes() == before
        monkeypatch.undo()
        assert await own.follow_by(rpc)
        assert not await own.follow_by(rpc)
    assert own.trouble is None
    assert fold(trust_anchor(home)).sequence == own.trust.sequence == 1


def test_an_audit_brings_the_anchor_forward_first(desk: Desk) -> None:
    desk.well("home", *desk.joins(CODE))
    govern(desk, POLICY)
    desk.well("home", "audit")
    assert trust_of(Home(desk.folder / "home")).sequence == 1
