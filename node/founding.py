"""Founding a node: keys, embedded chain, registry, this institution admitted, storage, journal; whole or not at all.

Everything is made in a hidden folder beside the home that gets its name at the end (see node/building.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import contracts.artefact
import contracts.deploy
from contracts.parties import Admission
from node.building import building
from node.chain.embedded import EmbeddedChain
from node.chain.engine import Engine
from node.errors import BadInput, OwnFault, together
from node.home import EMBEDDED, FORMAT, Home, Identity
from node.keys import SCRYPT_WORK_FACTOR, new_key, save_key
from node.receipts.anchor import TrustAnchor
from node.receipts.founding import AnchoredInstitution, Founding
from node.records import canonical
from node.records.credit_code import check_credit_code
from node.recovery_sheet import recovery_sheet
from storage.blocks import BlockIndex
from storage.durable import write_durably
from storage.journal import Journal
from storage.root import StorageRoot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from eth_keys.datatypes import PrivateKey

PURPOSE = "founding"
"""By this word the folder is known that a killed founding leaves."""
PATIENCE = 60.0
DEPLOY_GAS = 8_000_000
SETTINGS = """# Settings of this node; node/README.md lists them.
# programme = ""
# rpc_port = 8545
# gas_price = 0
# rpc_urls = []
# gateway = "127.0.0.1:8080"
# gateway_for = "public"
# ipfs_api = "http://127.0.0.1:5001"  # RPC API of the home's kubo
# ipfs_token_file = ""  # file with the token that this API asks for
# ipfs_silence = 60  # seconds of silence after which kubo is given up
# fixity_rate = 0  # MB a second that audit --fixity reads; 0: no limit
# fixity_days = 0  # days in which it reads everything once; 0: every run does
# retention_days = 180  # days from withdrawal before a payload may be purged
profile = "cn"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Institution:
    """The institution that founds a node: its code on chain, name, credit code and region."""

    code: str
    name: str
    credit_code: str
    region: str

    def __post_init__(self) -> None:
        if wrong := list(self._wrong()):
            raise together(wrong)

    def _wrong(self) -> Iterator[BadInput]:
        if re.fullmatch("[0-9A-Z]{8}", self.code) is None:
            zh = f"机构码“{self.code[:20]}”应为 8 位数字或大写字母:行政区划代码 6 位加顺序号 2 位,如 14000001"
            en = f"code {self.code[:20]!r} must be 8 digits or capitals: region 6 and serial 2, such as 14000001"
            yield BadInput(zh, en, field="code")
        if not self.name.strip():
            yield BadInput("机构名称为空", "the institution's name is empty", field="name")
        if re.fullmatch("[0-9]{6}", self.region) is None:
            zh = f"行政区划代码“{self.region[:20]}”应为 6 位数字(GB/T 2260),如 140000"
            en = f"region {self.region[:20]!r} must be six digits (GB/T 2260), such as 140000"
            yield BadInput(zh, en, field="region")
        try:
            check_credit_code(self.credit_code)
        except BadInput as error:
            yield error

    def profile_digest(self) -> bytes:
        """Give what stands on chain for {credit code, name, region}: SHA-256 of their RFC 8785 JSON."""
        return canonical.digest({"credit_code": self.credit_code, "name": self.name, "region": self.region})


async def found(
    path: Path,
    institution: Institution,
    *,
    passphrase: bytes,
    chain_id: int,
    clock: Callable[[], float],
    random_bytes: Callable[[int], bytes],
    reviewers: tuple[bytes, ...] = (),
    demonstration: bool = False,
    work_factor: int = SCRYPT_WORK_FACTOR,
) -> Identity:
    """Make a node's home at `path`; raise BadInput when something is there.

    With ``reviewers`` (addresses of keys that stay with their owners) the institution's policy is two persons.
    """
    with building(path, PURPOSE, random_bytes=random_bytes) as hidden:
        home = Home(hidden)
        keys = {role: new_key(random_bytes) for role in ("governor", "registrar", "validator")}
        identity = Identity(
            format=FORMAT, code=institution.code, name=institution.name, credit_code=institution.credit_code,
            region=institution.region, chain=EMBEDDED, chain_id=chain_id, genesis_hash="", registry="",
            registry_code_hash="", reviewer="", auditor="", demonstration=demonstration,
            **{role: key.public_key.to_canonical_address().hex() for role, key in keys.items()},
        )  # fmt: skip
        identity = await _found_chain(home, identity, institution, keys, reviewers=reviewers, clock=clock)
        home.keystores.mkdir(mode=0o700)
        for role, key in keys.items():
            save_key(home.keystores / f"{role}.json", key, passphrase, work_factor=work_factor)
        found_parts(home)
        write_durably(home.anchor, founding_anchor(identity, reviewers).to_json_bytes())
        write_durably(home.settings, SETTINGS.encode())
        write_durably(home.recovery_sheet, recovery_sheet(identity, keys).encode(), mode=0o600)
        write_durably(home.identity_file, identity.to_bytes())
    return identity


def found_parts(home: Home) -> None:
    """Make what every home has, whatever its chain: storage root, block index, journal, proofs; all empty."""
    StorageRoot.found(home.storage, staging=home.staging)
    BlockIndex.found(home.blocks).close()
    Journal.found(home.journal).close()
    home.proofs.mkdir()


def founding_anchor(identity: Identity, reviewers: tuple[bytes, ...] = ()) -> TrustAnchor:
    """Give the founding part of the trust anchor of an embedded chain."""
    founding = Founding(
        chain_id=identity.chain_id,
        genesis_hash=bytes.fromhex(identity.genesis_hash),
        registry=bytes.fromhex(identity.registry),
        registry_code_hash=bytes.fromhex(identity.registry_code_hash),
        validators=(bytes.fromhex(identity.validator),),
        governors=(bytes.fromhex(identity.governor),),
        threshold=1,
        institutions=(
            AnchoredInstitution(
                code=identity.code,
                name=identity.name,
                credit_code=identity.credit_code,
                region=identity.region,
                one_person=not reviewers,
                registrars=(bytes.fromhex(identity.registrar),),
                reviewers=tuple(sorted(reviewers)),
            ),
        ),
        demonstration=identity.demonstration,
    )
    return TrustAnchor(founding=founding)


async def _found_chain(
    home: Home,
    identity: Identity,
    institution: Institution,
    keys: dict[str, PrivateKey],
    *,
    reviewers: tuple[bytes, ...],
    clock: Callable[[], float],
) -> Identity:
    """Make the chain and deploy the registry from the governor's key (nonce 0), which admits the institution, too."""
    from web3 import AsyncWeb3

    governor = keys["governor"].public_key.to_canonical_address()
    validator = keys["validator"].public_key.to_canonical_address()
    registrar = keys["registrar"].public_key.to_canonical_address()
    EmbeddedChain.found(home.chain, chain_id=identity.chain_id, validator=validator, founder=governor, clock=clock)
    chain = EmbeddedChain.open(
        home.chain, sealing_key=keys["validator"].to_bytes(), admits=lambda sender: sender == governor, watermark=None,
    )  # fmt: skip
    async with chain:
        engine = Engine(AsyncWeb3(chain.provider), chain_id=identity.chain_id)
        registry = contracts.deploy.registry_address(governor, 0)
        admission = Admission(
            institution=institution.code.encode(),
            profile_digest=institution.profile_digest(),
            one_person=not reviewers,
            registrars=(registrar,),
            reviewers=tuple(sorted(reviewers)),
        )
        calldata = contracts.deploy.creation_calldata([governor], 1, [admission])
        tx_hash, raw = engine.sign(keys["governor"], to=None, calldata=calldata, nonce=0, gas=DEPLOY_GAS)
        await engine.send(raw)
        landed = await engine.wait(tx_hash, limit=PATIENCE)
        if not landed.succeeded:
            raise OwnFault("部署登记合约失败", "the registry could not be deployed")
        code_hash = await engine.code_hash(registry)
        if code_hash != contracts.artefact.load().code_hash:
            raise OwnFault("链上合约代码与随附的不符", "the code on chain is not the artefact's")
        return replace(
            identity,
            genesis_hash=chain.genesis_hash.hex(),
            registry=registry.hex(),
            registry_code_hash=code_hash.hex(),
        )
