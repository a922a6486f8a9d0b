"""The fixity check: re-reads an object, every byte, and compares it with inventory, sidecar, manifest and block index.

It changes nothing, needs no lock, and goes on after each fault, so that one check names everything that is wrong.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
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
    from pathlib import Path

    from storage.block_rows import BlockRows
    from storage.objects import StoredObjects

_CONTENT = f"{ocfl.CONTENT}/"
_PAYLOAD = f"{ocfl.CONTENT}/{ocfl.PAYLOAD}/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a fixity check found.

    ``payload`` is what lies there now, to be compared with what stands on chain, or None when a file is missing or
    cannot be read; ``good_files`` are those that match the inventory.
    """

    object_id: str
    faults: tuple[Fault, ...]
    payload: Payload | None
    good_files: tuple[PayloadFile, ...]

    def close(self) -> None:
        """Let go of what large files hold."""
        for file in (*self.good_files, *(() if self.payload is None else self.payload.files)):
            if file.log is not None:
                file.log.close()


def check_object(objects: StoredObjects, object_id: str, rows: BlockRows | None = None) -> Checked:
    """Check one object, and its rows in the block index when they are given; raise MalformedId."""
    return _Check(objects, object_id).run(rows)


class _Check:
    """One object under check; collects faults as it goes."""

    def __init__(self, objects: StoredObjects, object_id: str) -> None:
        self._objects = objects
        self._id = object_id
        self._path = objects.object_path(object_id)
        self._faults: list[Fault] = []
        self._complete = True
        """Whether every payload file is there and could be read."""

    def run(self, rows: BlockRows | None) -> Checked:
        if not self._path.is_dir():
            self._fault("object-missing", "")
            return Checked(object_id=self._id, faults=tuple(self._faults), payload=None, good_files=())
        expected = self._inventory()
        present = _files_below(self._path)
        self._check_own_files(expected)
        files = self._check_payload(expected, present)
        self._check_surplus(expected, present)
        good = tuple(file for file in files if expected.get(_PAYLOAD + file.path) == file.sha256)
        payload = self._put_together(files, expected)
        if rows is not None:
            whole = None if self._faults else payload
            self._faults.extend(compare_index(rows, self._id, good, whole))
        return Checked(object_id=self._id, faults=tuple(self._faults), payload=payload, good_files=good)

    def _inventory(self) -> dict[str, bytes]:
        """Give what must lie in the object: path → SHA-256; the manifest serves where the inventory is lost."""
        try:
            found = self._objects.inventory(self._id)
        except (Damaged, UnknownObject) as error:
            self._fault("inventory-damaged", ocfl.INVENTORY, found=str(error))
            return self._from_manifest()
        return {_CONTENT + path: digest for path, digest in found.items()}

    def _from_manifest(self) -> dict[str, bytes]:
        lines = (_read(self._path / ocfl.CONTENT / ocfl.MANIFEST) or b"").decode(errors="replace").splitlines()
        try:
            return {_PAYLOAD + line[66:]: bytes.fromhex(line[:64]) for line in lines}
        except ValueError:
            return {}

    def _check_own_files(self, expected: dict[str, bytes]) -> None:
        """Check all that is not payload: declaration, the inventory's second copy, metadata and manifest."""
        name, declaration = ocfl.OBJECT_DECLARATION
        if _read(self._path / name) != declaration:
            self._fault("declaration-changed", name)
        for name in (ocfl.INVENTORY, ocfl.SIDECAR):
            if _read(self._path / ocfl.VERSION / name) != _read(self._path / name):
                self._fault("inventory-damaged", f"{ocfl.VERSION}/{name}")
        for what, name in (("metadata-changed", ocfl.METADATA), ("manifest-changed", ocfl.MANIFEST)):
            digest = expected.get(_CONTENT + name)
            data = _read(self._path / ocfl.CONTENT / name)
            found = b"" if data is None else hashlib.sha256(data).digest()
            if digest is not None and found != digest:
                self._fault(what, _CONTENT + name, expected=digest.hex(), found=found.hex())

    def _check_payload(self, expected: dict[str, bytes], present: set[str]) -> list[PayloadFile]:
        files: list[PayloadFile] = []
        for path in sorted(path for path in present if path.startswith(_PAYLOAD)):
            file = self._reread(path, expected)
            if file is not None:
                files.append(file)
                if path in expected and file.sha256 != expected[path]:
                    self._fault("payload-changed", path, expected=expected[path].hex(), found=file.sha256.hex())
        for path in sorted(expected.keys() - present):
            if path.startswith(_PAYLOAD):
                self._complete = False
                self._fault("payload-missing", path, expected=expected[path].hex())
        return files

    def _reread(self, path: str, expected: dict[str, bytes]) -> PayloadFile | None:
        source = self._path / path
        name = path.removeprefix(_PAYLOAD)
        try:
            decode_name(os.fsencode(source.name), path)
            return take_in(os.fsencode(source), None, path=name, expected=Identity.of(look_at(source)))
        except StorageError as error:
            self._complete = False
            if path in expected:
                self._fault("payload-changed", path, expected=expected[path].hex(), found=str(error))
            return None

    def _check_surplus(self, expected: dict[str, bytes], present: set[str]) -> None:
        own = {ocfl.OBJECT_DECLARATION[0], f"{_CONTENT}{ocfl.METADATA}", f"{_CONTENT}{ocfl.MANIFEST}"}
        for folder in ("", f"{ocfl.VERSION}/"):
            own |= {folder + ocfl.INVENTORY, folder + ocfl.SIDECAR}
        for path in sorted(present - own - expected.keys()):
            self._fault("payload-surplus" if path.startswith(_PAYLOAD) else "file-surplus", path)

    def _put_together(self, files: list[PayloadFile], expected: dict[str, bytes]) -> Payload | None:
        if not files or not self._complete:
            return None
        payload = Payload.of(files)
        digest = payload.content_digest(Kind.TREE)
        recorded = expected.get(_CONTENT + ocfl.MANIFEST, b"")
        if not self._faults and recorded != digest:
            self._fault("manifest-changed", _CONTENT + ocfl.MANIFEST, expected=digest.hex(), found=recorded.hex())
        return payload

    def _fault(self, what: str, path: str, *, expected: str = "", found: str = "") -> None:
        self._faults.append(Fault(what=what, object_id=self._id, path=path, expected=expected, found=found))


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
