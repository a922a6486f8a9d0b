"""The wiring of the registrar: which part holds which other, around a home's databases, for drafting and for acting."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from node.settings import read_settings
from storage.blocks import BlockIndex
from storage.journal import Journal
from storage.root import StorageRoot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from eth_keys.datatypes import PrivateKey

    from node.chain.engine import Engine
    from node.home import Home, Identity
    from node.registrar.drafting import Drafting
    from node.registrar.registrar import Registrar
    from node.registrar.request_file import Place
    from storage.proofs import ProofFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """A home's journal, block index and storage root, open for writing."""

    journal: Journal
    blocks: BlockIndex
    root: StorageRoot
    unit_index: Path


@contextmanager
def databases(home: Home) -> Iterator[Stores]:
    """Open what the registrar writes; the caller holds the home's lock."""
    journal = Journal.open(home.journal)
    blocks = BlockIndex.open(home.blocks, root=home.storage)
    try:
        with_sm3 = read_settings(home.settings).profile == "cn"
        root = StorageRoot(home.storage, staging=home.staging, sm3=with_sm3)
        yield Stores(journal=journal, blocks=blocks, root=root, unit_index=home.unit_index)
    finally:
        journal.close()
        blocks.close()


def acting_registrar(
    identity: Identity,
    stores: Stores,
    *,
    key: PrivateKey | None,
    engine: Engine,
    proofs: ProofFolder,
    clock: Callable[[], float],
    crash_point: Callable[[str], None],
) -> Registrar:
    """Put together the registrar that signs and sends."""
    from node.registrar.acts import Acts
    from node.registrar.following import Following
    from node.registrar.registrar import Registrar

    registry = bytes.fromhex(identity.registry)
    shared: dict[str, Any] = {"engine": engine, "journal": stores.journal, "registry": registry, "clock": clock}
    return Registrar(
        acts=Acts(proofs=proofs, key=key, crash_point=crash_point, **shared),
        following=Following(institution=identity.code, **shared),
        **_drafting_parts(identity, stores, clock=clock, crash_point=crash_point),
    )


def drafting_registrar(
    identity: Identity, stores: Stores, *, clock: Callable[[], float], crash_point: Callable[[str], None]
) -> Drafting:
    """Put together the part of the registrar that needs neither key nor chain."""
    from node.registrar.drafting import Drafting

    return Drafting(**_drafting_parts(identity, stores, clock=clock, crash_point=crash_point))


def _drafting_parts(
    identity: Identity, stores: Stores, *, clock: Callable[[], float], crash_point: Callable[[str], None]
) -> dict[str, Any]:
    from node.registrar.approving import Approving
    from node.registrar.editions import Editions
    from node.registrar.growing import Growing
    from node.registrar.planning import Planner
    from node.registrar.review import Review
    from node.registrar.store import Store
    from node.registrar.unit_index import UnitIndex
    from node.registrar.unit_store import UnitStore

    journal, root = stores.journal, stores.root
    shared: dict[str, Any] = {"root": root, "journal": journal, "clock": clock, "crash_point": crash_point}
    parts = shared | {"blocks": stores.blocks, "salt": new_salt}
    growing = Growing(blocks=stores.blocks, **shared)
    people: dict[str, Any] = {"journal": journal, "place": place_of(identity), "clock": clock}
    sender = bytes.fromhex(identity.registrar)
    return {
        "root": root,
        "journal": journal,
        "store": Store(institution=identity.code, **parts),
        "units": UnitStore(index=UnitIndex(stores.unit_index), **parts),
        "growing": growing,
        "editions": Editions(growing=growing, salt=new_salt, **shared),
        "planner": Planner(journal=journal, institution=identity.code, sender=sender, clock=clock),
        "review": Review(**people),
        "approving": Approving(**people),
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


def no_crash(_: str) -> None:
    """Go on: the crash point of a node in earnest."""


def new_salt() -> str:
    """Draw a salt: 128 random bits as 32 hexadecimal digits."""
    return secrets.token_hex(16)
