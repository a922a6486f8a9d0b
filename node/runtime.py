"""The composition root: opens a home and puts its parts together, for writing or for reading."""

from __future__ import annotations

import gc
import os
import secrets
import time
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contracts import views
from node.attachment import attachment
from node.errors import Unavailable, Words
from node.home import NETWORK
from node.keys import load_key
from node.receipts.anchor import TrustAnchor
from node.receipts.errors import MalformedAnchor
from node.receipts.trust import Trust
from node.settings import Settings, read_settings
from storage.blocks import BlockIndex
from storage.journal import Journal
from storage.proofs import ProofFolder
from storage.root import StorageRoot

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping

    from eth_keys.datatypes import PrivateKey
    from web3.providers import AsyncBaseProvider

    from node.chain.embedded import EmbeddedChain
    from node.chain.engine import Engine
    from node.home import Home, Identity
    from node.registrar.drafting import Drafting
    from node.registrar.registrar import Registrar
    from node.registrar.request_file import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A home opened for reading: neither lock nor passphrase, beside a writer if there is one."""

    home: Home
    identity: Identity
    journal: Journal
    root: StorageRoot
    blocks: BlockIndex
    proofs: ProofFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """A home opened for writing by the one process that holds its lock."""

    home: Home
    identity: Identity
    settings: Settings
    engine: Engine
    journal: Journal
    registrar: Registrar


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A home opened for drafting by the one process that holds its lock: no key is open, the chain is not asked."""

    home: Home
    identity: Identity
    settings: Settings
    journal: Journal
    registrar: Drafting


def no_crash(_: str) -> None:
    """Go on: the crash point of a node in earnest."""


@contextmanager
def open_for_reading(home: Home) -> Iterator[Reading]:
    """Open a home for reading."""
    identity = home.identity()
    journal = Journal.open(home.journal, read_only=True)
    blocks = BlockIndex.open(home.blocks, root=home.storage, read_only=True)
    try:
        yield Reading(
            home=home,
            identity=identity,
            journal=journal,
            root=StorageRoot(home.storage, staging=home.staging),
            blocks=blocks,
            proofs=ProofFolder(home.proofs),
        )
    finally:
        journal.close()
        blocks.close()


@asynccontextmanager
async def open_for_writing(
    home: Home,
    passphrase: bytes,
    *,
    environment: Mapping[str, str],
    clock: Callable[[], float] = time.time,
) -> AsyncIterator[Writing]:
    """Own a home and open everything that a writing command needs; raise Unavailable when another process owns it."""
    identity = home.identity()
    with home.locked():
        home.require_confirmed()
        key = registrar_key(home, passphrase)
        if identity.chain == NETWORK:
            way = attachment(home, trust=trust_of(home), clock=clock)
        else:
            way = _sealing_engine(home, identity, passphrase, environment)
        async with way as engine:
            with writing_parts(home, key, engine=engine, clock=clock) as node:
                yield node


def registrar_key(home: Home, passphrase: bytes) -> PrivateKey | None:
    """Open the registrar's key, or None where this home has none: it is a governor's or an auditor's."""
    return load_key(home.keystores / "registrar.json", passphrase) if home.identity().registrar else None


@asynccontextmanager
async def _sealing_engine(
    home: Home, identity: Identity, passphrase: bytes, environment: Mapping[str, str]
) -> AsyncIterator[Engine]:
    async with sealing_chain(home, identity, passphrase, environment) as chain:
        yield embedded_engine(home, provider=chain.provider, stopped=lambda: chain.stopped)


@asynccontextmanager
async def asking(home: Home) -> AsyncIterator[Engine]:
    """Open a way to ask the home's chain, beside a writer if there is one; nothing is sent through it."""
    from node.chain.embedded import EmbeddedChain

    if home.identity().chain == NETWORK:
        async with attachment(home, trust=trust_of(home)) as engine:
            yield engine
        return
    chain = EmbeddedChain.open(home.chain)
    try:
        yield embedded_engine(home, provider=chain.provider)
    finally:
        await chain.close()


def embedded_engine(
    home: Home, *, provider: AsyncBaseProvider, stopped: Callable[[], Exception | None] = lambda: None
) -> Engine:
    """Give the engine of an embedded chain behind its provider."""
    from web3 import AsyncWeb3

    from node.chain.engine import Engine

    gas_price = read_settings(home.settings).gas_price
    return Engine(AsyncWeb3(provider), chain_id=home.identity().chain_id, gas_price=gas_price, stopped=stopped)


@contextmanager
def writing_parts(
    home: Home,
    key: PrivateKey | None,
    *,
    engine: Engine,
    clock: Callable[[], float] = time.time,
    crash_point: Callable[[str], None] = no_crash,
) -> Iterator[Writing]:
    """Put together what writes, around a registrar's key and a way to the chain; the caller holds the home's lock."""
    from node.registrar.acts import Acts
    from node.registrar.following import Following
    from node.registrar.registrar import Registrar

    # the libraries leave some 100,000 lasting objects; walked again and again they cost a bulk act a fifth of its time
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 1000)
    identity, settings = home.identity(), read_settings(home.settings)
    with _databases(home) as (journal, blocks, root):
        registry = bytes.fromhex(identity.registry)
        shared: dict[str, Any] = {"engine": engine, "journal": journal, "registry": registry, "clock": clock}
        registrar = Registrar(
            acts=Acts(proofs=ProofFolder(home.proofs), key=key, crash_point=crash_point, **shared),
            following=Following(institution=identity.code, **shared),
            **_drafting_parts(identity, journal, blocks, root, clock=clock, crash_point=crash_point),
        )
        yield Writing(
            home=home, identity=identity, settings=settings, engine=engine, journal=journal, registrar=registrar
        )


@contextmanager
def open_for_drafting(
    home: Home, *, clock: Callable[[], float] = time.time, crash_point: Callable[[str], None] = no_crash
) -> Iterator[Desk]:
    """Own a home for what needs neither key nor chain; raise Unavailable when another process owns it."""
    from node.registrar.drafting import Drafting

    identity = home.identity()
    with home.locked(), _databases(home) as (journal, blocks, root):
        home.require_confirmed()
        parts = _drafting_parts(identity, journal, blocks, root, clock=clock, crash_point=crash_point)
        settings = read_settings(home.settings)
        yield Desk(home=home, identity=identity, settings=settings, journal=journal, registrar=Drafting(**parts))


@contextmanager
def _databases(home: Home) -> Iterator[tuple[Journal, BlockIndex, StorageRoot]]:
    """Open journal, block index and storage root for writing."""
    journal = Journal.open(home.journal)
    blocks = BlockIndex.open(home.blocks, root=home.storage)
    try:
        yield journal, blocks, StorageRoot(home.storage, staging=home.staging)
    finally:
        journal.close()
        blocks.close()


def _drafting_parts(
    identity: Identity,
    journal: Journal,
    blocks: BlockIndex,
    root: StorageRoot,
    *,
    clock: Callable[[], float],
    crash_point: Callable[[str], None],
) -> dict[str, Any]:
    """Put together what the registrar needs before anything is signed."""
    from node.registrar.editions import Editions
    from node.registrar.planning import Planner
    from node.registrar.review import Review
    from node.registrar.store import Store
    from node.registrar.unit_store import UnitStore

    stores: dict[str, Any] = {
        "root": root, "blocks": blocks, "journal": journal, "salt": new_salt, "clock": clock,
        "crash_point": crash_point,
    }  # fmt: skip
    sender = bytes.fromhex(identity.registrar)
    return {
        "root": root,
        "journal": journal,
        "store": Store(institution=identity.code, **stores),
        "units": UnitStore(**stores),
        "editions": Editions(**stores),
        "planner": Planner(journal=journal, institution=identity.code, sender=sender, clock=clock),
        "review": Review(journal=journal, place=place_of(identity), clock=clock),
    }


def place_of(identity: Identity) -> Place:
    """Say for which registry and institution a home's requests are."""
    from node.registrar.request_file import Place

    return Place(
        chain_id=identity.chain_id,
        registry=bytes.fromhex(identity.registry),
        institution=identity.code,
        name=identity.name,
    )


@asynccontextmanager
async def sealing_chain(
    home: Home,
    identity: Identity,
    passphrase: bytes,
    environment: Mapping[str, str],
    *,
    crash_point: Callable[[str], None] = no_crash,
) -> AsyncIterator[EmbeddedChain]:
    """Open the embedded chain with its sealing key; the caller holds the home's lock."""
    from node.chain.embedded import EmbeddedChain

    chain: EmbeddedChain

    def admits(sender: bytes) -> bool:
        answer = chain.read(bytes.fromhex(identity.registry), views.encode_is_known(sender))
        return views.decode_is_known(answer)

    chain = EmbeddedChain.open(
        home.chain,
        sealing_key=load_key(home.keystores / "validator.json", passphrase).to_bytes(),
        admits=admits,
        watermark=None if identity.demonstration else watermark_path(identity, environment),
        crash_point=crash_point,
    )
    async with chain:
        yield chain


def watermark_path(identity: Identity, environment: Mapping[str, str]) -> Path:
    """Give the watermark's path: in the user's state directory, outside the home, one for each chain."""
    state = environment.get("XDG_STATE_HOME") or str(Path(environment.get("HOME", "/")) / ".local" / "state")
    return Path(state) / "zhicang" / f"watermark-{identity.genesis_hash[:16]}.json"


def trust_anchor(home: Home) -> TrustAnchor:
    """Read the home's copy of the trust anchor; raise MalformedAnchor, or Unavailable when it is not there."""
    try:
        return TrustAnchor.from_json_bytes(home.anchor.read_bytes())
    except MalformedAnchor as error:
        error.file = str(home.anchor)
        raise
    except FileNotFoundError:
        mend = Words("从备份或联盟网站取回信任锚", "take the anchor from a backup or from the consortium's web page")
        zh, en = "节点目录里没有信任锚", "the home has no trust anchor"
        raise Unavailable(zh, en, mend=mend, file=str(home.anchor)) from None


def trust_of(home: Home) -> Trust:
    """Give what the home's anchor proves: who seals at which height, and how far that is known."""
    return Trust.of(trust_anchor(home))


def new_salt() -> str:
    """Draw a salt: 128 random bits as 32 hexadecimal digits."""
    return secrets.token_hex(16)


def default_home(environment: Mapping[str, str]) -> Path:
    """Give the home that is meant when none is named: ZHICANG_HOME, else the user's data directory."""
    if named := environment.get("ZHICANG_HOME"):
        return Path(named)
    data = environment.get("XDG_DATA_HOME") or str(Path(environment.get("HOME", os.sep)) / ".local" / "share")
    return Path(data) / "zhicang"
