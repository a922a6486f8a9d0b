"""What the metadata say of files inside a many-file resource, held against the files that were staged."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from node.errors import BadInput, Words

if TYPE_CHECKING:
    from node.records.metadata import Metadata
    from storage.root import Staged


def missing_file(metadata: Metadata, staged: Staged) -> BadInput | None:
    """Give the error for an entry file or a file with a role that is not in the payload; None when all are."""
    if not metadata.entry and not metadata.file_roles:
        return None
    files = {file.path for file in staged.files}
    places = files | {str(parent) for path in files for parent in PurePosixPath(path).parents}
    wanted = [("entry", metadata.entry, files)] if metadata.entry else []
    wanted += [("file_roles", each.path, places) for each in metadata.file_roles]
    for field, path, known in wanted:
        if path not in known:
            mend = Words("写成资源文件夹之内的相对路径", "write it relative to the folder of the resource")
            zh, en = f"载荷里没有“{path[:100]}”", f"the payload has no {path[:100]!r}"
            return BadInput(zh, en, mend=mend, field=field)
    return None
