"""The fixity check: re-reads an object, every byte, and compares it with inventory, sidecar, manifest and block index.

It changes nothing, needs no lock, and goes on after each fault, so that one check names everything that is wrong.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from storage import ocfl
from storage.errors import Damaged, StorageError, UnknownObject
from storage.faults import Fault
from storage.index_audit import compare_index
from storage.intake import take_in
from storage.names import decode_name
from storage.staged import Kind, Payload, PayloadFile
from storage.walk import Identity, look_at

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from storage.block_rows import BlockRows
    from storage.errors import Words
    from storage.objects import StoredObjects

@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a fixity check found.

    ``payloads`` are what lies there now, by the version that brought each, to be compared with what stands on chain;
    one of which a file is missing or cannot be read is not among them. ``good_files`` are those, again by version,
    that match the inventory.
    """

    object_id: str
    faults: tuple[Fault, ...]
    payloads: dict[int, Payload]
    good_files: dict[int, tuple[PayloadFile, ...]]

    @property
    def payload(self) -> Payload | None:
        """The first version's payload."""
        return self.payloads.get(1)

    def close(self) -> None:
        """Let go of what large files hold."""
        for payload in self.payloads.values():
            payload.close()
        for files in self.good_files.values():
            Payload(files).close()


def check_object(
    objects: StoredObjects,
    object_id: str,
    rows: BlockRows | None = None,
    *,
    progress: Callable[[int], None] | None = None,
) -> Checked:
    """Check one object, and its rows in the block index when they are given; raise MalformedId.

    ``progress`` gets the bytes of each piece of payload that was read, in whatever thread this runs.
    """
    checked = _Check(objects, object_id, progress).run()
    return checked if rows is None else with_index(checked, rows)


def with_index(checked: Checked, rows: BlockRows) -> Checked:
    """Add what is wrong with an object's rows in the block index; for the thread that uses the index."""
    faults = list(checked.faults)
    for version, files in checked.good_files.items():
        whole = checked.payloads.get(version) if not checked.faults else None
        faults += compare_index(rows, ocfl.payload_id(checked.object_id, version), files, whole)
    return replace(checked, faults=tuple(faults))


class _Check:
    """One object under check; collects faults as it goes."""

    def __init__(
        self, objects: StoredObjects, object_id: str, progress: Callable[[int], None] | None
    ) -> None:
        self._objects = objects
        self._id = object_id
        self._progress = progress
        self._path = objects.object_path(object_id)
        self._faults: list[Fault] = []
        self._incomplete: set[str] = set()
        """Payload folders of which a file is missing or could not be read."""

    def run(self) -> Checked:
        if not self._path.is_dir():
            self._fault("object-missing", "")
            return Checked(object_id=self._id, faults=tuple(self._faults), payloads={}, good_files={})
        present = _files_below(self._path)
        head, expected = self._inventory(present)
        self._check_own_files(head, expected)
        versions = ocfl.payload_versions([*expected, *present])
        files = {version: self._check_payload(version, expected, present) for version in versions}
        self._check_surplus(head, expected, present)
        payloads: dict[int, Payload] = {}
        good: dict[int, tuple[PayloadFile, ...]] = {}
        for version in versions:
            prefix = _payload_prefix(version)
            good[version] = tuple(file for file in files[version] if expected.get(prefix + file.path) == file.sha256)
            payload = self._put_together(version, files[version], expected)
            if payload is not None:
                payloads[version] = payload
        return Checked(object_id=self._id, faults=tuple(self._faults), payloads=payloads, good_files=good)

    def _inventory(self, present: set[str]) -> tuple[int, dict[str, bytes]]:
        """Give the newest version and what must lie in the object; manifests serve where the inventory is lost."""
        try:
            found = self._objects.inventory(self._id)
        except (Damaged, UnknownObject) as error:
            self._fault("inventory-damaged", ocfl.INVENTORY, because=error.words)
            versions = [1, *ocfl.payload_versions(present)]
            expected: dict[str, bytes] = {}
            for version in versions:
                expected |= self._from_manifest(version)
            return max(versions), expected
        return found.head, found.files

    def _from_manifest(self, version: int) -> dict[str, bytes]:
        manifest = _read(self._path / ocfl.content_of(version) / ocfl.MANIFEST) or b""
        prefix = _payload_prefix(version)
        try:
            lines = manifest.decode(errors="replace").splitlines()
            return {prefix + line[66:]: bytes.fromhex(line[:64]) for line in lines}
        except ValueError:
            return {}

    def _check_own_files(self, head: int, expected: dict[str, bytes]) -> None:
        """Check all that is not payload: declaration, every version's inventory, metadata and manifests."""
        name, declaration = ocfl.OBJECT_DECLARATION
        if _read(self._path / name) != declaration:
            self._fault("declaration-changed", name)
        for version in range(1, head + 1):
            self._check_inventory_of(version, newest=version == head)
        for path, digest in expected.items():
            name = path.partition("/content/")[2]
            if name in ocfl.BESIDE_PAYLOAD:
                data = _read(self._path / path)
                found = b"" if data is None else hashlib.sha256(data).digest()
                if found != digest:
                    what = "metadata-changed" if name == ocfl.METADATA else "manifest-changed"
                    self._fault(what, path, expected=digest.hex(), found=found.hex())

    def _check_inventory_of(self, version: int, *, newest: bool) -> None:
        """Check a version's own inventory: the newest is the object's, an earlier one matches its sidecar."""
        for name in (ocfl.INVENTORY, ocfl.SIDECAR):
            data = _read(self._path / f"v{version}" / name)
            wanted = _read(self._path / name)
            if not newest:
                inventory = _read(self._path / f"v{version}" / ocfl.INVENTORY) or b""
                wanted = data if name == ocfl.INVENTORY and inventory else ocfl.sidecar_of(inventory)
            if data is None or data != wanted:
                self._fault("inventory-damaged", f"v{version}/{name}")

    def _check_payload(self, version: int, expected: dict[str, bytes], present: set[str]) -> list[PayloadFile]:
        files: list[PayloadFile] = []
        prefix = _payload_prefix(version)
        for path in sorted(path for path in present if path.startswith(prefix)):
            file = self._reread(path, prefix, expected)
            if file is not None:
                files.append(file)
                if path in expected and file.sha256 != expected[path]:
                    self._fault("payload-changed", path, expected=expected[path].hex(), found=file.sha256.hex())
        for path in sorted(expected.keys() - present):
            if path.startswith(prefix):
                self._incomplete.add(prefix)
                self._fault("payload-missing", path, expected=expected[path].hex())
        return files

    def _reread(self, path: str, prefix: str, expected: dict[str, bytes]) -> PayloadFile | None:
        source = self._path / path
        name = path.removeprefix(prefix)
        try:
            decode_name(os.fsencode(source.name), path)
            identity, with_sm3 = Identity.of(look_at(source)), self._manifest_sm3(prefix) in expected
            return take_in(
                os.fsencode(source), None, path=name, expected=identity, with_sm3=with_sm3, progress=self._progress
            )
        except StorageError as error:
            self._incomplete.add(prefix)
            if path in expected:
                self._fault("payload-changed", path, expected=expected[path].hex(), because=error.words)
            return None

    def _check_surplus(self, head: int, expected: dict[str, bytes], present: set[str]) -> None:
        own = {ocfl.OBJECT_DECLARATION[0]}
        for folder in ("", *(f"v{version}/" for version in range(1, head + 1))):
            own |= {folder + ocfl.INVENTORY, folder + ocfl.SIDECAR}
        for version in range(1, head + 1):  # their absence from the inventory is told elsewhere
            own |= {f"{ocfl.content_of(version)}/{name}" for name in (ocfl.METADATA, ocfl.MANIFEST)}
        known = tuple(_payload_prefix(version) for version in ocfl.payload_versions(expected))
        for path in sorted(present - own - expected.keys()):
            self._fault("payload-surplus" if path.startswith(known) else "file-surplus", path)

    def _put_together(self, version: int, files: list[PayloadFile], expected: dict[str, bytes]) -> Payload | None:
        if not files or _payload_prefix(version) in self._incomplete:
            return None
        payload = Payload.of(files)
        digest = payload.content_digest(Kind.TREE)
        path = f"{ocfl.content_of(version)}/{ocfl.MANIFEST}"
        recorded = expected.get(path, b"")
        if not self._faults and recorded != digest:
            self._fault("manifest-changed", path, expected=digest.hex(), found=recorded.hex())
        second = self._manifest_sm3(_payload_prefix(version))
        if not self._faults and second in expected and _read(self._path / second) != payload.manifest_sm3:
            self._fault("sm3-changed", second)
        return payload

    @staticmethod
    def _manifest_sm3(prefix: str) -> str:
        return prefix.removesuffix(f"{ocfl.PAYLOAD}/") + ocfl.MANIFEST_SM3

    def _fault(
        self, what: str, path: str, *, expected: str = "", found: str = "", because: Words | None = None
    ) -> None:
        fault = Fault(what=what, object_id=self._id, path=path, expected=expected, found=found, because=because)
        self._faults.append(fault)


def _payload_prefix(version: int) -> str:
    return f"{ocfl.content_of(version)}/{ocfl.PAYLOAD}/"


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _files_below(folder: Path) -> set[str]:
    """Give the relative paths of everything that is no folder, and of empty folders and symlinks with a "/" behind."""
    found: set[str] = set()
    for parent, folders, files in os.walk(folder):
        prefix = "" if parent == str(folder) else parent[len(str(folder)) + 1 :] + "/"
        found.update(prefix + name for name in files)
        found.update(f"{prefix}{name}/" for name in folders if os.path.islink(os.path.join(parent, name)))  # noqa: PTH114, PTH118
        if not folders and not files:
            found.add(prefix)
    return found
