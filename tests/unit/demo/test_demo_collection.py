"""The demonstration collection: the same bytes, valid files, honest words, units that point at something."""

from __future__ import annotations

import csv
import hashlib
import json
import struct
import wave
from typing import TYPE_CHECKING

import pytest

from node.demo.canvas import Canvas
from node.demo.chance import Chance
from node.demo.collection import Collection, generate

if TYPE_CHECKING:
    from pathlib import Path

GOLDEN = "682c53be2618ae896535b80ac59ca35eac8baa37057dfa25abbd0aa3ff589653"
"""SHA-256 over the lines `digest  path` of all files, sorted by path."""


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Collection:
    return generate(tmp_path_factory.mktemp("demo") / "样例")


def manifest(root: Path) -> str:
    names = sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    return "".join(f"{hashlib.sha256((root / name).read_bytes()).hexdigest()}  {name}\n" for name in names)


def test_the_collection_is_the_golden_one(collection: Collection) -> None:
    assert hashlib.sha256(manifest(collection.root).encode()).hexdigest() == GOLDEN


def test_two_runs_give_the_same_bytes(collection: Collection, tmp_path: Path) -> None:
    assert manifest(generate(tmp_path).root) == manifest(collection.root)


def test_a_second_run_touches_nothing_and_mends_what_was_changed(tmp_path: Path) -> None:
    first = generate(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    wanted = manifest(tmp_path)
    assert generate(tmp_path) == first
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before
    first.pages[2].write_bytes(b"half writ")
    first.recording.unlink()
    generate(tmp_path)
    assert manifest(tmp_path) == wanted


def test_there_are_twelve_pages_twelve_texts_a_recording_and_sixty_units(collection: Collection) -> None:
    pages, texts, recording = collection.resources
    assert sorted(pages.iterdir()) == list(collection.pages)
    assert sorted(texts.iterdir()) == list(collection.texts)
    assert (len(collection.pages), len(collection.texts), collection.units) == (12, 12, 60)
    assert recording.is_file()
    assert len({path.read_bytes() for path in (*collection.pages, *collection.texts)}) == 24


def test_every_page_is_a_baseline_bilevel_tiff_that_says_that_it_is_made_up(collection: Collection) -> None:
    for path in collection.pages:
        data = path.read_bytes()
        tags = read_tags(data)
        assert (tags[256], tags[257], tags[258], tags[259], tags[262], tags[277]) == (600, 800, 1, 1, 0, 1)
        assert tags[273] + tags[279] == len(data)
        assert tags[279] == 600 // 8 * 800
        assert b"made up for demonstration" in data[tags[270] :][:80]
        assert struct.unpack_from("<II", data, tags[282]) == (75, 1)
        ink = sum(byte.bit_count() for byte in data[tags[273] :])
        assert 0.05 < ink / (600 * 800) < 0.3


def read_tags(data: bytes) -> dict[int, int]:
    order, magic, at = struct.unpack_from("<2sHI", data)
    assert (order, magic) == (b"II", 42)
    (count,) = struct.unpack_from("<H", data, at)
    tags = {}
    for place in range(count):
        tag, kind, _, value = struct.unpack_from("<HHII", data, at + 2 + 12 * place)
        tags[tag] = value & 0xFFFF if kind == 3 else value
    assert list(tags) == sorted(tags)
    assert struct.unpack_from("<I", data, at + 2 + 12 * count) == (0,)
    return tags


def test_every_text_says_that_it_is_made_up(collection: Collection) -> None:
    for number, path in enumerate(collection.texts, start=1):
        lines = path.read_text(encoding="utf-8").split("\n")
        assert lines[0] == f"《晋绥文献（虚构）》 第{number}页"
        assert lines[1].startswith("本页内容为演示而虚构")
        assert len(lines) == 8


def test_the_recording_is_six_seconds_of_sound(collection: Collection) -> None:
    with wave.open(str(collection.recording)) as sound:
        assert (sound.getframerate(), sound.getsampwidth(), sound.getnchannels()) == (8000, 2, 1)
        assert sound.getnframes() == 48_000
        samples = struct.unpack("<48000h", sound.readframes(48_000))
    assert 6_000 < max(samples) < 16_000
    assert -16_000 < min(samples) < -6_000


def test_the_table_describes_each_resource_once(collection: Collection) -> None:
    with collection.description_list.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [collection.root / row["路径"] for row in rows] == list(collection.resources)
    assert [row["类型"] for row in rows] == ["图像", "文本", "音频"]
    assert {row["公开级别"] for row in rows} <= {"公开", "系统内", "馆内", "不公开"}
    assert {row["权利"] for row in rows} == {"自有版权"}
    assert {row["年度"] for row in rows} == {"2023"}
    assert len({row["自有编号"] for row in rows}) == 3
    assert all("虚构" in row["题名"] and "虚构" in row["说明"] and None not in row for row in rows)


def test_every_unit_points_at_what_is_there(collection: Collection) -> None:
    units = [json.loads(line) for line in collection.units_file.read_text(encoding="utf-8").splitlines()]
    assert len(units) == collection.units
    assert len({unit["unit_id"] for unit in units}) == len(units)
    for unit in units:
        resource, selector = collection.root / unit["resource"], unit["selector"]
        assert resource in collection.resources
        assert unit["tags"]
        assert unit["subjects"]
        if unit["level"] == "段":
            text = (resource / unit["file"]).read_text(encoding="utf-8")
            inside = selector["refinedBy"]
            assert text[inside["start"] : inside["end"]] == unit["abstract"]
        elif unit["level"] == "页":
            page = int(selector["value"].removeprefix("page="))
            assert (resource / unit["file"]) == collection.pages[page - 1]
        else:
            assert unit["level"] == "音频段"
            start, end = map(float, selector["value"].removeprefix("t=").split(","))
            assert 0 <= start < end <= 6


def test_what_lies_outside_the_sheet_is_not_drawn() -> None:
    canvas = Canvas(16, 4)
    canvas.fill(-5, -5, 7, 7)
    canvas.fill(14, 3, 50, 50)
    canvas.fill(100, 1, 5, 1)
    assert [bytes(row) for row in canvas.rows] == [
        b"1100000000000000", b"1100000000000000", b"0000000000000000", b"0000000000000011",
    ]  # fmt: skip


def test_a_character_that_was_never_drawn_is_refused() -> None:
    with pytest.raises(KeyError):
        Canvas(64, 64).write("鼎", 0, 0, size=32, pen=1)


def test_chance_keeps_its_numbers_and_its_bounds() -> None:
    first, again = Chance("seed"), Chance("seed")
    drawn = [first.below(7) for _ in range(500)]
    assert drawn == [again.below(7) for _ in range(500)]
    assert set(drawn) == set(range(7))
