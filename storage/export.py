"""Export: the bytes of an object back out, every one of them checked, the whole payload or nothing.

What a crash leaves is said in `storage.whole_folder`.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from storage import ocfl
from storage.errors import BadSource, Damaged, UnknownObject, Words
from storage.intake import take_in
from storage.staged import Payload, PayloadFile
from storage.walk import Identity, look_at
from storage.whole_folder import whole_folder

if TYPE_CHECKING:
    from pathlib import Path

    from storage.objects import StoredObjects
    from storage.staged import Kind


def export(objects: StoredObjects, object_id: str, folder: Path, *, expected: tuple[Kind, bytes] | None = None) -> int:
    """Write the payload "ID" or "ID/vN" into a new or empty folder; give the number of files.

    Durable when this returns. Raise UnknownObject, TargetNotEmpty, Damaged or DiskFull, with nothing left behind.
    """
    with whole_folder(folder) as partial:
        return copy_out(objects, object_id, partial, expected=expected)


def copy_out(
    objects: StoredObjects, object_id: str, folder: Path, *, expected: tuple[Kind, bytes] | None = None
) -> int:
    """Write the payload into a folder that the caller made, and makes durable or removes; give the number of files.

    Every file is hashed, whole and by blocks, while it is copied, and compared with the inventory; with ``expected``
    (kind, content digest) the payload as a whole is compared too. Raise UnknownObject, Damaged or OSError.
    """
    identity, version = ocfl.split_payload_id(object_id)
    inventory = objects.inventory(identity)
    prefix = f"{ocfl.content_of(version)}/{ocfl.PAYLOAD}/"
    if version not in inventory.payload_versions():
        raise UnknownObject(f"存储根中没有 {object_id}", f"the storage root does not hold {object_id}")
    payload = Payload.of(
        _copy(objects, object_id, path.removeprefix(prefix), digest, folder)
        for path, digest in inventory.files.items()
        if path.startswith(prefix)
    )
    _check(payload, object_id, expected)
    return len(payload.files)


def _copy(objects: StoredObjects, object_id: str, path: str, digest: bytes, folder: Path) -> PayloadFile:
    source = objects.payload_path(object_id) / path
    target = folder / path
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


def _damaged(object_id: str, file: str) -> Damaged:
    mend = Words("用 zhicang audit 查明,再从备份恢复", "find out more with zhicang audit, then restore a backup")
    zh = f"{object_id} 的内容与存入时不符,未导出"
    en = f"the payload of {object_id} is not what was stored; not exported"
    return Damaged(zh, en, mend=mend, file=file)
