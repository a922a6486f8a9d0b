"""The storage root: where payloads lie for good, an OCFL 1.1 storage root with one object a record.

The life of a payload: `stage` copies it into the staging folder, `place` moves it into the root under its id, `sync`
makes a group of them durable. The staging folder lies beside the root, on the same file system. One process writes.
"""

from __future__ import annotations

import errno
import hashlib
import os
import time
import weakref
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from storage import ocfl
from storage.durable import sync_file_system, sync_folder, write_durably
from storage.errors import RootExists, from_os, told_of
from storage.intake import write_copy
from storage.objects import StoredObjects
from storage.staged import Kind, Staged
from storage.staging import Staging

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from pathlib import Path

__all__ = ["Kind", "Staged", "StorageRoot"]

MESSAGE = "stored"


class StorageRoot(StoredObjects):
    """A storage root; readers may have theirs beside the one writer.

    Args:
        path: the root's folder.
        staging: the staging folder; "staging" beside the root unless given.
        clock: gives UTC seconds for the inventories.
        agent: who the inventories say made them.
        sm3: take the SM3 of everything that is stored, beside its SHA-256.

    Raise RootMissing when the folder is no storage root of this layout.
    """

    def __init__(
        self,
        path: Path,
        *,
        staging: Path | None = None,
        clock: Callable[[], float] = time.time,
        agent: ocfl.Agent = ocfl.Agent(),  # noqa: B008 - frozen
        sm3: bool = False,
    ) -> None:
        super().__init__(path)
        self._base = os.fsencode(path)
        self._staging = Staging(path.parent / "staging" if staging is None else staging, sm3=sm3)
        self._clock = clock
        self._agent = agent
        # kept open, so that a write error of the background is told to this descriptor's next sync
        self._descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self.close = weakref.finalize(self, os.close, self._descriptor)

    @classmethod
    def found(
        cls, path: Path, *, staging: Path | None = None, clock: Callable[[], float] = time.time
    ) -> StorageRoot:
        """Make an empty storage root, durable when this returns; raise RootExists when something is there."""
        with told_of(str(path)):
            if path.is_symlink() or (path.exists() and (not path.is_dir() or any(path.iterdir()))):
                raise RootExists(f"{path} 已存在", f"{path} exists", file=str(path))
            for name, data in ocfl.root_files().items():
                file = path / name
                file.parent.mkdir(parents=True, exist_ok=True)
                write_durably(file, data)
                for folder in file.relative_to(path).parents:
                    sync_folder(path / folder)
            sync_folder(path.parent)
            (path.parent / "staging" if staging is None else staging).mkdir(mode=0o700, exist_ok=True)
        return cls(path, staging=staging, clock=clock)

    def stage(
        self,
        source: Path,
        *,
        left_out: Collection[str] = (),
        progress: Callable[[int], None] | None = None,
    ) -> Staged:
        """Copy a file or folder into the staging folder and take its digests on the way, in one reading.

        ``left_out``: relative paths inside a folder that are no payload. ``progress`` gets the bytes of each piece.
        Raise BadSource (UnreadableSource, SourceChanged, UnsafeName, EmptyFile) or DiskFull; nothing is left
        behind then.
        """
        return self._staging.take(source, left_out=left_out, progress=progress)

    def is_worth_a_thread(self, source: Path) -> bool:
        """Tell whether staging a source takes so long that a thread of its own is cheap: a large file, or a folder."""
        return self._staging.is_worth_a_thread(source)

    def stage_lines(self, lines: Iterable[bytes], *, name: str, each: Callable[[bytes], None]) -> Staged:
        """Stage one payload file of lines (given without their ends); ``each`` gets the SHA-256 of every line.

        Raise EmptyFile when there is no line, DiskFull; whatever the iterator raises passes through.
        """
        return self._staging.take_lines(lines, name=name, each=each)

    def staged_file(self, staged: Staged, name: str) -> Path:
        """Give where a staged payload file lies until its payload is placed or discarded."""
        return self._staging.file_of(staged, name)

    def discard(self, staged: Staged) -> None:
        """Remove what was staged."""
        self._staging.discard(staged)

    def sweep_staging(self) -> int:
        """Remove what a crash left in the staging folder; give how many payloads that was. For the writer's start."""
        swept = self._staging.sweep()
        if swept:  # a crash in `place` may have left a folder without its object, which OCFL forbids (E073)
            for folder in self.folders():
                _prune(os.fsencode(folder))
        return swept

    def place(self, staged: Staged, object_id: str, *, metadata: bytes, message: str = MESSAGE) -> None:
        """Move a staged payload into the root as an object. Not durable before `sync`.

        An object of this id that was never acknowledged is replaced. Raise MalformedId, DiskFull; then what was
        staged is removed.
        """
        try:
            parent = b"%b/%b/" % (self._base, ocfl.tuple_of(ocfl.check_object_id(object_id)).encode())
            self._complete(staged, object_id, metadata, message)
            self._move(staged.place, parent, object_id.encode())
        except BaseException as error:
            self._staging.discard(staged)
            if isinstance(error, OSError):
                raise from_os(error, object_id) from error
            raise

    def grow(self, object_id: str, staged: Staged | None, *, metadata: bytes, message: str) -> int:
        """Add a version to an object: other metadata, or with ``staged`` other content too; give its number.

        Not durable before `sync`; what a crash leaves `shrink` takes back. Raise UnknownObject, Damaged or DiskFull;
        then what was staged is removed.
        """
        place = b""
        try:
            former = self.inventory(object_id)
            place = self._staging.new() if staged is None else staged.place
            version = former.head + 1
            folder = place + b"/v%d" % version
            if staged is None:
                os.mkdir(folder)  # noqa: PTH102 - bytes
                os.mkdir(folder + b"/content")  # noqa: PTH102
            else:
                os.rename(place + b"/v1", folder)  # noqa: PTH104
            self._complete_version(staged, object_id, folder, metadata, message)
            path = os.fsencode(self.object_path(object_id))
            os.rename(folder, path + b"/v%d" % version)  # noqa: PTH104
            for name in (ocfl.INVENTORY.encode(), ocfl.SIDECAR.encode()):
                os.rename(place + b"/" + name, path + b"/" + name)  # noqa: PTH104
        except OSError as error:
            raise from_os(error, object_id) from error
        finally:
            self._staging.clear(place)
        return version

    def newest_folder(self, object_id: str) -> int:
        """Give the newest version that has a folder, whether the inventory knows it or not."""
        return max(int(folder.name[1:]) for folder in self.object_path(object_id).glob("v*"))

    def shrink(self, object_id: str, keep: int) -> None:
        """Take an object back to a version that it had, durable when this returns; for what was never acknowledged."""
        path = self.object_path(object_id)
        with told_of(object_id):
            for name in (ocfl.INVENTORY, ocfl.SIDECAR):
                write_durably(path / name, (path / f"v{keep}" / name).read_bytes())
            for folder in path.glob("v*"):
                if int(folder.name[1:]) > keep:
                    self._staging.take_back(os.fsencode(folder))
            sync_folder(path)

    def sync(self) -> None:
        """Make everything placed so far durable; raise DiskFull or StorageError, and then acknowledge nothing."""
        with told_of(str(self.path)):
            sync_file_system(self._descriptor)

    def remove_unacknowledged(self, object_id: str) -> None:
        """Remove an object that was never acknowledged, if it is there."""
        path = self.object_path(object_id)
        with told_of(object_id):
            if path.exists():
                self._staging.take_back(os.fsencode(path))
                _prune(os.fsencode(path.parent))

    def remove(self, object_id: str) -> None:
        """Remove an object that people decided to destroy, durable when this returns; one that is gone is fine."""
        self.remove_unacknowledged(object_id)
        self.sync()

    def _complete(self, staged: Staged, object_id: str, metadata: bytes, message: str) -> None:
        """Write beside the payload all that makes the staged folder an object."""
        place = staged.place
        files = self._write_content(staged, place + b"/v1/content/", metadata)
        inventory = ocfl.encode_inventory(
            object_id=object_id, files=files, created=self._now(), message=message, agent=self._agent
        )
        self._write_inventory(inventory, place + b"/", place + b"/v1/")
        name, data = ocfl.OBJECT_DECLARATION
        write_copy(b"%b/%b" % (place, name.encode()), data)

    def _complete_version(
        self, staged: Staged | None, object_id: str, folder: bytes, metadata: bytes, message: str
    ) -> None:
        """Write all that makes a staged folder the next version, and beside it the object's inventory to be."""
        files = self._write_content(staged, folder + b"/content/", metadata)
        former = (self.object_path(object_id) / ocfl.INVENTORY).read_bytes()
        inventory = ocfl.grow_inventory(former, files=files, created=self._now(), message=message, agent=self._agent)
        self._write_inventory(inventory, os.path.dirname(folder) + b"/", folder + b"/")  # noqa: PTH120 - bytes

    def _write_content(self, staged: Staged | None, content: bytes, metadata: bytes) -> list[tuple[str, str]]:
        """Write metadata and manifests; give every file of the content folder with its digest."""
        files: list[tuple[str, str]] = []
        if staged is not None:
            write_copy(content + ocfl.MANIFEST.encode(), staged.manifest)
            files += [(f"{ocfl.PAYLOAD}/{file.path}", file.sha256.hex()) for file in staged.files]
            files.append((ocfl.MANIFEST, hashlib.sha256(staged.manifest).hexdigest()))
            if second := staged.payload.manifest_sm3:
                write_copy(content + ocfl.MANIFEST_SM3.encode(), second)
                files.append((ocfl.MANIFEST_SM3, hashlib.sha256(second).hexdigest()))
        write_copy(content + ocfl.METADATA.encode(), metadata)
        files.append((ocfl.METADATA, hashlib.sha256(metadata).hexdigest()))
        return files

    def _write_inventory(self, inventory: bytes, *folders: bytes) -> None:
        sidecar = ocfl.sidecar_of(inventory)
        for folder in folders:
            write_copy(folder + ocfl.INVENTORY.encode(), inventory)
            write_copy(folder + ocfl.SIDECAR.encode(), sidecar)

    def _now(self) -> str:
        return datetime.fromtimestamp(self._clock(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def _move(self, place: bytes, parent: bytes, name: bytes) -> None:
        target = parent + name
        try:
            os.rename(place, target)  # noqa: PTH104 - bytes
        except OSError as error:
            if error.errno == errno.ENOENT:
                os.mkdir(parent)  # noqa: PTH102 - bytes
            elif error.errno in {errno.ENOTEMPTY, errno.EEXIST}:
                self._staging.take_back(target)
            else:
                raise
            try:
                os.rename(place, target)  # noqa: PTH104 - bytes
            except OSError:
                _prune(parent)
                raise


def _prune(folder: bytes) -> None:
    """Remove a folder if nothing lies in it."""
    with suppress(OSError):
        os.rmdir(folder)  # noqa: PTH106 - bytes
