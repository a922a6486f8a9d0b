"""Whatever bytes are brought: an answer or a refusal in words; no crash, no hang, nothing written."""

from __future__ import annotations

import io
import json
import random
import zipfile
from contextlib import suppress
from typing import TYPE_CHECKING

import deliveries
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from node.errors import BadInput
from node.importers.delivery import Entry
from node.importers.lists import READERS, read_list_bytes
from node.importers.mapping import Mapping
from node.importers.unit_columns import unit_field_of
from node.importers.unit_table import unit_of
from node.precheck.cells import check_cells
from node.precheck.decoded import Decoded
from node.precheck.decoding import DECODED, _decode
from node.precheck.matching import as_posix, is_unsafe
from node.precheck.parts import check_parts
from node.precheck.personal import check_personal
from node.records.dates import read_date

if TYPE_CHECKING:
    from pathlib import Path

RELAXED = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
MARC = b"00083nam  2200049   450 001000300000200002700003\x1eX1\x1e1 \x1fa\xe6\x8a\xa5\x1ff\xe7\xa4\xbe\x1e\x1d"
MARC_XML = (
    b"<collection xmlns='http://www.loc.gov/MARC21/slim'><record><leader>00000nam a2200000   4500</leader>"
    b"<controlfield tag='001'>1</controlfield><datafield tag='200' ind1='1' ind2=' '><subfield code='a'>x</subfield>"
    b"</datafield></record></collection>"
)


def spreadsheet() -> bytes:
    book = Workbook()
    rows = (["路径", "题名", "日期", "页数"], ["a.tif", "甲", "民国二十九年", 3], ["b.tif", "乙", "1940-02-30", 1e16])
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


SEEDS = {
    ".csv": '路径,题名,日期\na.tif,"甲,乙",1940\nb.tif,乙,不详\n'.encode(),
    ".tsv": "路径\t题名\na.tif\t甲\n".encode("gb18030"),
    ".jsonl": '{"路径":"a.tif","题名":["甲"],"年度":2023}\n{"path":"b"}\n'.encode(),
    ".iso": MARC + MARC,
    ".xml": MARC_XML,
    ".xlsx": spreadsheet(),
}


def looked_at(ending: str, data: bytes) -> None:
    """Read and check bytes as a list of that kind; anything but a table or a refusal in words fails the test."""
    try:
        tables = read_list_bytes(f"x{ending}", data, Mapping())
    except BadInput as error:
        told(error)
        return
    for table in tables:
        assert all(len(column) == len(table) for column in table.columns)
        list(table.rows())
        for finding in [*check_cells(table, today="2026-11-25"), *check_personal(table)]:
            assert finding.words.zh
    list(check_parts(tables))


def told(error: BadInput) -> None:
    """Hold a refusal to saying what and where."""
    assert error.words.zh
    assert error.file


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Change bytes here and there, cut a piece out, or put one in twice."""
    changed = bytearray(data)
    for _ in range(chance.randrange(1, 6)):
        place = chance.randrange(len(changed) or 1)
        match chance.randrange(4):
            case 0:
                changed[place : place + 1] = bytes([chance.randrange(256)])
            case 1:
                del changed[place : place + chance.randrange(1, 40)]
            case 2:
                changed[place:place] = changed[place : place + chance.randrange(1, 40)] * chance.randrange(1, 20)
            case _:
                changed[place : place + 1] = chance.choice([b"99999999", b"\x00", b"\xff", b'"', b"<", b"-1", b"\x1d"])
    return bytes(changed)


@RELAXED
@given(ending=st.sampled_from(sorted(READERS)), data=st.binary(max_size=300))
def test_any_bytes_as_a_list(ending: str, data: bytes) -> None:
    looked_at(ending, data)


@pytest.mark.parametrize("ending", SEEDS)
def test_mutated_lists(ending: str) -> None:
    chance = random.Random(ending)
    for _ in range(200):
        looked_at(ending, mutated(SEEDS[ending], chance))


def test_workbooks_whose_parts_are_mutated() -> None:
    """Change the XML inside and pack it again, so that the mutation gets past the ZIP's own checks."""
    chance = random.Random(2)
    with zipfile.ZipFile(io.BytesIO(SEEDS[".xlsx"])) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for _ in range(300):
        stream = io.BytesIO()
        victim = chance.choice([name for name in parts if name.endswith((".xml", ".rels"))])
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in parts.items():
                archive.writestr(name, mutated(content, chance) if name == victim else content)
        looked_at(".xlsx", stream.getvalue())


@RELAXED
@given(st.lists(st.dictionaries(st.sampled_from(["标识", "页码", "起止字符", "选择器"]), st.text(max_size=20))))
def test_any_cells_as_units(rows: list[dict[str, str]]) -> None:
    data = "\n".join(json.dumps(row) for row in rows).encode()
    try:
        tables = read_list_bytes("x.jsonl", data, Mapping(vocabulary=unit_field_of))
    except BadInput:
        return
    for table in tables:
        for row in table.rows():
            with suppress(BadInput):
                assert isinstance(unit_of(row), dict)


@RELAXED
@given(st.text(max_size=40))
def test_any_text_as_a_date_and_as_a_path(text: str) -> None:
    read = read_date(text)
    assert not (read.era and not read.iso and not read.impossible)
    path = as_posix(text)
    if not is_unsafe(path):
        assert ".." not in path.split("/")
        assert not path.startswith("/")


def media() -> dict[str, bytes]:
    from pypdf import PdfWriter

    writer = PdfWriter()
    writer.add_blank_page(width=10, height=10)
    stream = io.BytesIO()
    writer.write(stream)
    frame = b"\xff\xfb\x90\x00" + bytes(413)
    wave = b"RIFF\x2c\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0data\x08\0\0\0" + bytes(8)
    pictures = {".png": "PNG", ".tif": "TIFF", ".jpg": "JPEG", ".gif": "GIF", ".bmp": "BMP", ".webp": "WEBP"}
    made = {ending: deliveries.picture(kind=kind) for ending, kind in pictures.items()}
    return made | {".pdf": stream.getvalue(), ".mp3": frame * 3, ".wav": wave}


def test_whole_media_decode_and_mutated_ones_are_told(tmp_path: Path) -> None:
    chance = random.Random(3)
    for ending, data in media().items():
        assert ending in DECODED
        file = tmp_path / f"x{ending}"
        file.write_bytes(data)
        assert not _decode(Entry(len(data), str(file)), ending).fault, ending
        for _ in range(60):
            file.write_bytes(mutated(data, chance))
            assert isinstance(_decode(Entry(len(data), str(file)), ending), Decoded)


def test_mutated_zips_are_checked_or_refused_and_nothing_appears_beside_them(tmp_path: Path) -> None:
    chance = random.Random(4)
    folder = tmp_path / "交付"
    deliveries.write(folder, {"清单.csv": "路径,题名\na.txt,甲\n", "a.txt": "a" * 100, "b/c.txt": "c"})
    sound = deliveries.zipped(folder).read_bytes()
    place = tmp_path / "x.zip"
    before = sorted(tmp_path.rglob("*"))
    for _ in range(150):
        place.write_bytes(mutated(sound, chance))
        try:
            deliveries.checked(place, decode=False)
        except BadInput as error:
            told(error)
    place.unlink()
    assert sorted(tmp_path.rglob("*")) == before


def test_an_image_that_unpacks_to_more_than_anybody_scans_is_left_to_a_look_by_hand(tmp_path: Path) -> None:
    from PIL import Image

    file = tmp_path / "x.png"
    Image.new("1", (20_000, 20_000)).save(file)
    assert _decode(Entry(file.stat().st_size, str(file)), ".png").too_large
    report = deliveries.checked(tmp_path)
    assert deliveries.found(report, "not-examined")[0].value == ".png >250 Mpx 1"
