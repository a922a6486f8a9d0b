"""A folder that is written whole or not at all, alone or many at a time.

Its files go into a folder beside it, which takes its name once everything is right and durable; a crash leaves that
one, named after the target with ".zhicang-partial" behind it, and the next attempt removes it. A folder that takes the
place of a former one does so when it is durable: the former then goes aside, with ".zhicang-former" behind its name,
until the new one has the name; `put_back` undoes what a crash left between these two.
"""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from storage.durable import sync_file_system, sync_folder
from storage.errors import TargetNotEmpty, Words, told_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PARTIAL, FORMER = ".zhicang-partial", ".zhicang-former"
TOGETHER = 64
"""Folders of a group that are made durable by one sync: a crash costs the work of so many at most."""


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """Give the folder to write into; when the block ends well, it is durable under the target's name.

    Raise TargetNotEmpty when the target has something in it, DiskFull or StorageError; nothing is left behind then.
    """
    with folder_group() as group, group.folder(folder) as partial:
        yield partial


class FolderGroup:
    """Folders on one file system that get their names together, so that one sync serves many of them."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Path, Path]] = []

    @contextmanager
    def folder(self, folder: Path, *, replacing: bool = False) -> Iterator[Path]:
        """Give the folder to write into; when the block ends well, it gets its name by the next `settle`.

        ``replacing`` lets it take the place of one that is there, which stays until then. Raise TargetNotEmpty,
        DiskFull or StorageError; of this folder nothing is left behind then.
        """
        folder = folder.absolute()
        if not replacing or folder.is_symlink() or not folder.is_dir():
            refuse_taken(folder)
        partial = folder.with_name(folder.name + PARTIAL)
        with told_of(str(folder)):
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir(parents=True)
            try:
                yield partial
            except BaseException:
                shutil.rmtree(partial, ignore_errors=True)
                raise
        self._waiting.append((partial, folder))
        if len(self._waiting) >= TOGETHER:
            self.settle()

    def settle(self) -> None:
        """Make what was written durable, then give it its names; raise DiskFull or StorageError with nothing left."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        with told_of(str(waiting[0][1])):
            try:
                _sync(waiting[0][0])
                for partial, folder in waiting:
                    if folder.is_dir() and any(folder.iterdir()):
                        folder.rename(_former(folder))
                    partial.rename(folder)  # an empty folder of that name gives way
                for parent in {folder.parent for _, folder in waiting}:
                    sync_folder(parent)
                for _, folder in waiting:
                    shutil.rmtree(_former(folder), ignore_errors=True)
            except BaseException:
                for partial, _ in waiting:
                    shutil.rmtree(partial, ignore_errors=True)
                raise


@contextmanager
def folder_group() -> Iterator[FolderGroup]:
    """Give a group; at the end of the block, however it ends, what was written whole is durable under its name."""
    group = FolderGroup()
    try:
        yield group
    finally:
        group.settle()


def put_back(folder: Path) -> None:
    """Put right what a crash left while a folder took the place of a former one: the former is there again, or gone."""
    former = _former(folder)
    if former.is_dir():
        with told_of(str(folder)):
            if folder.exists():
                shutil.rmtree(former, ignore_errors=True)
            else:
                former.rename(folder)


def _former(folder: Path) -> Path:
    return folder.with_name(folder.name + FORMER)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        sync_file_system(descriptor)
    finally:
        os.close(descriptor)


def refuse_taken(folder: Path) -> None:
    """Raise TargetNotEmpty unless nothing, or an empty folder, is there, and folders alone are above it."""
    with told_of(str(folder)):
        above = next((parent for parent in folder.absolute().parents if parent.exists()), folder)
        if not above.is_dir():
            mend = Words("换一个目录", "name another folder")
            zh, en = f"{folder}:{above} 不是目录", f"{folder}: {above} is no folder"
            raise TargetNotEmpty(zh, en, mend=mend, file=str(folder))
        taken = folder.is_symlink() or (folder.exists() and (not folder.is_dir() or any(folder.iterdir())))
    if taken:
        mend = Words("换一个新的或空的目录", "name a new or empty folder")
        zh, en = f"{folder} 已存在且不是空目录", f"{folder} exists and is not an empty folder"
        raise TargetNotEmpty(zh, en, mend=mend, file=str(folder))
