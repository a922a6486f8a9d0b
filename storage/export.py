"""Export: the bytes of an object back out, every one of them checked, the whole payload or nothing.

Files are written into a folder beside the target, which takes the target's name once everything is right; a crash
leaves that folder, named after the target with ".zhicang-partial" behind it.
"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from storage import ocfl
from storage.durable import sync_file_system, sync_folder
from storage.errors import BadSource, Damaged, TargetNotEmpty, UnknownObject, Words, told_of
from storage.intake import take_in
from storage.staged import Payload, PayloadFile
from storage.walk import Identity, look_at

if TYPE_CHECKING:
    from pathlib import Path

    from storage.objects import StoredObjects
    from storage.staged import Kind


def export(
    objects: StoredObjects, object_id: str, folder: Path, *, expected: tuple[Kind, bytes] | None = None
) -> int:
    """Write the payload "ID" or "ID/vN" into a new or empty folder; give the number of files.

    Every file is hashed, whole and by blocks, while it is copied, and compared with the inventory; with ``expected``
    (kind, content digest) the payload as a whole is compared too. Durable when this returns.
    Raise UnknownObject, TargetNotEmpty, Damaged or DiskFull, with nothing left behind.
    """
    identity, version = ocfl.split_payload_id(object_id)
    inventory = objects.inventory(identity)
    prefix = f"{ocfl.content_of(version)}/{ocfl.PAYLOAD}/"
    if version not in inventory.payload_versions():
        raise UnknownObject(f"存储根中没有 {object_id}", f"the storage root does not hold {object_id}")
    folder = folder.absolute()
    refuse_taken(folder)
    partial = folder.with_name(folder.name + ".zhicang-partial")
    with told_of(str(folder)):
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        try:
            payload = Payload.of(
                _copy(objects, object_id, path.removeprefix(prefix), digest, partial)
                for path, digest in inventory.files.items()
                if path.startswith(prefix)
            )
            _check(payload, object_id, expected)
            settle(partial, folder)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
    return len(payload.files)


def _copy(objects: StoredObjects, object_id: str, path: str, digest: bytes, partial: Path) -> PayloadFile:
    source = objects.payload_path(object_id) / path
    target = partial / path
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        identity = Identity.of(look_at(source))
        file = take_in(os.fsencode(source), os.fsencode(target), path=path, expected=identity)
    except BadSource as error:
        raise _damaged(object_id, str(source)) from error
    if file.sha256 != digest:
        raise _damaged(object_id, str(source))
    target.chmod(0o644)
    return file


def _check(payload: Payload, object_id: str, expected: tuple[Kind, bytes] | None) -> None:
    payload.close()
    if expected is not None and payload.content_digest(expected[0]) != expected[1]:
        raise _damaged(object_id, object_id)


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


def _damaged(object_id: str, file: str) -> Damaged:
    mend = Words("用 zhicang audit 查明,再从备份恢复", "find out more with zhicang audit, then restore a backup")
    zh = f"{object_id} 的内容与存入时不符,未导出"
    en = f"the payload of {object_id} is not what was stored; not exported"
    return Damaged(zh, en, mend=mend, file=file)
