"""Reading a storage root: which objects it holds and what their files say.

It needs no lock, and verifies nothing but an inventory by its own sidecar. A version that brings new content brings a
whole payload, named "ID" for the first version and "ID/vN" for another; one that corrects metadata brings these alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from storage import ocfl
from storage.errors import RootMissing, UnknownObject, Words, told_of
from storage.sm3 import sm3
from storage.staged import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class StoredObjects:
    """The objects of a storage root, for readers.

    Raise RootMissing when the folder is no storage root of this layout.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with told_of(str(path)):
            for name, data in ocfl.root_files().items():
                try:
                    known = (path / name).read_bytes() == data
                except (FileNotFoundError, NotADirectoryError):
                    known = False
                if not known:
                    raise _missing(path, name)

    def objects(self) -> Iterator[str]:
        """Give the ids of all objects, found by walking, in the order of the folders above them."""
        for folder in self.folders():
            try:
                yield from sorted(path.name for path in folder.iterdir())
            except FileNotFoundError:
                continue

    def folders(self) -> list[Path]:
        """Give the folders that objects lie in."""
        return sorted(path for path in self.path.iterdir() if len(path.name) == ocfl.TUPLE)

    def object_path(self, object_id: str) -> Path:
        """Give the folder of an object, whether it is there or not; raise MalformedId."""
        return self.path / ocfl.tuple_of(ocfl.check_object_id(object_id)) / object_id

    def payload_path(self, name: str) -> Path:
        """Give the payload folder of "ID" or "ID/vN", whether it is there or not; raise MalformedId."""
        object_id, version = ocfl.split_payload_id(name)
        return self.object_path(object_id) / ocfl.content_of(version) / ocfl.PAYLOAD

    def has(self, name: str) -> bool:
        """Tell whether an object, or the payload "ID/vN" of one, is there."""
        object_id, version = ocfl.split_payload_id(name)
        path = self.object_path(object_id)
        return (path / ocfl.INVENTORY).is_file() and (version == 1 or self.payload_path(name).is_dir())

    def inventory(self, object_id: str) -> ocfl.Inventory:
        """Read an object's inventory; raise UnknownObject, or Damaged when it does not match its sidecar."""
        data = self._read(object_id, ocfl.INVENTORY)
        try:
            sidecar = self._read(object_id, ocfl.SIDECAR)
        except UnknownObject as error:
            raise ocfl.damaged_inventory(object_id) from error
        if sidecar != ocfl.sidecar_of(data):
            raise ocfl.damaged_inventory(object_id)
        return ocfl.decode_inventory(data, object_id)

    def metadata(self, object_id: str, version: int = 1) -> bytes:
        """Give the metadata that a version of an object brought, as stored; raise UnknownObject."""
        return self._read(object_id, f"{ocfl.content_of(version)}/{ocfl.METADATA}")

    def manifest(self, name: str) -> bytes:
        """Give the manifest of the payload "ID" or "ID/vN" as stored; raise UnknownObject.

        Of a payload that was purged it is the one that its tombstone keeps.
        """
        return self._manifest(name, ocfl.MANIFEST)

    def content_sm3(self, name: str, kind: int) -> bytes | None:
        """Give the SM3 that the payload "ID" or "ID/vN" was stored with, None where none was taken."""
        object_id, _ = ocfl.split_payload_id(name)
        try:
            manifest = self._manifest(name, ocfl.MANIFEST_SM3)
            return sm3(manifest) if kind == Kind.TREE else bytes.fromhex(manifest[:64].decode())
        except UnknownObject:
            return None
        except ValueError as error:
            raise ocfl.damaged_inventory(object_id) from error

    def open_payload(self, name: str, path: str) -> BinaryIO:
        """Open a file of the payload "ID" or "ID/vN" by its relative path; raise UnknownObject."""
        with told_of(f"{name}/{path}"):
            try:
                return (self.payload_path(name) / path).open("rb")
            except FileNotFoundError as error:
                raise _unknown(name) from error

    def _manifest(self, name: str, file: str) -> bytes:
        object_id, version = ocfl.split_payload_id(name)
        try:
            return self._read(object_id, f"{ocfl.content_of(version)}/{file}")
        except UnknownObject:
            if self.object_path(object_id).exists():
                raise
            kept = f"{ocfl.content_of(1)}/{ocfl.PAYLOAD}/{ocfl.kept_manifest(f'v{version}', file)}"
            return self._read(ocfl.tombstone_of(object_id), kept)

    def _read(self, object_id: str, path: str) -> bytes:
        with told_of(f"{object_id}/{path}"):
            try:
                return (self.object_path(object_id) / path).read_bytes()
            except FileNotFoundError as error:
                raise _unknown(object_id) from error


def _missing(path: Path, name: str) -> RootMissing:
    mend = Words("检查节点目录是否完整,必要时从备份恢复", "check that the home is whole; if not, restore a backup")
    zh = f"{path} 不是本软件的存储根(缺 {name} 或内容不符)"
    en = f"{path} is no storage root of ours ({name} is missing or differs)"
    return RootMissing(zh, en, mend=mend, file=str(path))


def _unknown(object_id: str) -> UnknownObject:
    return UnknownObject(f"存储根中没有 {object_id}", f"the storage root does not hold {object_id}")
