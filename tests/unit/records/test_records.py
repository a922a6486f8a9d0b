from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.errors import BadInput
from node.records import canonical
from node.records.manifest import ManifestLine, format_manifest, parse_manifest
from node.records.metadata import Metadata
from node.records.said import described
from node.records.unit import make_unit, read_object
from node.records.vocabulary import code_for

A, B = hashlib.sha256(b"a").digest(), hashlib.sha256(b"b").digest()


def test_a_manifest_is_sorted_by_the_bytes_of_its_paths() -> None:
    lines = [ManifestLine(path="页/二.tif", sha256=B), ManifestLine(path="Z.txt", sha256=A)]
    data = format_manifest(lines)
    assert data == f"{A.hex()}  Z.txt\n{B.hex()}  页/二.tif\n".encode()
    assert parse_manifest(data) == sorted(lines, key=lambda line: line.path.encode())


@pytest.mark.parametrize(
    "data",
    [
        f"{A.hex()}  b\n{B.hex()}  a\n",
        f"{A.hex()}  a\n{A.hex()}  a\n",
        f"{A.hex()} a\n",
        f"{A.hex().upper()}  a\n",
        f"{A.hex()}  ../a\n",
        f"{A.hex()}  /a\n",
        f"{A.hex()}  a%0a\n",
        f"{A.hex()}  a",
        "",
    ],
)
def test_a_manifest_in_another_form_is_refused(data: str) -> None:
    with pytest.raises(BadInput):
        parse_manifest(data.encode())


def test_metadata_leaves_out_what_was_not_said_and_salts_what_is_not_open() -> None:
    metadata = Metadata(title="晋绥日报", period=2023)
    assert metadata.to_json("ab" * 16) == {
        "schema": 1, "title": "晋绥日报", "period": 2023, "type": "other", "access": "closed", "rights": "unknown",
        "salt": "ab" * 16,
    }  # fmt: skip
    assert not metadata.is_open
    assert Metadata.from_json(metadata.to_json("00" * 16)) == metadata
    assert metadata.digest("00") != metadata.digest("01")


def test_differing_fields_are_named() -> None:
    one = Metadata(title="甲", period=2023, creator=("某",))
    assert one.differing_fields(Metadata(title="乙", period=2023)) == ["title", "creator"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"title": " "}, "title"), ({"period": 23}, "period"), ({"access": "public"}, "access"), ({"type": "x"}, "type")],
)
def test_bad_metadata_names_its_field(changes: dict[str, object], field: str) -> None:
    with pytest.raises(BadInput) as caught:
        Metadata(**({"title": "t", "period": 2023} | changes))  # type: ignore[arg-type]
    assert caught.value.field == field


def test_words_of_the_vocabulary_serve_in_both_languages() -> None:
    assert code_for("access", "公开") == code_for("access", "open") == "open"
    with pytest.raises(BadInput) as caught:
        code_for("access", "秘密")
    assert caught.value.mend is not None
    assert "不公开" in caught.value.mend.zh


def test_a_unit_takes_its_resource_from_the_command_and_its_salt_from_the_node() -> None:
    unit = make_unit(read_object(b'{"unit_id": "7", "t": "x"}'), resource_id="R")
    assert (unit.resource_id, unit.unit_id) == ("R", "7")
    assert unit.line() == b'{"resource_id":"R","t":"x","unit_id":"7"}'
    assert unit.line("ff") == b'{"resource_id":"R","salt":"ff","t":"x","unit_id":"7"}'
    assert unit.source_digest() == hashlib.sha256(unit.line()).digest()
    assert canonical.digest(unit.value) == unit.source_digest()


@given(st.dictionaries(st.text("rsaltu\u4e00", min_size=1, max_size=5), st.text('甲"}{,', max_size=3), max_size=5))
def test_the_salt_stands_in_its_place_among_any_fields(fields: dict[str, str]) -> None:
    value = {name: text for name, text in fields.items() if name != "salt"} | {"unit_id": "7"}
    unit = make_unit(value, resource_id="R")
    assert unit.line("0f") == canonical.encode(value | {"salt": "0f"})


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (b'{"t":"x"}', "unit_id"),
        (b'{"unit_id":""}', "unit_id"),
        (b'{"unit_id":true}', "unit_id"),
        (b'{"unit_id":"a","salt":"x"}', "salt"),
        (b'{"unit_id":"a","resource_id":"other"}', "resource_id"),
        (b"[1]", None),
    ],
)
def test_a_bad_unit_names_its_field(line: bytes, field: str | None) -> None:
    with pytest.raises(BadInput) as caught:
        make_unit(read_object(line), resource_id="R")
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("said", "stands"), [("民国二十九年", "1940"), ("1940年9月18日", "1940-09-18"), ("抗战初期", "抗战初期")]
)
def test_a_date_that_is_said_is_read_to_iso(said: str, stands: str) -> None:
    assert described(Metadata(title="题", period=2023), {"date": said}).date == stands


@pytest.mark.parametrize("said", ["2024-02-30", "1999-99", "民国二十九年十三月"])
def test_a_date_that_the_calendar_does_not_have_is_refused(said: str) -> None:
    with pytest.raises(BadInput) as refused:
        described(Metadata(title="题", period=2023), {"date": said})
    assert refused.value.field == "date"
    assert refused.value.mend is not None
