"""Makes deliveries with one fault each: a builder for every rule of the pre-check, named by the rule's code."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import wave
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bagit
from PIL import Image
from workbooks import workbook as made_workbook

from node.importers.mapping import Mapping
from node.precheck.check import Report, Request, check
from node.precheck.duplicates import Known

if TYPE_CHECKING:
    from collections.abc import Callable

    from node.precheck.digests import Hashed
    from node.precheck.finding import Finding

TODAY = "2026-11-25"
GOOD = {"路径": "a.txt", "题名": "甲", "权利": "公有领域"}
"""A row without fault, whose file is a.txt."""
Builder = "Callable[[Path], Report]"


class Quiet:
    """Watches without saying anything."""

    def begin(self, step: str, total: int) -> None:
        """Take it."""

    def step(self, count: int = 1) -> None:
        """Take it."""


class Remembered:
    """A home that registered one file before."""

    def __init__(self, content: bytes) -> None:
        self._digest = hashlib.sha256(content).digest()

    def holders(self, hashed: Hashed) -> list[Known]:
        known = Known(number="14000001-2022-00000001-X", title="旧报", period=2022, origin="/disk/2022")
        return [known] if hashed.sha256 == self._digest else []


def checked(source: Path, *, earlier: Remembered | None = None, **options: Any) -> Report:
    request = Request(source=source, mapping=options.pop("mapping", Mapping()), **options)
    return check(request, earlier=earlier, today=TODAY, watcher=Quiet())


def found(report: Report, code: str) -> list[Finding]:
    return [finding for finding in report.findings if finding.rule.code == code]


def write(folder: Path, files: dict[str, bytes | str]) -> None:
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())


def listed(folder: Path, *rows: dict[str, str], files: tuple[str, ...] = ("a.txt",), encoding: str = "utf-8") -> Report:
    """Check a folder with these files, each with content of its own, and a CSV list of these rows."""
    write(folder, {path: path for path in files})
    headings = list(dict.fromkeys(heading for row in rows for heading in row))
    lines = [headings, *([row.get(heading, "") for heading in headings] for row in rows)]
    quoted = [",".join('"' + cell.replace('"', '""') + '"' for cell in line) for line in lines]
    (folder / "清单.csv").write_bytes("\n".join(quoted).encode(encoding))
    return checked(folder)


def workbook(folder: Path, rows: list[list[Any]], name: str = "清单.xlsx") -> Path:
    (folder / name).write_bytes(made_workbook(("Sheet", rows)))
    return folder / name


def picture(size: tuple[int, int] = (8, 8), colour: str = "white", kind: str = "PNG", **options: Any) -> bytes:
    stream = io.BytesIO()
    image = Image.new("RGB", size, colour)
    image.putpixel((1, 1), (1, 2, 3))
    image.save(stream, kind, **options)
    return stream.getvalue()


def _two(**changes: str) -> tuple[dict[str, str], dict[str, str]]:
    return GOOD | changes, GOOD | {"路径": "b.txt"} | changes


def _cell(**cell: str) -> Callable[[Path], Report]:
    return lambda folder: listed(folder, GOOD | cell)


def _files(files: dict[str, bytes | str], **options: Any) -> Callable[[Path], Report]:
    def build(folder: Path) -> Report:
        write(folder, files)
        return checked(folder, **options)

    return build


def _lost_digits(folder: Path) -> Report:
    write(folder, {"a.txt": "a"})
    workbook(folder, [["路径", "自有编号", "权利"], ["a.txt", 19990101123456789, "公有领域"]])
    return checked(folder)


def _surplus_cells(folder: Path) -> Report:
    write(folder, {"a.txt": "a", "清单.csv": "路径,权利\na.txt,公有领域,多出来的\n"})
    return checked(folder)


def _bag(folder: Path, change: Callable[[Path], None]) -> Report:
    bag = folder / "bag"
    write(bag, {"a.txt": "a", "b.txt": "b"})
    bagit.make_bag(str(bag), checksums=["sha256"])
    change(bag / "data")
    return checked(bag, split="one")


def _symlink(folder: Path) -> Report:
    write(folder, {"a.txt": "a"})
    (folder / "b.txt").symlink_to("a.txt")
    return checked(folder, split="files")


def _pipe(folder: Path) -> Report:
    write(folder, {"a.txt": "a"})
    os.mkfifo(folder / "b")
    return checked(folder, split="files")


def _empty_folder(folder: Path) -> Report:
    write(folder, {"a.txt": "a"})
    (folder / "空").mkdir()
    return checked(folder, split="one")


def _unreadable(folder: Path) -> Report:
    """A member of a ZIP whose data are damaged cannot be read by anybody, not even by root."""
    with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("甲/a.txt", b"abc" * 1000)
        place = archive.infolist()[0].header_offset + 30 + len("甲/a.txt".encode())
    data = bytearray((folder / "a.zip").read_bytes())
    data[place : place + 4] = b"\xff\xff\xff\xff"
    (folder / "a.zip").write_bytes(data)
    return checked(folder / "a.zip", split="one")


def _which_list(folder: Path) -> Report:
    write(folder, {"a.csv": "路径\nx\n", "b.csv": "路径\nx\n", "x": "x"})
    return checked(folder)


def _earlier(folder: Path) -> Report:
    write(folder, {"报/1.txt": "old", "报/2.txt": "new"})
    return checked(folder, split="entries", earlier=Remembered(b"old"))


def _locked_pdf(folder: Path) -> Report:
    from pypdf import PdfWriter

    writer = PdfWriter()
    writer.add_blank_page(width=10, height=10)
    writer.encrypt("secret", algorithm="RC4-128")
    with (folder / "a.pdf").open("wb") as stream:
        writer.write(stream)
    return checked(folder)


def _broken_sound(folder: Path) -> bytes:
    with wave.open(str(folder / "s.wav"), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(4000))
    data = (folder / "s.wav").read_bytes()
    (folder / "s.wav").unlink()
    return data[:-1000]


def _not_decodable(folder: Path) -> Report:
    broken = {"a.png": picture()[:-20], "b.jpg": b"no picture", "c.pdf": b"%PDF-1.7\n", "s.wav": _broken_sound(folder)}
    write(folder, {**broken, "t.mp3": b"ID3\x04\0\0\0\0\0\0\xff\xfb\x90\x00only half a frame"})
    return checked(folder, split="files")


DIGEST = {"路径": "a.txt", "权利": "公有领域"}
CASES: dict[str, Callable[[Path], Report]] = {
    "gb18030": lambda folder: listed(folder, GOOD, encoding="gb18030"),
    "unknown-column": _cell(柜号="3"),
    "repeated-column": _cell(title="乙"),
    "surplus-cells": _surplus_cells,
    "lost-digits": _lost_digits,
    "title-missing": _cell(题名=""),
    "control-character": _cell(责任者="甲\n乙"),
    "too-long": _cell(说明="长" * 20_001),
    "unknown-word": _cell(类型="图片集"),
    "rights-missing": _cell(权利=""),
    "open-without-rights": _cell(权利="", 公开级别="公开"),
    "rights-expired": _cell(权利期限="2024-12-31"),
    "bad-period": _cell(年度="23年"),
    "era-date": _cell(日期="民国二十九年九月"),
    "bad-date": _cell(日期="1938-02-30"),
    "unread-date": _cell(日期="不详"),
    "bad-licence-day": _cell(权利期限="2024-02-30"),
    "licence-backwards": _cell(权利起始="2030", 权利期限="2029-12"),
    "bad-value": _cell(置信度="1001"),
    "bad-count": _cell(页数="四十"),
    "bad-number": _cell(替代="14000001-2022-00000001-A"),
    "parent-unknown": _cell(上级登记号="丛书甲"),
    "parent-cycle": lambda folder: listed(
        folder, GOOD | {"自有编号": "甲", "上级登记号": "乙"},
        GOOD | {"路径": "b.txt", "自有编号": "乙", "上级登记号": "甲"}, files=("a.txt", "b.txt"),
    ),
    "order-repeated": lambda folder: listed(
        folder, GOOD | {"路径": "c.txt", "自有编号": "全"}, *_two(上级登记号="全", 卷册序="1"),
        files=("a.txt", "b.txt", "c.txt"),
    ),
    "order-gap": lambda folder: listed(
        folder, {**GOOD, "自有编号": "全"},
        *({**GOOD, "路径": f"{n}.txt", "上级登记号": "全", "卷册序": str(n)} for n in (1, 2, 4)),
        files=("a.txt", "1.txt", "2.txt", "4.txt"),
    ),
    "client-ref-repeated": lambda folder: listed(folder, *_two(自有编号="X1"), files=("a.txt", "b.txt")),
    "identity-number": _cell(说明="身份证11010519491231002X"),
    "telephone": _cell(说明="联系电话13803511234。"),
    "bad-digest": _cell(**{"SHA-256": "abc"}),
    "no-path-column": lambda folder: listed(folder, {"题名": "甲", "权利": "公有领域"}, files=()),
    "path-missing": _cell(路径=""),
    "path-unsafe": lambda folder: listed(folder, GOOD, GOOD | {"路径": r"D:\扫描\b.txt"}),
    "path-backslash": lambda folder: listed(folder, GOOD | {"路径": r"扫描\a.txt"}, files=("扫描/a.txt",)),
    "path-repeated": lambda folder: listed(folder, GOOD, GOOD | {"题名": "乙"}),
    "path-nested": lambda folder: listed(
        folder, GOOD | {"路径": "甲"}, GOOD | {"路径": "甲/a.txt"}, files=("甲/a.txt",)
    ),
    "file-missing": lambda folder: listed(folder, GOOD, GOOD | {"路径": "没有.tif"}),
    "file-missing-near": lambda folder: listed(folder, GOOD | {"路径": "Ａ.TXT"}),
    "file-surplus": lambda folder: listed(folder, GOOD, files=("a.txt", "b.txt")),
    "file-ignored": _files({"a.txt": "a", "Thumbs.db": "x"}),
    "bag-missing": lambda folder: _bag(folder, lambda data: (data / "a.txt").unlink()),
    "bag-surplus": lambda folder: _bag(folder, lambda data: (data / "c.txt").write_text("c") and None),
    "name-unsafe": _files({"100%.txt": "a"}),
    "name-windows": _files({"CON.txt": "a", "a:b": "b", "c.": "c", "d/nul": "d", "e.con": "e"}, split="files"),
    "name-collides": _files({"a.txt": "a", "A.txt": "b"}, split="files"),
    "symlink": _symlink,
    "special-file": _pipe,
    "folder-empty": _empty_folder,
    "unreadable": _unreadable,
    "file-empty": _files({"a.txt": "", "b.txt": "b"}, split="files"),
    "pages-differ": lambda folder: listed(folder, GOOD | {"路径": "甲", "页数": "3"}, files=("甲/1.txt", "甲/2.txt")),
    "package-file-missing": lambda folder: listed(
        folder, GOOD | {"路径": "甲", "入口文件": "index.html", "文件角色": "2.txt=母版"}, files=("甲/1.txt",)
    ),
    "sequence-gap": _files({f"甲/p{n:03d}.txt": str(n) for n in (1, 2, 3, 5, 8, 9)}, split="one"),
    "as-question": _files({"甲/1.txt": "1", "甲/2.txt": "2", "乙/1.txt": "3"}),
    "which-list": _which_list,
    "digest-differs": lambda folder: listed(folder, DIGEST | {"SHA-256": "0" * 64, "SM3": "1" * 64}),
    "same-inside": _files({"甲/1.txt": "同", "甲/2.txt": "x", "乙/1.txt": "同"}, split="entries"),
    "same-earlier": _earlier,
    "same-pixels": _files(
        {"a.png": picture(), "a.tif": picture(kind="TIFF"), "b.png": picture(colour="red")}, split="one"
    ),
    "not-decodable": _not_decodable,
    "other-format": _files({"a.tif": picture()}),
    "locked-pdf": _locked_pdf,
    "not-examined": _files({"a.mp4": "x"}),
}  # fmt: skip


def zipped(folder: Path, name: str = "d.zip") -> Path:
    """Pack a folder as people do, with the folder itself around it."""
    packed = shutil.make_archive(str(folder.parent / name.removesuffix(".zip")), "zip", folder.parent, folder.name)
    return Path(packed)
