"""The composition root: opens a home for reading, for drafting or for acting, with its parts put together."""

from __future__ import annotations

import gc
import time
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from node.engines import acting_engine
from node.keys import load_key
from node.settings import Settings, read_settings
from node.wiring import acting_registrar, databases, drafting_registrar, no_crash
from storage.blocks import BlockIndex
from storage.journal import Journal
from storage.proofs import ProofFolder
from storage.root import StorageRoot

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping

    from eth_keys.datatypes import PrivateKey

    from node.chain.engine import Engine
    from node.home import Home, Identity
    from node.registrar.drafting import Drafting
    from node.registrar.registrar import Registrar


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


@contextmanager
def open_for_drafting(
    home: Home, *, clock: Callable[[], float] = time.time, crash_point: Callable[[str], None] = no_crash
) -> Iterator[Desk]:
    """Own a home for what needs neither key nor chain; raise Unavailable when another process owns it."""
    identity = home.identity()
    with home.locked(), databases(home) as stores:
        home.require_confirmed()
        registrar = drafting_registrar(identity, stores, clock=clock, crash_point=crash_point)
        settings = read_settings(home.settings)
        yield Desk(home=home, identity=identity, settings=settings, journal=stores.journal, registrar=registrar)


@asynccontextmanager
async def open_for_writing(
    home: Home,
    passphrase: bytes,
    *,
    environment: Mapping[str, str],
    clock: Callable[[], float] = time.time,
) -> AsyncIterator[Writing]:
    """Own a home and open everything that a writing command needs; raise Unavailable when another process owns it."""
    with home.locked():
        home.require_confirmed()
        key = registrar_key(home, passphrase)
        async with acting_engine(home, passphrase, environment=environment, clock=clock) as engine:
            with writing_parts(home, key, engine=engine, clock=clock) as node:
                yield node


def registrar_key(home: Home, passphrase: bytes) -> PrivateKey | None:
    """Open the registrar's key, or None where this home has none: it is a governor's or an auditor's."""
    return load_key(home.keystores / "registrar.json", passphrase) if home.identity().registrar else None


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
    # the libraries leave some 100,000 lasting objects; walked again and again they cost a bulk act a fifth of its time
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 1000)
    identity = home.identity()
    with databases(home) as stores:
        yield Writing(
            home=home,
            identity=identity,
            settings=read_settings(home.settings),
            engine=engine,
            journal=stores.journal,
            registrar=acting_registrar(
                identity, stores, key=key, engine=engine, proofs=ProofFolder(home.proofs), clock=clock,
                crash_point=crash_point,
            ),
        )  # fmt: skip
