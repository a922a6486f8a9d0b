"""Replacing: keystores, anchor, settings and recovery sheet become those of the network; home.json is the last.

All of it is written again until home.json says the new chain: each file is whole, the old one or the new.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.keys import KEYSTORE_ROLES, save_key
from node.own_anchor import change_anchor
from node.recovery_sheet import recovery_sheet
from node.settings import settings_text, with_rpc_urls
from storage.durable import sync_folder, write_durably

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eth_keys.datatypes import PrivateKey

    from node.home import Home
    from node.joining.moving import Moving
    from node.joining.new_home import Network


def replace_files(
    home: Home, moving: Moving, network: Network, keys: Mapping[str, PrivateKey], *, passphrase: bytes, work_factor: int
) -> None:
    """Make the home one of the network, as far as its own files say; do nothing once home.json says so."""
    if home.identity() == moving.later:
        return
    for role in KEYSTORE_ROLES:
        path = home.keystores / f"{role}.json"
        if role in keys:
            save_key(path, keys[role], passphrase, work_factor=work_factor)
        else:
            path.unlink(missing_ok=True)  # it was good on the old chain alone
    sync_folder(home.keystores)
    change_anchor(home, lambda _: network.anchor)
    write_durably(home.settings, with_rpc_urls(settings_text(home.settings), network.urls).encode())
    write_durably(home.recovery_sheet, recovery_sheet(moving.later, dict(keys)).encode(), mode=0o600)
    write_durably(home.identity_file, moving.later.to_bytes())
