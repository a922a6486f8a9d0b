from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING

import list_files
import pytest
from openpyxl import Workbook, load_workbook
from workbooks import workbook

from node.errors import BadInput
from node.importers.lists import read_list_bytes, read_list_file
from node.importers.mapping import Mapping, read_mapping
from node.importers.template import OFFERED, template

if TYPE_CHECKING:
    from pathlib import Path

    from node.importers.table import Table


MARC = [("001", "JS-0001"), ("200", "1 $a晋绥边区画报$f吕梁文教社编"),
        ("210", "  $a兴县$c吕梁文教社$d1946"), ("606", "  $a画报$x晋绥边区"), ("690", "  $aJ22$v5"),
        ("905", "  $d善本/12"), ("856", "4 $uscan/0001")]  # fmt: skip


def read(name: str, data: bytes, mapping: Mapping | None = None) -> list[Table]:
    return read_list_bytes(name, data, mapping or Mapping())


def values(table: Table) -> list[dict[str, str]]:
    return [row.values for row in table.rows()]


CSV = '路径,题名,年度\nscan/1.tif,抗战日报,2023\n\nscan/2.tif,"晋绥,边区",2022\n'
ROWS = [
    {"path": "scan/1.tif", "title": "抗战日报", "period": "2023"},
    {"path": "scan/2.tif", "title": "晋绥,边区", "period": "2022"},
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_in_each_encoding_gives_the_same_rows_and_says_how_it_was_read(encoding: str) -> None:
    (table,) = read("清单.csv", CSV.encode(encoding))
    assert values(table) == ROWS
    assert table.encoding == encoding
    assert list(table.numbers) == [2, 4]


def test_tsv_and_excel_and_json_lines_give_the_same_rows() -> None:
    tsv = CSV.replace('"晋绥,边区"', "晋绥;边区").replace(",", "\t").replace(";", ",")
    assert values(read("a.tsv", tsv.encode())[0]) == ROWS
    cells = [["路径", "题名", "年度"], ["scan/1.tif", "抗战日报", 2023], [], ["scan/2.tif", "晋绥,边区", 2022]]
    (table,) = read("a.xlsx", workbook(("第一批", cells)))
    assert values(table) == ROWS
    assert (table.sheet, list(table.numbers)) == ("第一批", [2, 4])
    lines = '{"路径":"scan/1.tif","题名":"抗战日报","年度":2023}\n\n{"dc:title":"乙","path":"scan/2.tif"}'
    first, second = values(read("a.jsonl", lines.encode())[0])
    assert first == ROWS[0]
    assert second["path"] == "scan/2.tif"


def test_the_headings_are_found_below_a_title_and_every_sheet_with_headings_is_read() -> None:
    top = [["山西省图书馆加工清单"], [None, "2023-11-01"], ["文件名", "标题", "备 注"], ["1.tif", "甲", "x"]]
    other = [["path", "title"], ["2.tif", "乙"]]
    one, two = read("a.xlsx", workbook(("报纸", top), ("统计", [["合计", 2]]), ("图书", other)))
    assert values(one) == [{"path": "1.tif", "title": "甲", "description": "x"}]
    assert list(one.numbers) == [4]
    assert two.sheet == "图书"


def test_numbers_dates_and_lost_digits_of_excel() -> None:
    cells = [["path", "date", "client_ref", "年度"], ["1.tif", dt.date(1940, 9, 18), 19990101123456789, 2023.0]]
    (table,) = read("a.xlsx", workbook(("s", cells)))
    assert values(table)[0]["date"] == "1940-09-18"
    assert values(table)[0]["period"] == "2023"
    assert table.lossy == ((0, 2),)


def test_the_template_is_empty_as_a_list_and_reads_back_once_filled_in() -> None:
    data = template()
    with pytest.raises(BadInput, match="nothing below"):
        read("清单.xlsx", data)
    book = load_workbook(io.BytesIO(data))
    sheet = book["清单"]
    sheet.append(["a.tif", "甲"])
    stream = io.BytesIO()
    book.save(stream)
    (table,) = read("清单.xlsx", stream.getvalue())
    assert table.fields == OFFERED
    assert values(table) == [{"path": "a.tif", "title": "甲"}]
    offered = {str(rule.sqref)[0]: rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert len(offered) == 4
    assert "报纸" in offered[chr(ord("A") + OFFERED.index("type"))]


@pytest.mark.parametrize(("encoding", "leader_9"), [("gb18030", " "), ("gb18030", "a"), ("utf-8", " "), ("utf-8", "a")])
def test_cnmarc_is_read_whatever_its_leader_says_of_the_encoding(encoding: str, leader_9: str) -> None:
    data = list_files.iso_2709(MARC, encoding, leader_9=leader_9)
    (table,) = read("marc.iso", data + data)
    assert len(table) == 2
    row = values(table)[0]
    assert row["title"] == "晋绥边区画报"
    assert row["creator"] == "吕梁文教社编"
    assert row["subject"] == "画报;晋绥边区"
    assert (row["client_ref"], row["clc"], row["path"], row["date"]) == ("JS-0001", "J22", "scan/0001", "1946")


def test_marc_21_and_marcxml_and_a_mapping_for_marc() -> None:
    fields = [("001", "X1"), ("245", "10$a抗战日报 /$c抗战日报社"), ("260", "  $b新华书店,$c1940"), ("905", "  $z甲-1")]
    mapping = Mapping(columns={"905$z": "call_number"})
    (table,) = read("marc.mrc", list_files.iso_2709(fields, "utf-8", leader_9="a"), mapping)
    assert values(table)[0] == {
        "title": "抗战日报", "creator": "抗战日报社", "publisher": "新华书店", "date": "1940", "client_ref": "X1",
        "call_number": "甲-1",
    }  # fmt: skip
    xml = (
        '<collection xmlns="http://www.loc.gov/MARC21/slim"><record><leader>00000nam a2200000   4500</leader>'
        '<controlfield tag="001">X1</controlfield><datafield tag="200" ind1="1" ind2=" "><subfield code="a">抗战日报'
        "</subfield></datafield></record></collection>"
    )
    assert values(read("m.xml", xml.encode())[0]) == [{"title": "抗战日报", "client_ref": "X1"}]


def test_a_mapping_file_explains_another_layout(tmp_path: Path) -> None:
    text = 'format = 1\n[columns]\n"档案题名" = "题名"\n"档号" = "client_ref"\n[constants]\ntype = "报纸"\n'
    (tmp_path / "m.toml").write_text(text, encoding="utf-8")
    (tmp_path / "a.csv").write_text("档号,档案题名,柜号\nA-1,甲,3\n", encoding="utf-8")
    (table,) = read_list_file(tmp_path / "a.csv", read_mapping(tmp_path / "m.toml"))
    assert values(table) == [{"client_ref": "A-1", "title": "甲", "type": "报纸"}]
    assert table.column("type") == ["报纸"]
    assert table.fields == ("client_ref", "title", None)


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "format"), ("format = 1\n[columns]\n'a' = 'nonsense'\n", "nonsense"), ("format = 1\n[rows]\n", "rows"),
     ("format = 1\ncolumns = 3\n", "columns"), ("x = [", "malformed")],
)  # fmt: skip
def test_a_bad_mapping_file_is_named_with_what_is_wrong(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "m.toml").write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=said) as refused:
        read_mapping(tmp_path / "m.toml")
    assert refused.value.file == str(tmp_path / "m.toml")


def test_a_stray_cell_at_the_end_of_the_sheet_does_not_eat_the_memory() -> None:
    for place in ("XFD1048576", "B1048576", "ZZ123456", "AAA1"):
        book = Workbook()
        book.active["A1"], book.active["A2"], book.active[place] = "路径", "1.tif", "x"
        stream = io.BytesIO()
        book.save(stream)
        with pytest.raises(BadInput, match="far beyond"):
            read("a.xlsx", stream.getvalue())


ENTITIES = b'<!DOCTYPE a [<!ENTITY x "y"><!ENTITY z "&x;&x;">]><collection><record>&z;</record></collection>'


@pytest.mark.parametrize(
    ("name", "data", "said", "row"),
    [
        ("a.xls", b"", "ending .xls", None),
        ("a.pdf", b"", "ending .pdf", None),
        ("a.xlsx", b"\xd0\xcf\x11\xe0" + bytes(600), "password", None),
        ("a.xlsx", b"PK\x03\x04 no zip", "no readable Excel", None),
        ("a.csv", "\ufeff路径\n".encode("utf-16"), "UTF-16", None),
        ("a.csv", b"\xff\xff,\n", "neither UTF-8", 1),
        ("a.csv", '路径,题名\na,"甲\n'.encode(), "not CSV", 2),
        ("a.csv", b"x,y\n1,2\n", "no heading recognised", None),
        ("a.csv", "路径\n".encode(), "nothing below", None),
        ("a.jsonl", b'{"path":"a"}\n[1]\n', "not a JSON object", 2),
        ("a.jsonl", b'{"path":{"a":1}}', "wrong form", 1),
        ("a.jsonl", b'{"x":1}', "no heading", None),
        ("a.iso", b"\x00\x01\x1d", "no readable record", 1),
        ("a.iso", b"", "not one record", None),
        ("a.xml", ENTITIES, "entities", None),
        ("a.xml", b"<a", "not MARCXML", None),
    ],
)
def test_what_is_no_list_is_refused_with_its_place(name: str, data: bytes, said: str, row: int | None) -> None:
    with pytest.raises(BadInput, match=said) as refused:
        read(name, data)
    assert (refused.value.file or "").startswith(name)
    assert refused.value.row == row
    assert refused.value.words.zh != refused.value.words.en
