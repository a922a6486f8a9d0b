"""Bags under foreign judges: the Library of Congress's bagit and sha256sum; and what came in is what goes out."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import bagit
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from node.leaving.bag import write_bag
from node.records import canonical
from node.records.metadata import Metadata
from node.registrar.outcome import Refused
from node.registrar.request import RegisterRequest
from node.runtime import open_for_drafting, open_for_reading
from storage.errors import Damaged, TargetNotEmpty
from storage.sm3 import sm3

if TYPE_CHECKING:
    from node.home import Home

NAMES = st.text("abcdé字 ._", min_size=1, max_size=8).filter(lambda name: name.strip(" .") == name)
TREES = st.dictionaries(
    st.lists(NAMES, min_size=1, max_size=3).map("/".join), st.binary(max_size=3000), min_size=1, max_size=5
)
TITLES = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=30)


def assert_valid(bag: Path) -> None:
    bagit.Bag(str(bag)).validate()
    judged = subprocess.run(["sha256sum", "--strict", "--quiet", "-c", "manifest-sha256.txt"], cwd=bag, check=False)
    assert judged.returncode == 0
    for line in (bag / "manifest-sm3.txt").read_text(encoding="utf-8").splitlines():
        assert sm3((bag / line[66:]).read_bytes()).hex() == line[:64]


def test_a_registered_resource_goes_out_as_a_bag(leaving: Home, tmp_path: Path) -> None:
    with open_for_reading(leaving) as node:
        for row in node.journal.resources.all():
            bag = tmp_path / row.number
            assert write_bag(node, row, bag) == row.files
            assert_valid(bag)
            assert (bag / "metadata.json").read_bytes() == row.metadata
            assert bagit.Bag(str(bag)).info["External-Identifier"] == row.number
            assert (bag / "receipts" / f"v{row.version}.json").is_file()
            assert {path.name for path in bag.iterdir()} >= {"anchor.json", "dc.xml", "manifest-sha512.txt"}
            with pytest.raises(TargetNotEmpty):
                write_bag(node, row, bag)
        assert not list(tmp_path.glob("*.zhicang-partial"))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TREES, TITLES, st.integers(2000, 2030))
def test_what_came_in_goes_out_byte_for_byte(
    leaving: Home, tree: dict[str, bytes], title: str, period: int
) -> None:
    assume(not any(other.startswith(path + "/") for path in tree for other in tree))  # no name is file and folder
    with tempfile.TemporaryDirectory() as place:
        home, source = Path(place, "home"), Path(place, "source")
        shutil.copytree(leaving.path, home)
        for path, data in tree.items():
            (source / path).parent.mkdir(parents=True, exist_ok=True)
            (source / path).write_bytes(data)
        metadata = Metadata(title=title, period=period, subject=("甲", "乙"), description="多行\n说明")
        here = replace(leaving, path=home)
        with open_for_drafting(here) as desk:
            outcomes = list(desk.registrar.draft([RegisterRequest(source=source, metadata=metadata)]))
        assume(not any(isinstance(outcome, Refused) for outcome in outcomes))  # names that collide
        with open_for_reading(here) as node:
            row = next(row for row in node.journal.resources.all() if row.stage == "draft")
            write_bag(node, row, Path(place, "bag"))
        assert_valid(Path(place, "bag"))
        data = Path(place, "bag", "data")
        files = {file.relative_to(data).as_posix(): file.read_bytes() for file in data.rglob("*") if file.is_file()}
        assert files == tree
        said = canonical.decode(Path(place, "bag", "metadata.json").read_bytes())
        assert Metadata.from_json(said) == metadata
        assert said["sm3"] == sm3(sm3_manifest(tree)).hex()


def sm3_manifest(tree: dict[str, bytes]) -> bytes:
    lines = [f"{sm3(tree[path]).hex()}  {path}\n" for path in sorted(tree, key=str.encode)]
    return "".join(lines).encode()


def test_a_damaged_payload_makes_no_bag(leaving: Home, tmp_path: Path) -> None:
    shutil.copytree(leaving.path, tmp_path / "home")
    with open_for_reading(replace(leaving, path=tmp_path / "home")) as node:
        row = next(node.journal.resources.all())
        file = next(path for path in node.root.payload_path(row.payload_id).rglob("*") if path.is_file())
        file.chmod(0o600)
        file.write_bytes(hashlib.sha256(b"other").digest())
        with pytest.raises(Damaged):
            write_bag(node, row, tmp_path / "bag")
    assert not list(tmp_path.glob("bag*"))
