"""Step 4 under profile cn: the SM3 that the metadata say is held against the content."""

from __future__ import annotations

import hashlib
from types import SimpleNamespace
from typing import Any

import pytest

from node.receipts.content_steps import check_metadata
from node.receipts.errors import BadProof
from node.receipts.record import RegisteredRecord
from node.receipts.subject import FileSubject, TreeSubject
from node.records import canonical

SM3 = bytes(range(32))
METADATA = {"schema": 1, "title": "t", "sm3": SM3.hex()}
HERE = hashlib.sha256(b"").digest()


def receipt(kind: str, metadata: dict[str, Any]) -> Any:
    record = object.__new__(RegisteredRecord)
    object.__setattr__(record, "kind", kind)
    object.__setattr__(record, "metadata_sha256", canonical.digest(metadata))
    return SimpleNamespace(record=record, metadata=metadata)


def test_the_sm3_of_file_and_folder_is_said() -> None:
    for subject, kind in ((FileSubject(sha256=HERE, sm3=SM3), "file"), (TreeSubject(manifest=b"", sm3=SM3), "tree")):
        assert SM3.hex() in check_metadata(subject, receipt(kind, METADATA)).en


@pytest.mark.parametrize("computed", [None, bytes(32)])
def test_another_sm3_fails(computed: bytes | None) -> None:
    for subject, kind in (
        (FileSubject(sha256=HERE, sm3=computed), "file"), (TreeSubject(manifest=b"", sm3=computed), "tree")
    ):  # fmt: skip
        with pytest.raises(BadProof, match="SM3"):
            check_metadata(subject, receipt(kind, METADATA))


def test_a_member_of_a_tree_and_metadata_without_sm3_are_not_asked() -> None:
    assert "SM3" not in check_metadata(FileSubject(sha256=HERE), receipt("tree", METADATA)).en
    assert "SM3" not in check_metadata(FileSubject(sha256=HERE, sm3=SM3), receipt("file", {"title": "t"})).en
