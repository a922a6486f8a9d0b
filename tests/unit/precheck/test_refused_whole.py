"""One test a row of the second table: what cannot be looked at as a whole."""

from __future__ import annotations

import re
import stat
import zipfile
from typing import TYPE_CHECKING

import bagit
import deliveries
import pytest
import rules_table
from openpyxl import Workbook

from node.errors import BadInput
from node.importers.mapping import read_mapping

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ROWS = dict(re.findall(r"^\| `([a-z0-9-]+)`: [^|]+ \| ([^|]+) \|$", rules_table.PAGE.read_text("utf-8"), re.MULTILINE))


def _list(name: str, content: bytes | str) -> Callable[[Path], object]:
    def build(folder: Path) -> object:
        deliveries.write(folder, {name: content})
        return deliveries.checked(folder / name)

    return build


def _zip(**member: object) -> Callable[[Path], object]:
    """Check a ZIP of one member, changed as said."""

    def build(folder: Path) -> object:
        path = folder / "d.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            info = zipfile.ZipInfo(str(member.get("name", "甲/a.txt")))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = int(member.get("attributes", 0))  # type: ignore[call-overload]
            archive.writestr(info, member.get("content", b"a"))  # type: ignore[arg-type]
        if flag := member.get("flag"):
            data = bytearray(path.read_bytes())
            data[data.index(b"PK\x01\x02") + 8] |= flag  # type: ignore[operator]
            path.write_bytes(data)
        return deliveries.checked(path)

    return build


def _overlap(folder: Path) -> object:
    path = folder / "d.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a", b"a" * 100)
        archive.writestr("b", b"b" * 100)
    data = bytearray(path.read_bytes())
    second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 1)
    data[second + 42 : second + 46] = bytes(4)  # both members begin at byte 0
    path.write_bytes(data)
    return deliveries.checked(path)


def _twice(folder: Path) -> object:
    path = folder / "d.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a", b"1")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a", b"2")
    return deliveries.checked(path)


def _stray_cell(folder: Path) -> object:
    book = Workbook()
    book.active["A1"], book.active["XFD1048576"] = "路径", "x"
    book.save(folder / "a.xlsx")
    return deliveries.checked(folder / "a.xlsx")


def _old_format(folder: Path) -> object:
    deliveries.write(folder, {"a.xls": "x"})
    return deliveries.checked(folder, list_file=folder / "a.xls")


def _mapping(folder: Path) -> object:
    (folder / "m.toml").write_text('format = 1\n[columns]\n"甲" = "乙"\n', encoding="utf-8")
    return read_mapping(folder / "m.toml")


def _bag(change: Callable[[Path], object]) -> Callable[[Path], object]:
    def build(folder: Path) -> object:
        deliveries.write(folder, {"a.txt": "a"})
        bagit.make_bag(str(folder), checksums=["sha256"])
        change(folder)
        return deliveries.checked(folder)

    return build


ENTITIES = '<!DOCTYPE a [<!ENTITY x "y">]><collection><record>&x;</record></collection>'
_SLIM = "http://www.loc.gov/MARC21/slim"
NO_TITLE = f"<collection xmlns='{_SLIM}'><record><controlfield tag='001'>1</controlfield></record></collection>"
CASES: dict[str, Callable[[Path], object]] = {
    "old-excel": _list("a.xlsx", b"\xd0\xcf\x11\xe0" + bytes(600)),
    "stray-cell": _stray_cell,
    "broken-excel": _list("a.xlsx", b"PK\x03\x04broken"),
    "old-format": _old_format,
    "utf-16": _list("a.csv", "路径\na\n".encode("utf-16")),
    "other-encoding": _list("a.csv", b"\xff\xff\n"),
    "open-quote": _list("a.csv", '路径\n"a\n'),
    "no-headings": _list("a.csv", "甲,乙\n1,2\n"),
    "only-headings": _list("a.csv", "路径,题名\n"),
    "bad-json": _list("a.jsonl", "[1]\n"),
    "bad-marc": _list("a.iso", b"\x00\x01\x1d"),
    "xml-entities": _list("a.xml", ENTITIES),
    "bad-xml": _list("a.xml", "<a"),
    "no-title-field": _list("a.xml", NO_TITLE),
    "bad-mapping": _mapping,
    "broken-zip": _list("a.zip", b"PK"),
    "zip-slip": _zip(name="../../etc/a.txt"),
    "zip-encrypted": _zip(flag=1),
    "zip-link": _zip(attributes=(stat.S_IFLNK | 0o777) << 16, content=b"/etc/passwd"),
    "zip-bomb": _zip(content=bytes(80 << 20)),
    "zip-overlap": _overlap,
    "zip-twice": _twice,
    "bag-fetch": _bag(lambda folder: (folder / "fetch.txt").write_text("https://example.org/a 1 data/a\n")),
    "broken-bag": _bag(lambda folder: (folder / "manifest-sha256.txt").write_text("00  data/../../a\n")),
    "no-source": lambda folder: deliveries.checked(folder / "没有"),
    "odd-source": _list("a.pdf", "x"),
}


def test_every_row_has_a_case() -> None:
    assert set(CASES) == set(ROWS)


@pytest.mark.parametrize("slug", ROWS)
def test_what_is_refused_whole_is_told_in_both_languages(slug: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as refused:
        CASES[slug](tmp_path)
    for told, said in zip(ROWS[slug].split("<br>"), (refused.value.words.zh, refused.value.words.en), strict=True):
        parts = re.split(r"\*[a-z]+\*", told)
        assert re.fullmatch(".+?".join(map(re.escape, parts)), said, re.DOTALL), said
    assert refused.value.file


@pytest.mark.parametrize("name", ["/etc/a", "C:/a", "a/../b", "a\\..\\b", "./a", "a//b"])
def test_no_path_of_a_zip_leads_anywhere_but_down(name: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="leads out"):
        _zip(name=name)(tmp_path)


def test_a_zip_of_chinese_windows_names_its_members_in_chinese(tmp_path: Path) -> None:
    report = deliveries.checked(_as_windows_packs(tmp_path), split="one")
    files = report.brought.delivery.files
    assert list(files) == ["画/001.txt", "画/002.txt", "说明.txt"]
    assert {path: entry.open().read() for path, entry in files.items()}["画/002.txt"] == b"2"


def _as_windows_packs(folder: Path) -> Path:
    """Write a ZIP whose names are GBK and not marked as anything, which the library would not do."""
    path = folder / "w.zip"
    names = {b"XXXX/YY/001.txt": b"1", b"XXXX/YY/002.txt": b"2", b"XXXX/ZZZZ.txt": b"3"}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in names.items():
            archive.writestr(zipfile.ZipInfo(name.decode()), content)
    data = path.read_bytes()
    for letters, chinese in ((b"XXXX", "扫描"), (b"YY", "画"), (b"ZZZZ", "说明")):
        data = data.replace(letters, chinese.encode("gbk"))
    path.write_bytes(data)
    return path
