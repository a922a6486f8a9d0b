"""The integrity of an embedded chain's file: rows that are not what their keys say, and trie nodes that are missing."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from node.chain.embedded import database
from node.chain.embedded.store import Store
from node.receipts import strict_rlp
from node.receipts.keccak import keccak

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from node.receipts.strict_rlp import Item

_EMPTY = {keccak(strict_rlp.encode(b"")), keccak(b"")}
_HASH_LENGTH, _BRANCH, _ACCOUNT_FIELDS = 32, 17, 4


def faults(path: Path) -> Iterator[tuple[str, str]]:
    """Give (what, what was found) for each fault of the file: SQLite's own check, damaged nodes, missing nodes.

    Missing nodes are looked for in the state of the head: the older states share most of its nodes, and the roots of
    their headers are checked where headers are.
    """
    connection = database.open_snapshot(path)
    store = Store(connection)
    try:
        for (said,) in connection.execute("PRAGMA quick_check"):
            if said != "ok":
                yield "database file", str(said)
        for name, node in connection.execute("SELECT hash, node FROM nodes"):
            if keccak(node) != name:
                yield f"trie node {bytes(name).hex()}", keccak(node).hex()
        yield from _missing(store, store.head().header.state_root)
    except sqlite3.DatabaseError as error:
        yield "database file", str(error)
    finally:
        store.close()


def _missing(store: Store, state_root: bytes) -> Iterator[tuple[str, str]]:
    waiting, seen = [(state_root, True)], set(_EMPTY)
    while waiting:
        name, of_accounts = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        body = store.node(name)
        if body is None:
            yield f"trie node {name.hex()}", "missing"
        elif keccak(body) == name:
            waiting += _references(strict_rlp.decode(body), of_accounts=of_accounts)


def _references(node: Item, *, of_accounts: bool) -> list[tuple[bytes, bool]]:
    """Give the nodes that a node refers to, each with whether it is of the trie of accounts."""
    if not isinstance(node, list):
        return []
    if len(node) == _BRANCH:
        return [found for child in node[:16] for found in _child(child, of_accounts=of_accounts)]
    prefix, child = node
    if isinstance(prefix, bytes) and prefix[0] >> 4 & 2:
        return _leaf(child) if of_accounts and isinstance(child, bytes) else []
    return _child(child, of_accounts=of_accounts)


def _child(child: Item, *, of_accounts: bool) -> list[tuple[bytes, bool]]:
    if isinstance(child, bytes):
        return [(child, of_accounts)] if len(child) == _HASH_LENGTH else []
    return _references(child, of_accounts=of_accounts)


def _leaf(value: bytes) -> list[tuple[bytes, bool]]:
    """Give the storage trie of an account; its code is found by every call."""
    account = strict_rlp.decode(value)
    if not isinstance(account, list) or len(account) != _ACCOUNT_FIELDS or not isinstance(account[2], bytes):
        return []
    return [(account[2], False)]
