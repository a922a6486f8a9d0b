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
from typing import TYPE_CHECKING, Any

from storage.errors import Damaged, MalformedId

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT_DECLARATION = ("0=ocfl_1.1", b"ocfl_1.1\n")
OBJECT_DECLARATION = ("0=ocfl_object_1.1", b"ocfl_object_1.1\n")
LAYOUT_FILE = "ocfl_layout.json"
EXTENSION = "0003-hash-and-id-n-tuple-storage-layout"
EXTENSIONS = "extensions"
INVENTORY = "inventory.json"
SIDECAR = "inventory.json.sha256"
PAYLOAD = "payload"
METADATA = "metadata.json"
MANIFEST = "manifest-sha256.txt"
MANIFEST_SM3 = "manifest-sm3.txt"
BESIDE_PAYLOAD = (METADATA, MANIFEST, MANIFEST_SM3)
"""What may lie in a content folder beside the payload."""
TUPLE = 3
"""Hexadecimal digits of the id's SHA-256 that name the folder above an object: 4096 folders, one level."""
_INVENTORY_TYPE = "https://ocfl.io/1.1/spec/#inventory"
_OBJECT_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
_PAYLOAD_PATH = re.compile(rf"v([1-9][0-9]{{0,8}})/content/{PAYLOAD}/")
_PAYLOAD_ID = re.compile(r"([^/]*)/v([1-9][0-9]{0,8})")


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


def tombstone_of(object_id: str) -> str:
    """Give the id of the object that stays for one whose payload was purged."""
    return f"{object_id}-purged"


def kept_manifest(version: str, name: str) -> str:
    """Give the name in a tombstone of a version's manifest ("v1", "manifest-sha256.txt")."""
    return f"{version}-{name}"


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


def content_of(version: int) -> str:
    """Give the content folder of a version."""
    return f"v{version}/content"


def payload_id(object_id: str, version: int) -> str:
    """Name the payload that a version of an object brought: the object's own id for the first, else "ID/vN"."""
    return object_id if version == 1 else f"{object_id}/v{version}"


def split_payload_id(name: str) -> tuple[str, int]:
    """Give the object and the version of a payload; raise MalformedId."""
    match = _PAYLOAD_ID.fullmatch(name)
    object_id, version = (name, 1) if match is None else (match[1], int(match[2]))
    return check_object_id(object_id), version


def encode_inventory(
    *, object_id: str, files: list[tuple[str, str]], created: str, message: str, agent: Agent
) -> bytes:
    """Give the inventory of a first version.

    ``files`` are (path below the content folder, lower-case SHA-256); ``created`` is RFC 3339.
    """
    empty = {"id": object_id, "type": _INVENTORY_TYPE, "digestAlgorithm": "sha256", "head": "v0",
             "manifest": {}, "versions": {"v0": {"state": {}}}}  # fmt: skip
    return _grown(empty, files=files, created=created, message=message, agent=agent)


def grow_inventory(
    inventory: bytes, *, files: list[tuple[str, str]], created: str, message: str, agent: Agent
) -> bytes:
    """Give an object's inventory with one more version.

    ``files`` lie in the new version's content folder. With a payload among them the version consists of them alone;
    without one it keeps the files of the version before, and these take the place of those of the same path.
    """
    return _grown(json.loads(inventory), files=files, created=created, message=message, agent=agent)


def _grown(
    inventory: dict[str, Any], *, files: list[tuple[str, str]], created: str, message: str, agent: Agent
) -> bytes:
    versions = inventory["versions"]
    before: dict[str, Any] = versions.pop("v0", None) or versions[inventory["head"]]
    version = int(inventory["head"][1:]) + 1
    replaced = {path for path, _ in files}
    state: dict[str, list[str]] = {}
    if not any(path.startswith(f"{PAYLOAD}/") for path in replaced):
        kept = {digest: [path for path in paths if path not in replaced] for digest, paths in before["state"].items()}
        state = {digest: paths for digest, paths in kept.items() if paths}
    for path, digest in files:
        inventory["manifest"].setdefault(digest, []).append(f"{content_of(version)}/{path}")
        state.setdefault(digest, []).append(path)
    versions[f"v{version}"] = {
        "created": created, "message": message, "state": state, "user": {"name": agent.name, "address": agent.address},
    }  # fmt: skip
    inventory["head"] = f"v{version}"
    return json.dumps(inventory, ensure_ascii=False).encode() + b"\n"


def sidecar_of(inventory: bytes) -> bytes:
    """Give the file that keeps an inventory's digest."""
    return hashlib.sha256(inventory).hexdigest().encode() + b" inventory.json\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """What an inventory says: the newest version, and every content file by its path in the object → SHA-256."""

    head: int
    files: dict[str, bytes]

    def payload_versions(self) -> list[int]:
        """Give the versions that brought a payload."""
        return payload_versions(self.files)


def payload_versions(paths: Iterable[str]) -> list[int]:
    """Give the versions that have a payload among these paths."""
    found = (_PAYLOAD_PATH.match(path) for path in paths)
    return sorted({int(match[1]) for match in found if match is not None})


def decode_inventory(data: bytes, object_id: str) -> Inventory:
    """Read an inventory; raise Damaged when it is none of ours."""
    try:
        inventory: dict[str, Any] = json.loads(data)
        own = inventory["id"] == object_id
        manifest: dict[str, list[str]] = inventory["manifest"]
        files = {path: bytes.fromhex(digest) for digest, paths in manifest.items() for path in paths}
        found = Inventory(head=int(inventory["head"].removeprefix("v")), files=files)
        own = own and sorted(inventory["versions"]) == sorted(f"v{number + 1}" for number in range(found.head))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise damaged_inventory(object_id) from error
    if not own:
        raise damaged_inventory(object_id)
    return found


def damaged_inventory(object_id: str) -> Damaged:
    """Give the error that tells of an inventory that cannot be trusted."""
    zh, en = f"{object_id} 的 {INVENTORY} 已损坏", f"{INVENTORY} of {object_id} is damaged"
    return Damaged(zh, en, file=f"{object_id}/{INVENTORY}")
