"""A network of one validator: an embedded chain behind JSON-RPC, whose registry knows several institutions.

`network_of_one.py DIR` founds it in DIR at the first start, seals and serves until it is ended, and prints its URL.
Keystores are written as `zhicang network found` writes them.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

from aiohttp import web

import contracts.artefact
import contracts.deploy
from contracts import views
from contracts.parties import Admission
from node.chain.embedded import EmbeddedChain
from node.chain.embedded.server import rpc_application
from node.keys import new_key, save_key
from node.receipts.anchor import TrustAnchor
from node.receipts.founding import AnchoredInstitution, Founding

CHAIN_ID = 2_023_000_777
PASSPHRASE = b"a passphrase for tests"
INSTITUTIONS = {
    "14000001": ("某图书馆", "12140000DEM000001M", "140000"),
    "33000001": ("浙江馆", "12330000DEM000001Y", "330000"),
    "51000002": ("四川馆", "12510000DEM0000014", "510000"),
}
TWO_PERSONS = "51000002"


def known(chain: EmbeddedChain, registry: bytes, sender: bytes) -> bool:
    return bool(views.decode_is_known(chain.read(registry, views.encode_is_known(sender))))


async def found(folder: Path) -> None:
    keys = {name: new_key(os.urandom) for name in ("validator", "governor")}
    address = {name: key.public_key.to_canonical_address() for name, key in keys.items()}
    institutions = []
    for code, (name, credit_code, region) in sorted(INSTITUTIONS.items()):
        keystores = folder / "institutions" / code / "keystores"
        keystores.mkdir(parents=True)
        held = {}
        for role in ("registrar", "reviewer") if code == TWO_PERSONS else ("registrar",):
            key = new_key(os.urandom)
            save_key(keystores / f"{role}.json", key, PASSPHRASE, work_factor=2)
            held[role + "s"] = (key.public_key.to_canonical_address(),)
        institutions.append(
            AnchoredInstitution(
                code=code, name=name, credit_code=credit_code, region=region, one_person=code != TWO_PERSONS, **held,
            )
        )  # fmt: skip
    EmbeddedChain.found(
        folder / "chain.db", chain_id=CHAIN_ID, validator=address["validator"], founder=address["governor"]
    )
    (folder / "validator").write_text(keys["validator"].to_bytes().hex())
    save_key(folder / "governor.json", keys["governor"], PASSPHRASE, work_factor=2)
    chain = EmbeddedChain.open(
        folder / "chain.db", sealing_key=keys["validator"].to_bytes(), admits=lambda _: False, watermark=None
    )
    admissions = [
        Admission(
            institution=one.code.encode(), profile_digest=one.profile.digest, one_person=one.one_person,
            registrars=one.registrars, reviewers=one.reviewers,
        )
        for one in institutions
    ]
    async with chain:
        from web3 import AsyncWeb3

        from node.chain.engine import Engine

        engine = Engine(AsyncWeb3(chain.provider), chain_id=CHAIN_ID)
        calldata = contracts.deploy.creation_calldata([address["governor"]], 1, admissions)
        tx_hash, raw = engine.sign(keys["governor"], to=None, calldata=calldata, nonce=0, gas=8_000_000)
        await engine.send(raw)
        assert (await engine.wait(tx_hash, limit=60)).succeeded
        founding = Founding(
            chain_id=CHAIN_ID, genesis_hash=chain.genesis_hash,
            registry=contracts.deploy.registry_address(address["governor"], 0),
            registry_code_hash=contracts.artefact.load().code_hash, validators=(address["validator"],),
            governors=(address["governor"],), threshold=1, institutions=tuple(institutions),
        )  # fmt: skip
    (folder / "anchor.json").write_bytes(TrustAnchor(founding=founding).to_json_bytes())


async def serve(folder: Path, port: int) -> None:
    anchor = TrustAnchor.from_json_bytes((folder / "anchor.json").read_bytes())
    chain = EmbeddedChain.open(
        folder / "chain.db", sealing_key=bytes.fromhex((folder / "validator").read_text()), watermark=None,
        admits=lambda sender: known(chain, anchor.founding.registry, sender),
    )  # fmt: skip
    async with chain:
        runner = web.AppRunner(rpc_application(chain.rpc), access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        sys.stdout.write(json.dumps({"url": f"http://127.0.0.1:{runner.addresses[0][1]}"}) + "\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    place = Path(sys.argv[1])
    if not (place / "anchor.json").exists():
        asyncio.run(found(place))
    asyncio.run(serve(place, int(sys.argv[2]) if len(sys.argv) > 2 else 0))
