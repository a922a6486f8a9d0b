"""A folder that is written whole or not at all.

Its files go into a folder beside it, which takes its name once everything is right and durable; a crash leaves that
one, named after the target with ".zhicang-partial" behind it, and the next attempt removes it.
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


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """Give the folder to write into; when the block ends well, it is durable under the target's name.

    Raise TargetNotEmpty when the target has something in it, DiskFull or StorageError; nothing is left behind then.
    """
    folder = folder.absolute()
    refuse_taken(folder)
    partial = folder.with_name(folder.name + ".zhicang-partial")
    with told_of(str(folder)):
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        try:
            yield partial
            settle(partial, folder)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise


def settle(partial: Path, folder: Path) -> None:
    """Make a finished folder durable and give it its name."""
    descriptor = os.open(partial, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        sync_file_system(descriptor)
    finally:
        os.close(descriptor)
    partial.rename(folder)  # an empty folder of that name gives way
    sync_folder(folder.parent)


def refuse_taken(folder: Path) -> None:
    """Raise TargetNotEmpty unless nothing, or an empty folder, is there."""
    with told_of(str(folder)):
        taken = folder.is_symlink() or (folder.exists() and (not folder.is_dir() or any(folder.iterdir())))
    if taken:
        mend = Words("换一个新的或空的目录", "name a new or empty folder")
        zh, en = f"{folder} 已存在且不是空目录", f"{folder} exists and is not an empty folder"
        raise TargetNotEmpty(zh, en, mend=mend, file=str(folder))
