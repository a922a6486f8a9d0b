from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import bagit
import pytest

from node.errors import BadInput
from node.importers.lists import read_list_bytes
from node.importers.mapping import Mapping
from node.leaving import everything
from node.leaving.everything import export_all
from node.leaving.lists import FORMATS, list_in
from node.records import canonical
from node.records.metadata import Metadata
from node.records.said import described
from node.runtime import open_for_reading

if TYPE_CHECKING:
    from pathlib import Path

    from node.home import Home

ALONE = [sys.executable, "-I", "-S"]
"""Python without site-packages: nothing but the standard library."""


def verified(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [*ALONE, "zhicang-verify.pyz", ".", *more]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def left(leaving: Home, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("left") / "all"
    with open_for_reading(leaving) as node:
        done = export_all(node, folder, step=lambda: None)
    assert (done.resources, done.units, done.found) == (3, 1, 0)
    return folder


def test_every_bag_is_valid_and_verifies_without_any_package(left: Path) -> None:
    bags = sorted(path.parent for path in left.rglob("bagit.txt"))
    assert len(bags) == 4
    for bag in bags:
        bagit.Bag(str(bag)).validate()
    ran = verified(left)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.count("✓") == 4
    fingerprint = ran.stdout.splitlines()[0].rpartition(" ")[2]
    assert verified(left, "--fingerprint", fingerprint).returncode == 0
    assert verified(left, "--fingerprint", "0" * 64).returncode != 0


@pytest.mark.parametrize("what", ["payload", "unit", "metadata"])
def test_one_changed_byte_is_found_by_the_verifier_alone(left: Path, tmp_path: Path, what: str) -> None:
    shutil.copytree(left, tmp_path / "all")
    places = {"payload": "resources/*/*/data/**/*.t*", "unit": "units/*/data/*", "metadata": "resources/*/*/receipts/*"}
    file = next(path for path in sorted((tmp_path / "all").glob(places[what])) if path.is_file())
    data = file.read_bytes()
    if what == "metadata":
        file.write_bytes(data.replace("晋绥".encode(), "晋西".encode()).replace("扫描".encode(), "扫苗".encode()))
    else:
        file.write_bytes(data.replace(b'"title":"x"', b'"title":"y"') if what == "unit" else data[:-1] + b"\0")
    ran = verified(tmp_path / "all")
    assert ran.returncode == 1, ran.stdout + ran.stderr


def test_a_run_that_was_cut_short_goes_on(leaving: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = []

    def stop() -> None:
        steps.append(1)
        if len(steps) == 2:
            raise KeyboardInterrupt

    with open_for_reading(leaving) as node:
        with pytest.raises(KeyboardInterrupt):
            export_all(node, tmp_path / "all", step=stop)
        again = export_all(node, tmp_path / "all", step=lambda: None)
        assert (again.resources + again.units, again.found) == (3, 1)
        monkeypatch.setattr(everything, "write_bag", None)
        assert export_all(node, tmp_path / "all", step=lambda: None).found == 4


def test_another_folder_is_refused(leaving: Home, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x")
    with open_for_reading(leaving) as node:
        with pytest.raises(BadInput, match="not an empty folder"):
            export_all(node, tmp_path, step=lambda: None)
        (tmp_path / "other").mkdir()
        (tmp_path / "other" / ".zhicang-export").write_text("another\n")
        with pytest.raises(BadInput, match="another institution"):
            export_all(node, tmp_path / "other", step=lambda: None)


@pytest.mark.parametrize("form", ["xlsx", "csv", "csv-no-bom", "jsonl"])
def test_a_list_that_went_out_comes_in_again_as_the_same_metadata(leaving: Home, form: str) -> None:
    with open_for_reading(leaving) as node:
        rows = list(node.journal.resources.all())
        data = list_in(form, node.journal, rows)
        assert data.startswith(b"\xef\xbb\xbf") == (form == "csv")
    tables = read_list_bytes(f"清单.{form.partition('-')[0]}", data, Mapping())
    read = [described(Metadata(title="-", period=1999), row.values) for table in tables for row in table.rows()]
    assert read == [Metadata.from_json(canonical.decode(row.metadata)) for row in rows]


def test_dublin_core_says_number_digest_and_terms(leaving: Home) -> None:
    from defusedxml.ElementTree import fromstring

    assert set(FORMATS) == {"xlsx", "csv", "csv-no-bom", "jsonl", "dc"}
    with open_for_reading(leaving) as node:
        rows = list(node.journal.resources.all())
        root = fromstring(list_in("dc", node.journal, rows))
    records = root.findall("record")
    assert len(records) == len(rows)
    space = "{http://purl.org/dc/elements/1.1/}"
    assert [each.text for each in records[0].findall(space + "creator")] == ["甲", "乙"]
    assert rows[0].number in [each.text for each in records[0].findall(space + "identifier")]


def test_the_history_is_there(left: Path) -> None:
    lines = (left / "lists" / "history.jsonl").read_text(encoding="utf-8").splitlines()
    assert {event["event"] for line in lines for event in json.loads(line)["events"]} >= {"registered", "superseded"}
