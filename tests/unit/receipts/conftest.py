"""What the tests of receipts share: the golden vectors, read from their files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from node.receipts.anchor import TrustAnchor
from node.receipts.receipt import Receipt
from node.receipts.subject import FileSubject, TreeSubject, UnitSubject
from node.receipts.verify import verify

if TYPE_CHECKING:
    from node.receipts.subject import Subject
    from node.receipts.verdict import Verdict

FOLDER = Path(__file__).parents[2] / "vectors" / "receipts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    data: bytes
    subject: Subject
    anchor: TrustAnchor
    fingerprint: str | None
    fails: str | None
    answer: str

    @property
    def receipt(self) -> Receipt:
        return Receipt.from_json_bytes(self.data)

    def verdict(self) -> Verdict:
        return verify(self.subject, self.receipt, self.anchor, fingerprint=self.fingerprint)


class Vectors:
    """The files under tests/vectors/receipts."""

    folder = FOLDER

    def __init__(self) -> None:
        self.index: dict[str, Any] = json.loads((FOLDER / "index.json").read_text(encoding="utf-8"))

    def receipt(self, name: str) -> Vector:
        row = self.index["receipts"][name]
        return Vector(
            data=(FOLDER / "receipts" / f"{row['receipt']}.json").read_bytes(),
            subject=_subject(row["subject"]),
            anchor=TrustAnchor.from_json_bytes(self.anchor(row["anchor"])),
            fingerprint=row["fingerprint"],
            fails=row["fails"],
            answer=row["answer"],
        )

    def anchor(self, name: str) -> bytes:
        return (FOLDER / "anchors" / f"{name}.json").read_bytes()

    def block(self, name: str) -> dict[str, Any]:
        answers: dict[str, Any] = json.loads((FOLDER / "blocks" / f"{name}.json").read_text(encoding="utf-8"))
        return answers


def _subject(row: dict[str, Any]) -> Subject:
    if "file" in row:
        return FileSubject(sha256=bytes.fromhex(row["file"]))
    if "manifest" in row:
        return TreeSubject(manifest=row["manifest"].encode())
    return UnitSubject.parse(json.dumps(row["unit"]).encode())


@pytest.fixture(scope="session")
def vectors() -> Vectors:
    return Vectors()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test one run for each vector whose name it asks for."""
    index = Vectors().index
    for argument, names in (
        ("any_receipt", index["receipts"]),
        ("valid_receipt", [name for name, row in index["receipts"].items() if row["fails"] is None]),
        ("any_anchor", index["anchors"]),
    ):
        if argument in metafunc.fixturenames:
            metafunc.parametrize(argument, sorted(names))
