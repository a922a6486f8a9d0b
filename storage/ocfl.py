"""What OCFL 1.1 asks of a storage root and of an object: names, declarations, layout and inventories; no I/O.

Source: Oxford Common File Layout 1.1 and its community extension 0003. Digests are SHA-256, which a validator remarks
on (W004) and accepts, so that one kind of digest serves the whole house. Ids are letters, digits, "-" and "_", so that
the layout keeps them as folder names unaltered.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

from storage.errors import Damaged, MalformedId

ROOT_DECLARATION = ("0=ocfl_1.1", b"ocfl_1.1\n")
OBJECT_DECLARATION = ("0=ocfl_object_1.1", b"ocfl_object_1.1\n")
LAYOUT_FILE = "ocfl_layout.json"
EXTENSION = "0003-hash-and-id-n-tuple-storage-layout"
EXTENSIONS = "extensions"
INVENTORY = "inventory.json"
SIDECAR = "inventory.json.sha256"
VERSION = "v1"
CONTENT = "v1/content"
PAYLOAD = "payload"
METADATA = "metadata.json"
MANIFEST = "manifest-sha256.txt"
TUPLE = 3
"""Hexadecimal digits of the id's SHA-256 that name the folder above an object: 4096 folders, one level."""
_INVENTORY_TYPE = "https://ocfl.io/1.1/spec/#inventory"
_OBJECT_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """Who an inventory says made a version: a name, and an address that is a URI."""

    name: str = "知仓"
    address: str = "urn:zhicang:node"


def check_object_id(object_id: str) -> str:
    """Give the id back; raise MalformedId unless it is 1 to 100 ASCII letters, digits, "-" or "_"."""
    if _OBJECT_ID.fullmatch(object_id) is None:
        zh, en = f"对象编号须为 1 至 100 个字母、数字、- 或 _:{object_id!a}", f"no object id of ours: {object_id!a}"
        raise MalformedId(zh, en)
    return object_id


def tuple_of(object_id: str) -> str:
    """Give the name of the folder above an object."""
    return hashlib.sha256(object_id.encode()).hexdigest()[:TUPLE]


def root_files() -> dict[str, bytes]:
    """Give the files of an empty storage root by their relative paths."""
    config = {"extensionName": EXTENSION, "digestAlgorithm": "sha256", "tupleSize": TUPLE, "numberOfTuples": 1}
    layout = {"extension": EXTENSION, "description": "SHA-256 of the object id, first 3 digits, then the id itself"}
    return {
        f"{EXTENSIONS}/{EXTENSION}/config.json": json.dumps(config, indent=2).encode() + b"\n",
        LAYOUT_FILE: json.dumps(layout, indent=2).encode() + b"\n",
        ROOT_DECLARATION[0]: ROOT_DECLARATION[1],
    }


def encode_inventory(
    *, object_id: str, files: list[tuple[str, str]], created: str, message: str, agent: Agent
) -> bytes:
    """Give the inventory of a first version.

    ``files`` are (path below the content folder, lower-case SHA-256); ``created`` is RFC 3339.
    """
    manifest: dict[str, list[str]] = {}
    state: dict[str, list[str]] = {}
    for path, digest in files:
        manifest.setdefault(digest, []).append(f"{CONTENT}/{path}")
        state.setdefault(digest, []).append(path)
    version = {"created": created, "message": message, "state": state,
               "user": {"name": agent.name, "address": agent.address}}  # fmt: skip
    inventory = {"id": object_id, "type": _INVENTORY_TYPE, "digestAlgorithm": "sha256", "head": VERSION,
                 "manifest": manifest, "versions": {VERSION: version}}  # fmt: skip
    return json.dumps(inventory, ensure_ascii=False).encode() + b"\n"


def sidecar_of(inventory: bytes) -> bytes:
    """Give the file that keeps an inventory's digest."""
    return hashlib.sha256(inventory).hexdigest().encode() + b" inventory.json\n"


def decode_inventory(data: bytes, object_id: str) -> dict[str, bytes]:
    """Give an inventory's files: path below the content folder → SHA-256; raise Damaged when it is none of ours."""
    try:
        inventory: dict[str, Any] = json.loads(data)
        own = inventory["id"] == object_id
        state: dict[str, list[str]] = inventory["versions"][VERSION]["state"]
        files = {path: bytes.fromhex(digest) for digest, paths in state.items() for path in paths}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise damaged_inventory(object_id) from error
    if not own:
        raise damaged_inventory(object_id)
    return files


def damaged_inventory(object_id: str) -> Damaged:
    """Give the error that tells of an inventory that cannot be trusted."""
    zh, en = f"{object_id} 的 {INVENTORY} 已损坏", f"{INVENTORY} of {object_id} is damaged"
    return Damaged(zh, en, file=f"{object_id}/{INVENTORY}")
