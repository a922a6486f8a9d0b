"""An existing home onto a network: its chain is fixed there and closed, its records are registered there once more.

| step | what is durable after it | a crash after it |
|---|---|---|
| 1 | ``joining.json``: who the home was and will be, and its old anchor | nothing else writes; `join` goes on |
| 2 | the watermark is closed: no copy of the old chain on this machine seals again | as above |
| 3 | the journal, in one transaction: what was final is remembered as earlier and stands at ``stored`` | as above |
| 4 | keystores, anchor, settings, recovery sheet; last ``home.json`` | they are written again |
| 5 | `anchorChain` is final, the home's anchor has the old chain | its act is found in the journal |
| 6 | every matter is planned in the order of the old chain, and sent; under two persons it waits for review | as ever |
| 7 | ``joining.json`` is gone: the home is one of the network | - |

Versions and withdrawals are registered anew as they were, one after the other: a record has the same versions on both
chains. An amended version names the receipt of the version whose content it has, since the registry lets an amendment
change the metadata alone.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from node.attachment import attachment
from node.joining.anchoring import anchor_chain, close_chain
from node.joining.beginning import begin
from node.joining.moving import Moving
from node.joining.replacing import replace_files
from node.joining.setting_back import set_back
from node.joining.watcher import Nobody, Watcher
from node.keys import SCRYPT_WORK_FACTOR
from node.own_anchor import OwnAnchor
from node.runtime import writing_parts
from node.wiring import no_crash
from storage.durable import sync_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from eth_keys.datatypes import PrivateKey

    from node.home import Home, Identity
    from node.joining.new_home import Network
    from node.runtime import Writing


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What came of it: how many matters are final on the network, wait for a reviewer there, or came back."""

    identity: Identity
    final: int
    waiting: int
    refused: int


async def join_existing(
    home: Home,
    network: Network,
    keys: Mapping[str, PrivateKey],
    *,
    passphrase: bytes,
    environment: Mapping[str, str],
    clock: Callable[[], float],
    crash_point: Callable[[str], None] = no_crash,
    watcher: Watcher | None = None,
    work_factor: int = SCRYPT_WORK_FACTOR,
) -> Moved:
    """Move a home whose acts are all final onto a network, or go on with that; raise what does not hold before it."""
    watcher = watcher or Nobody()
    with home.locked():
        if not home.joining.exists():
            await begin(home, network, keys)
        crash_point("marked")
        moving = Moving.of(home)
        moving.require_same(network, keys)
        headers = close_chain(home, moving, environment)
        crash_point("closed")
        set_back(home, int(clock()), watcher)
        crash_point("set back")
        replace_files(home, moving, network, keys, passphrase=passphrase, work_factor=work_factor)
        crash_point("replaced")
        async with attachment(home, own=OwnAnchor(home), clock=clock) as engine:
            parts = writing_parts(home, keys["registrar"], engine=engine, clock=clock, crash_point=crash_point)
            with parts as node:
                await anchor_chain(node, moving, headers)
                crash_point("anchored")
                stages = await _register_again(node, int(clock()), watcher)
        crash_point("registered")
        home.joining.unlink()
        sync_folder(home.path)
    final, waiting = stages["confirmed"], stages["submitted"]
    return Moved(identity=moving.later, final=final, waiting=waiting, refused=stages.total() - final - waiting)


async def _register_again(node: Writing, now: int, watcher: Watcher) -> Counter[str]:
    """Step 6; give how many matters of the old chain stand at each stage now."""
    matters, earlier = node.journal.matters, node.journal.earlier_matters
    if not await node.registrar.one_person():
        with node.journal.transaction():
            alone = [each.id for each in earlier.all() if each.stage == "stored" and each.act is None]
            matters.move(alone, "submitted", time=now, note="registered on the earlier chain")
    before = earlier.all()
    watcher.begin("register", len(before))
    watcher.step(sum(matter.stage == "confirmed" for matter in before))
    await node.registrar.recover(settled=lambda settled: watcher.step(len(settled.matters)))
    return Counter(matter.stage for matter in earlier.all())
