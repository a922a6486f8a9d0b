"""Foreign CARs kept and taken out: the whole or nothing, whatever is wrong with them and whenever it is interrupted."""

from __future__ import annotations

import hashlib
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import cbor2
import pytest

from node.cli.main import main
from storage.block_source import LARGEST_BLOCK
from storage.car import car_header, car_section
from storage.car_file import CarFile
from storage.car_keeping import drop, keep
from storage.cid import DAG_CBOR, DAG_PB, RAW, Cid
from storage.errors import BadCar, Damaged, RootMissing, StorageError, UnknownBlock, UnsafeName
from storage.kept_cars import KeptCars
from storage.protobuf import varint
from storage.unixfs import Link, encode_folder

ROOT = Path(__file__).parents[3]


def block(codec: int, data: bytes) -> tuple[Cid, bytes]:
    return Cid(codec, hashlib.sha256(data).digest()), data


ONE, OTHER = block(RAW, b"one"), block(RAW, b"other")
INLINE = Cid(RAW, b"", 1, b"tiny")
FOLDER = block(DAG_PB, encode_folder([Link("one", ONE[0], 3), Link("other", OTHER[0], 5), Link("tiny", INLINE, 4)]))
NO_CBOR = block(DAG_CBOR, b"\xff\xff")
WHOLE = (FOLDER, ONE, OTHER)


@pytest.fixture(name="folder")
def a_folder(tmp_path: Path) -> Path:
    return tmp_path / "cars"


def car(tmp_path: Path, *blocks: tuple[Cid, bytes], roots: tuple[Cid, ...] = (FOLDER[0],), name: str = "given") -> Path:
    path = tmp_path / f"{name}.car"
    path.write_bytes(car_header(*roots) + b"".join(car_section(*each) for each in blocks))
    return path


def files(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir() if not each.name.startswith("index.db")}


def given(folder: Path) -> dict[Cid, bytes]:
    """Read every block of the tests that is kept."""
    cars, found = KeptCars(folder), {}
    for cid, _ in (*WHOLE, NO_CBOR):
        assert cars.has(cid) == bool(any(True for _ in _try(cars, cid)))
        for data in _try(cars, cid):
            found[cid] = data
            assert cars.size(cid) == len(data)
    cars.close()
    return found


def _try(cars: KeptCars, cid: Cid) -> list[bytes]:
    try:
        return [cars.get(cid)]
    except UnknownBlock:
        with pytest.raises(UnknownBlock):
            cars.size(cid)
        return []


def test_a_car_is_kept_once_and_taken_out_again(tmp_path: Path, folder: Path) -> None:
    reading = KeptCars(folder)
    assert (list(reading.all()), reading.has(ONE[0])) == ([], False)
    path = car(tmp_path, *WHOLE, (INLINE, b"tiny"), ONE)
    name = hashlib.sha256(path.read_bytes()).hexdigest()
    kept = keep(folder, path)
    assert (kept.name, kept.size, kept.blocks, kept.missing) == (name, path.stat().st_size, 3, 0)
    assert kept.roots == (str(FOLDER[0]),)
    assert keep(folder, path) == kept
    assert (folder / f"{name}.car").read_bytes() == path.read_bytes()
    assert list(reading.all()) == [kept]  # opened before the first was kept
    assert given(folder) == dict(WHOLE)
    assert reading.get(Cid(DAG_PB, FOLDER[0].digest, 0)) == FOLDER[1]
    second = keep(folder, car(tmp_path, ONE, roots=(ONE[0],), name="second"))
    assert drop(folder, name)
    assert not drop(folder, name)
    assert (given(folder), files(folder)) == ({ONE[0]: b"one"}, {f"{second.name}.car"})
    assert list(reading.all()) == [second]
    reading.close()


def test_blocks_may_be_missing_and_roots_any_number(tmp_path: Path, folder: Path) -> None:
    assert keep(folder, car(tmp_path, FOLDER, ONE)).missing == 1
    several = keep(folder, car(tmp_path, NO_CBOR, ONE, roots=(ONE[0], NO_CBOR[0], OTHER[0])))
    assert (len(several.roots), several.blocks, several.missing) == (3, 2, 1)
    assert keep(folder, car(tmp_path, roots=())).blocks == 0
    assert set(given(folder)) == {FOLDER[0], ONE[0], NO_CBOR[0]}


def test_blocks_that_cannot_be_checked_are_passed_over_and_counted(tmp_path: Path, folder: Path) -> None:
    json, sha512 = b"\x01\xa9\x02\x12\x20" + hashlib.sha256(b"{}").digest(), b"\x01\x55\x13\x40" + bytes(64)
    header = cbor2.dumps({"roots": [cbor2.CBORTag(42, b"\0" + each) for each in (json, ONE[0].binary)], "version": 1})
    path = tmp_path / "mixed.car"
    sections = b"".join(varint(len(cid) + 2) + cid + b"{}" for cid in (json, sha512))
    path.write_bytes(varint(len(header)) + header + car_section(*ONE) + sections + car_section(*OTHER))
    kept = keep(folder, path)
    assert (kept.roots, kept.blocks, kept.missing, kept.passed_over) == ((str(ONE[0]),), 2, 0, 2)
    assert given(folder) == {ONE[0]: b"one", OTHER[0]: b"other"}
    with pytest.raises(BadCar):
        CarFile(path)
    path.write_bytes(path.read_bytes() + varint(40) + json[:20])
    with pytest.raises(BadCar, match="middle of a block"):
        keep(folder, path)


@pytest.mark.parametrize(
    ("end", "error"),
    [
        pytest.param(car_section(OTHER[0], b"rehto"), Damaged, id="wrong-block"),
        pytest.param(car_section(INLINE, b"huge"), Damaged, id="wrong-inline"),
        pytest.param(varint(LARGEST_BLOCK * 2), BadCar, id="oversized"),
        pytest.param(car_section(*block(RAW, bytes(LARGEST_BLOCK + 1))), Damaged, id="a-byte-too-large"),
        pytest.param(car_section(*OTHER)[:-1], BadCar, id="cut-short"),
        pytest.param(b"\x05abcde", BadCar, id="no-cid"),
    ],
)
def test_a_fault_leaves_nothing(tmp_path: Path, folder: Path, end: bytes, error: type[Exception]) -> None:
    path = car(tmp_path, FOLDER, ONE)
    path.write_bytes(path.read_bytes() + end)
    with pytest.raises(error) as caught:
        keep(folder, path)
    assert str(getattr(caught.value, "file", "")) == str(path)
    assert (files(folder), given(folder)) == (set(), {})


@pytest.mark.parametrize("step", ["car_keeping.write_all 1", "car_entering._want 2", "car_keeping.sync_folder 2"])
def test_a_kill_leaves_nothing_or_all(tmp_path: Path, folder: Path, step: str) -> None:
    """Killed in the middle of copying, of entering blocks, and between the file's name and the commit."""
    path = car(tmp_path, *WHOLE)
    doomed = f"""
import os, signal, sys, pathlib, storage.car_entering, storage.car_keeping
named, times = {step!r}.split()
module, name = getattr(storage, named.split(".")[0]), named.split(".")[1]
left, real = [int(times)], getattr(module, name)
def dying(*values):
    left[0] -= 1
    if left[0] == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*values)
setattr(module, name, dying)
storage.car_keeping.keep(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
"""
    done = subprocess.run([sys.executable, "-c", doomed, folder, path], cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL
    assert given(folder) == {}
    assert len(files(folder)) == 1
    second = keep(folder, car(tmp_path, ONE, roots=(ONE[0],), name="second"))
    assert files(folder) == {f"{second.name}.car"}
    keep(folder, path)
    assert given(folder) == dict(WHOLE)


def test_what_was_damaged_is_not_given_and_put_right_by_keeping_it_again(tmp_path: Path, folder: Path) -> None:
    path = car(tmp_path, *WHOLE)
    file = folder / f"{keep(folder, path).name}.car"
    file.chmod(0o644)
    file.write_bytes(path.read_bytes().replace(b"other", b"OTHER"))
    with pytest.raises(Damaged):
        given(folder)
    file.unlink()
    with pytest.raises(Damaged):
        given(folder)
    keep(folder, path)
    assert given(folder) == dict(WHOLE)


def test_an_index_that_is_lost_or_foreign_takes_no_car_with_it(tmp_path: Path, folder: Path) -> None:
    path = car(tmp_path, *WHOLE)
    keep(folder, path)
    rows = sqlite3.connect(folder / "index.db")
    rows.execute("PRAGMA user_version = 9")
    rows.close()
    for act in (lambda: keep(folder, path), lambda: given(folder)):
        with pytest.raises(RootMissing):
            act()
    for content in (b"no database, whatever its name says" * 40, None):
        for each in folder.glob("index.db*"):
            each.unlink()
        if content:
            (folder / "index.db").write_bytes(content)
        with pytest.raises(RootMissing):
            keep(folder, path)
        assert len(files(folder)) == 1


def test_two_do_not_keep_at_once(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = car(tmp_path, *WHOLE)
    keep(folder, path)
    real = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *values, **named: real(*values, **{**named, "timeout": 0.05}))
    other = real(folder / "index.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError, match="another command"):
        keep(folder, path)
    assert given(folder) == dict(WHOLE)
    other.close()


def test_only_a_regular_file_is_kept_and_only_in_a_home(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "link.car").symlink_to(car(tmp_path, *WHOLE))
    with pytest.raises(UnsafeName):
        keep(folder, tmp_path / "link.car")
    (tmp_path / "nothing").mkdir()
    assert main(["import", "car", str(tmp_path / "given.car"), "--keep", "--home", str(tmp_path / "nothing")]) == 2
    assert main(["import", "car", str(tmp_path / "given.car"), "--kept", "--home", str(tmp_path / "nothing")]) == 2
    assert not folder.exists()
    assert list((tmp_path / "nothing").iterdir()) == []
