"""Step 4 of joining, the files replaced: killed before and after each call that changes a name or makes it last."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import time
from typing import TYPE_CHECKING, Any

import pytest
from network_of_one import PASSPHRASE
from old_home import institution

from node.founding import found
from node.home import Home
from node.joining.moving import Moving
from node.joining.new_home import Network, address_of
from node.joining.replacing import replace_files
from node.keys import KEYSTORE_ROLES, load_key, new_key
from node.offline import read_anchor
from node.own_anchor import trust_anchor
from node.settings import read_settings
from storage.durable import write_durably

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from eth_keys.datatypes import PrivateKey

URL = "http://127.0.0.1:1"
CALLS = ("fsync", "replace", "unlink")
LEFT, KILLED = 0, 9
MOST_CALLS = 100


@pytest.fixture(scope="module")
def halfway(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that stands before step 4, to be copied; beside it another's anchor in the place of the network's."""
    folder = tmp_path_factory.mktemp("halfway")
    for name in ("home", "network"):
        founding = found(
            folder / name, institution("14000001"), passphrase=PASSPHRASE, chain_id=2_023_000_001, clock=time.time,
            random_bytes=os.urandom, work_factor=2,
        )  # fmt: skip
        asyncio.run(founding)
    return folder


class Place:
    """A copy of that home, and the replacing of its files."""

    def __init__(self, folder: Path, keys: dict[str, PrivateKey]) -> None:
        self.home = Home(folder / "home")
        self.network = Network(anchor=read_anchor(folder / "network" / "anchor.json"), urls=(URL,))
        self.keys = keys
        self.old = {path: path.read_bytes() for path in self.files()}
        earlier = self.home.identity()
        addresses: dict[str, Any] = {role: address_of(keys.get(role)) for role in KEYSTORE_ROLES}
        genesis = self.network.anchor.founding.genesis_hash.hex()
        later = type(earlier)(**(_values(earlier) | addresses | {"chain": "network", "genesis_hash": genesis}))
        moving = Moving(
            earlier=earlier,
            later=later,
            old_anchor=trust_anchor(self.home),
            fingerprint=self.network.anchor.fingerprint,
        )
        write_durably(self.home.joining, moving.to_bytes())

    def files(self) -> list[Path]:
        """Give what step 4 is about, as it lies there."""
        home = self.home
        single = [home.anchor, home.settings, home.recovery_sheet, home.identity_file]
        return sorted([*single, *home.keystores.iterdir()])

    def replace(self) -> None:
        moving = Moving.of(self.home)
        replace_files(self.home, moving, self.network, self.keys, passphrase=PASSPHRASE, work_factor=2)

    def doomed(self, count: int, *, applied: bool) -> int:
        """Replace in a process that dies at its call number `count`, before or after it is done; give how it ended."""
        child = os.fork()
        if child == 0:
            left = [count]
            for name in CALLS:
                setattr(os, name, _deadly(getattr(os, name), left, applied=applied))
            self.replace()
            os._exit(LEFT)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    def assert_each_file_is_whole(self) -> None:
        """See that a reader meets the old file or the new one, and the new identity only when all else is new."""
        for path in (path for path in self.files() if path.parent == self.home.keystores and path.suffix == ".json"):
            if path.read_bytes() != self.old.get(path):
                assert load_key(path, PASSPHRASE) == self.keys[path.stem]
        if self.home.anchor.read_bytes() != self.old[self.home.anchor]:
            assert trust_anchor(self.home) == self.network.anchor
        assert read_settings(self.home.settings).rpc_urls in ((), (URL,))
        moving = Moving.of(self.home)
        assert self.home.identity() in (moving.earlier, moving.later)
        if self.home.identity() == moving.later:
            self.assert_replaced()

    def assert_replaced(self) -> None:
        """See that everything is new and nothing is left over."""
        assert self.home.identity() == Moving.of(self.home).later
        assert trust_anchor(self.home) == self.network.anchor
        assert read_settings(self.home.settings).rpc_urls == (URL,)
        assert {path.stem: load_key(path, PASSPHRASE) for path in self.home.keystores.iterdir()} == self.keys
        sheet = self.home.recovery_sheet.read_text(encoding="utf-8")
        assert all(address_of(key)[:8] in sheet.lower().replace(" ", "") for key in self.keys.values())
        assert not list(self.home.path.rglob("*.partial"))


def _values(identity: Any) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(identity.to_bytes())
    return values


def _deadly(call: Callable[..., Any], left: list[int], *, applied: bool) -> Callable[..., Any]:
    def counted(*arguments: Any, **named: Any) -> Any:
        left[0] -= 1
        if left[0] == 0 and not applied:
            os._exit(KILLED)
        try:
            return call(*arguments, **named)
        finally:
            if left[0] == 0:
                os._exit(KILLED)

    return counted


@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
def test_a_kill_at_each_call_leaves_whole_files_and_is_gone_on_with(
    tmp_path: Path, halfway: Path, *, applied: bool
) -> None:
    keys = {role: new_key(os.urandom) for role in ("registrar", "auditor")}
    for count in range(1, MOST_CALLS):
        folder = tmp_path / str(count)
        shutil.copytree(halfway, folder)
        place = Place(folder, keys)
        ended = place.doomed(count, applied=applied)
        place.assert_each_file_is_whole()
        if ended == LEFT:
            break
        assert ended == KILLED, count
        place.replace()
        place.assert_replaced()
        place.replace()  # it is done: nothing is written again
    assert (ended, count > len(place.files()) * 3) == (LEFT, True)


def test_killed_again_and_again_it_gets_there(tmp_path: Path, halfway: Path) -> None:
    shutil.copytree(halfway, tmp_path, dirs_exist_ok=True)
    place = Place(tmp_path, {"registrar": new_key(os.urandom)})
    for count in range(1, MOST_CALLS):
        if place.doomed(count, applied=count % 2 == 0) == LEFT:
            break
        place.assert_each_file_is_whole()
    place.assert_replaced()
