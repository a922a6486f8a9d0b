"""CAR files that are wrong, and DAGs that are meant to do harm: a named error, and nothing half done."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from node.cli.main import main
from storage.block_source import LARGEST_BLOCK
from storage.car import car_header, car_section
from storage.car_file import CarFile
from storage.cbor_links import read_cbor
from storage.cid import DAG_PB, RAW, Cid
from storage.errors import BadCar, DagTooLarge, Damaged, DiskFull, UnknownBlock
from storage.protobuf import field_of, link_of, varint
from storage.traversal import walk
from storage.unixfs import Link, encode_folder
from storage.unpack import unpack

if TYPE_CHECKING:
    from pathlib import Path


def leaf(data: bytes) -> tuple[Cid, bytes]:
    return Cid(RAW, hashlib.sha256(data).digest()), data


def node(data: bytes) -> tuple[Cid, bytes]:
    return Cid(DAG_PB, hashlib.sha256(data).digest()), data


ONE, OTHER = leaf(b"one"), leaf(b"other")
FOLDER = node(encode_folder([Link("one.txt", ONE[0], 3), Link("other.txt", OTHER[0], 5)]))
HEADER = car_header(FOLDER[0])


def car(tmp_path: Path, *parts: bytes) -> Path:
    path = tmp_path / "given.car"
    path.write_bytes(b"".join(parts))
    return path


async def unpack_car(path: Path, out: Path) -> None:
    with CarFile(path) as file:
        await unpack(file, file.root, out, name="payload", judge=file.refuse_surplus)


async def test_a_whole_car_is_unpacked(tmp_path: Path) -> None:
    path = car(tmp_path, HEADER, *(car_section(*block) for block in (FOLDER, ONE, OTHER, ONE)))
    await unpack_car(path, tmp_path / "out")
    assert {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()} == {
        "one.txt": b"one",
        "other.txt": b"other",
    }


@pytest.mark.parametrize(
    ("parts", "error"),
    [
        pytest.param([], BadCar, id="nothing"),
        pytest.param([HEADER[:-1]], BadCar, id="half-a-header"),
        pytest.param([HEADER], BadCar, id="no-root-block"),
        pytest.param([HEADER, car_section(*FOLDER), car_section(*ONE)[:-1]], BadCar, id="cut-short"),
        pytest.param([HEADER, car_section(*FOLDER), car_section(ONE[0], b"eno")], Damaged, id="wrong-block"),
        pytest.param([HEADER, varint(LARGEST_BLOCK * 2)], BadCar, id="oversized"),
        pytest.param([HEADER, b"\xff" * 20], BadCar, id="endless-length"),
        pytest.param([HEADER, b"\x05abcde"], BadCar, id="no-cid"),
        pytest.param([b"\x0b", b"PK\x03\x04 is zip"], BadCar, id="a-zip"),
    ],
)
def test_a_car_with_a_fault_is_refused_when_it_is_opened(
    tmp_path: Path, parts: list[bytes], error: type[Exception]
) -> None:
    with pytest.raises(error) as caught:
        CarFile(car(tmp_path, *parts))
    assert str(tmp_path / "given.car") in str(getattr(caught.value, "file", ""))


async def test_a_missing_block_leaves_nothing_behind(tmp_path: Path) -> None:
    path = car(tmp_path, HEADER, car_section(*FOLDER), car_section(*ONE))
    with pytest.raises(UnknownBlock) as caught:
        await unpack_car(path, tmp_path / "out")
    assert str(OTHER[0]) in caught.value.words.zh
    assert [entry.name for entry in tmp_path.iterdir()] == ["given.car"]


async def test_a_surplus_block_is_named(tmp_path: Path) -> None:
    surplus = leaf(b"stowaway")
    path = car(tmp_path, HEADER, *(car_section(*block) for block in (FOLDER, ONE, OTHER, surplus)))
    with CarFile(path) as file:
        assert len([cid async for cid, _ in walk(file, file.root)]) == 3
        with pytest.raises(BadCar) as caught:
            file.refuse_surplus()
    assert surplus[0].digest.hex() in caught.value.words.zh
    with pytest.raises(BadCar):
        await unpack_car(path, tmp_path / "out")
    assert [entry.name for entry in tmp_path.iterdir()] == ["given.car"]


def test_a_block_changed_after_the_opening_is_not_given_out(tmp_path: Path) -> None:
    path = car(tmp_path, HEADER, *(car_section(*block) for block in (FOLDER, ONE, OTHER)))
    with CarFile(path) as file:
        path.write_bytes(path.read_bytes().replace(b"other", b"OTHER"))
        with pytest.raises(Damaged):
            file._get(OTHER[0])  # noqa: SLF001 - the same as `get`, without a thread


async def test_a_file_that_would_expand_to_terabytes_is_refused_before_it_begins(tmp_path: Path) -> None:
    blocks, (cid, data), size = [leaf(bytes(1 << 20))], leaf(bytes(1 << 20)), 1 << 20
    for _ in range(4):
        size *= 512
        sizes = b"".join(b"\x20" + varint(size // 512) for _ in range(512))
        inner = field_of(0x0A, b"\x08\x02\x18" + varint(size) + sizes)
        cid, data = node(b"".join(link_of("", cid, size // 512) for _ in range(512)) + inner)
        blocks.append((cid, data))
    path = car(tmp_path, car_header(cid), *(car_section(*block) for block in blocks))
    with pytest.raises(DiskFull):
        await unpack_car(path, tmp_path / "out")
    assert [entry.name for entry in tmp_path.iterdir()] == ["given.car"]


async def test_a_very_deep_dag_is_refused(tmp_path: Path) -> None:
    blocks = [node(encode_folder([]))]
    for _ in range(1100):
        blocks.append(node(encode_folder([Link("d", blocks[-1][0], 1)])))
    path = car(tmp_path, car_header(blocks[-1][0]), *(car_section(*block) for block in blocks))
    with CarFile(path) as file:
        with pytest.raises(DagTooLarge):
            assert [cid async for cid, _ in walk(file, file.root)]
        with pytest.raises(DagTooLarge):
            await unpack(file, file.root, tmp_path / "out", name="payload", judge=file.refuse_surplus)
    assert [entry.name for entry in tmp_path.iterdir()] == ["given.car"]


async def test_shards_that_multiply_are_refused(tmp_path: Path) -> None:
    data = field_of(0x0A, b"\x08\x05\x12\x20" + b"\xff" * 32 + b"\x28\x22\x30\x80\x02")
    blocks = [node(b"".join(link_of(f"{i:02X}name{i}", ONE[0], 3) for i in range(256)) + data)]
    for _ in range(7):
        blocks.append(node(b"".join(link_of(f"{i:02X}", blocks[-1][0], 3) for i in range(256)) + data))
    path = car(tmp_path, car_header(blocks[-1][0]), *(car_section(*block) for block in (*blocks, ONE)))
    with pytest.raises(Damaged):
        await unpack_car(path, tmp_path / "out")
    assert [entry.name for entry in tmp_path.iterdir()] == ["given.car"]


def test_a_few_bytes_of_cbor_cannot_stand_for_any_amount() -> None:
    shared = b"\xd8\x1c\x80"  # tag 28: to be referred to by its number
    for number in range(12):
        shared = b"\x82\xd8\x1c" + shared + b"\xd8\x1d" + bytes([number])
    for tagged in (shared, b"\xc0\x60", b"\xc2\x41\x01", b"\x9f\xff"):
        with pytest.raises(Damaged):
            read_cbor(tagged)
    assert read_cbor(b"\x82\x01\x61a") == [1, "a"]


async def test_a_file_whose_parts_have_other_sizes_than_claimed_is_refused(tmp_path: Path) -> None:
    liar = node(link_of("", ONE[0], 3) + field_of(0x0A, b"\x08\x02\x18\x04\x20\x04"))
    path = car(tmp_path, car_header(liar[0]), car_section(*liar), car_section(*ONE))
    with pytest.raises(Damaged):
        await unpack_car(path, tmp_path / "out")
    assert [entry.name for entry in tmp_path.iterdir()] == ["given.car"]


def test_the_command_unpacks_a_car(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = car(tmp_path, HEADER, *(car_section(*block) for block in (FOLDER, ONE, OTHER)))
    assert main(["import", "car", str(path), "-o", str(tmp_path / "out"), "--json"]) == 0
    assert str(FOLDER[0]) in capsys.readouterr().out
    assert (tmp_path / "out" / "other.txt").read_bytes() == b"other"
    assert main(["import", "car", str(path), "-o", str(tmp_path / "out")]) == 2
    assert main(["import", "car", str(car(tmp_path, HEADER, car_section(*FOLDER))), "-o", str(tmp_path / "more")]) == 2
    stowaway = car(tmp_path, HEADER, *(car_section(*block) for block in (FOLDER, ONE, OTHER, leaf(b"stowaway"))))
    assert main(["import", "car", str(stowaway), "-o", str(tmp_path / "more")]) == 2
    assert not (tmp_path / "more").exists()
