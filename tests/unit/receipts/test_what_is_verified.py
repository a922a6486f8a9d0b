"""What somebody hands to a unit's receipt: one unit, or by mistake a folder or the whole list."""

from __future__ import annotations

from pathlib import Path

import pytest

from node.errors import BadInput
from node.offline import read_subject
from node.receipts.receipt import Receipt
from node.receipts.subject import UnitSubject

RECEIPTS = Path(__file__).parents[2] / "vectors" / "receipts" / "receipts"


@pytest.fixture(scope="module")
def of_a_unit() -> Receipt:
    """Give a receipt that says it is of a unit; whether it verifies is no matter here."""
    return Receipt.from_json_bytes((RECEIPTS / "truncated-unit-path.json").read_bytes())


def test_a_folder_or_a_whole_list_is_told_what_is_wanted(of_a_unit: Receipt, tmp_path: Path) -> None:
    file = tmp_path / "u.jsonl"
    file.write_text('{"unit_id":"u1"}\n{"unit_id":"u2"}\n')
    for path in (tmp_path, file):
        with pytest.raises(BadInput) as refused:
            read_subject(path, of_a_unit)
        assert refused.value.mend is not None
        assert "一行" in refused.value.mend.zh
        assert refused.value.file == str(path)
    file.write_text('{"unit_id":"u1"}\n')
    assert isinstance(read_subject(file, of_a_unit), UnitSubject)
