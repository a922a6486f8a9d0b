from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import bagit
import pytest

from node.counting_desk import folder_papers, home_papers
from node.errors import BadInput
from node.importers.lists import read_list_bytes
from node.importers.mapping import Mapping
from node.leaving import everything
from node.leaving.everything import export_all
from node.listing.formats import list_in
from node.records import canonical
from node.records.kind import Kind
from node.records.manifest import manifest_of
from node.records.metadata import Metadata
from node.records.said import described
from node.registrar.outcome import Waiting
from node.registrar.request import RegisterRequest
from node.runtime import open_for_drafting, open_for_reading
from storage.errors import TargetNotEmpty
from storage.journal import Journal

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


@pytest.mark.parametrize("bagged", [False, True])
@pytest.mark.parametrize("what", ["payload", "unit", "metadata", "receipt", "tag"])
def test_one_changed_byte_is_found_by_the_verifier_alone(
    left: Path, tmp_path: Path, what: str, *, bagged: bool
) -> None:
    shutil.copytree(left, tmp_path / "all")
    places = {
        "payload": "resources/*/*/data/**/*.t*", "unit": "units/*/data/*", "metadata": "resources/*/*/metadata.json",
        "receipt": "resources/*/*/receipts/*", "tag": "resources/*/*/dc.xml",
    }  # fmt: skip
    file = next(path for path in sorted((tmp_path / "all").glob(places[what])) if path.is_file())
    data = bytearray(file.read_bytes())
    data[data.index(b'"title":"') + 9 if b'"title":"' in data else -1] ^= 1
    file.write_bytes(data)
    if bagged:
        write_manifests_anew(next(path for path in file.parents if (path / "bagit.txt").is_file()))
    ran = verified(tmp_path / "all")
    if what == "tag" and bagged:
        assert ran.returncode == 0  # what no receipt is about, only the manifests hold
        return
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert (ran.stdout.count("✓"), ran.stdout.count("✗")) == (3, 1)
    if what == "metadata":
        assert "metadata.json is not the metadata that the receipt proves" in ran.stdout
    assert ("is not as in" in ran.stdout) == (not bagged)


def test_an_export_has_every_paper_that_a_recount_asks_for(left: Path, leaving: Home) -> None:
    papers = folder_papers(left)
    with open_for_reading(leaving) as node:
        own = home_papers(node)
        digests = [row.content_digest for row in node.journal.resources.all_versions() if row.kind == Kind.TREE]
        digests += [batch.list_digest for batch in node.journal.units.batches()]
        assert len(digests) == 3
        assert all(papers(digest) == own(digest) is not None for digest in digests)
    assert papers(bytes(32)) is None


def write_manifests_anew(bag: Path) -> None:
    """Cheat: make the manifests fit what was changed."""
    for name in ("manifest", "tagmanifest"):
        files = {file.relative_to(bag).as_posix(): file.read_bytes() for file in bag.rglob("*") if file.is_file()}
        digests = {
            path: hashlib.sha256(data).digest()
            for path, data in files.items()
            if path.startswith("data/") == (name == "manifest") and not path.startswith("tagmanifest")
        }
        (bag / f"{name}-sha256.txt").write_bytes(manifest_of(digests))


def test_a_bag_without_a_receipt_is_no_yes(left: Path, tmp_path: Path) -> None:
    shutil.copytree(left, tmp_path / "all")
    bag = next((tmp_path / "all").glob("resources/*/*"))
    shutil.rmtree(bag / "receipts")
    write_manifests_anew(bag)
    (bag / "metadata.json").write_bytes(b"{}")
    ran = verified(tmp_path / "all")
    assert (ran.returncode, ran.stdout.count("✓"), ran.stdout.count("✗")) == (1, 3, 1)
    assert "no receipt: nothing proves this one" in ran.stdout
    write_manifests_anew(bag)
    ran = verified(tmp_path / "all")
    assert (ran.returncode, ran.stdout.count("✓"), ran.stdout.count("✗")) == (1, 3, 0)
    assert "4 bag(s): 3 yes, 1 without receipt, 0 no" in ran.stdout


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
        monkeypatch.setattr(everything, "fill_bag", None)
        monkeypatch.setattr(everything, "fill_units_bag", None)
        assert export_all(node, tmp_path / "all", step=lambda: None).found == 4


def test_a_damaged_payload_holds_up_no_other(leaving: Home, tmp_path: Path) -> None:
    shutil.copytree(leaving.path, tmp_path / "home")
    with open_for_reading(replace(leaving, path=tmp_path / "home")) as node:
        row = next(node.journal.resources.all())
        file = next(path for path in node.root.payload_path(row.payload_id).rglob("*") if path.is_file())
        file.chmod(0o600)
        file.write_bytes(b"other")
        left = export_all(node, tmp_path / "all", step=lambda: None)
    assert (left.resources, left.units, [name for name, _ in left.refused]) == (2, 1, [row.number])
    ran = verified(tmp_path / "all")
    assert (ran.returncode, ran.stdout.count("✓"), ran.stdout.count("a bag belongs here")) == (1, 3, 1)


def test_a_bag_that_went_out_whole_outlives_the_damage_of_the_payload_here(leaving: Home, tmp_path: Path) -> None:
    shutil.copytree(leaving.path, tmp_path / "home")
    with open_for_reading(replace(leaving, path=tmp_path / "home")) as node:
        export_all(node, tmp_path / "all", step=lambda: None)
        row = next(node.journal.resources.all())
        bag = tmp_path / "all" / "resources" / f"{row.period}" / row.number
        file = next(path for path in node.root.payload_path(row.payload_id).rglob("*") if path.is_file())
        good = file.read_bytes()
        file.chmod(0o600)
        file.write_bytes(b"other")
        (bag / "metadata.json").write_bytes(b"as it was before an amendment")
        left = export_all(node, tmp_path / "all", step=lambda: None)
        assert [name for name, _ in left.refused] == [row.number]
        assert next((bag / "data").iterdir()).read_bytes() == good
        file.write_bytes(good)
        assert export_all(node, tmp_path / "all", step=lambda: None).resources == 1
    assert (bag / "metadata.json").read_bytes() == row.metadata
    assert not list((tmp_path / "all" / "resources").rglob("*.zhicang-*"))
    assert verified(tmp_path / "all").returncode == 0


def test_a_bag_that_a_crash_left_aside_is_put_back(left: Path, leaving: Home, tmp_path: Path) -> None:
    shutil.copytree(left, tmp_path / "all")
    bag = next((tmp_path / "all").glob("resources/*/*"))
    bag.rename(bag.with_name(bag.name + ".zhicang-former"))
    assert verified(tmp_path / "all").returncode == 1
    with open_for_reading(leaving) as node:
        assert export_all(node, tmp_path / "all", step=lambda: None).found == 4
    assert verified(tmp_path / "all").returncode == 0


@pytest.mark.parametrize("how", ["bag", "bagit.txt", "bagit.txt and line", "list", "other bag"])
def test_what_is_no_bag_any_more_is_missed(left: Path, tmp_path: Path, how: str) -> None:
    shutil.copytree(left, tmp_path / "all")
    bag, other = sorted((tmp_path / "all").glob("resources/*/*"))[:2]
    listed = tmp_path / "all" / "lists" / "bags.jsonl"
    if how.startswith("bagit.txt"):
        (bag / "bagit.txt").unlink()
        next(path for path in (bag / "data").rglob("*") if path.is_file()).write_bytes(b"other")
    if how.endswith("line"):
        listed.write_bytes(b"".join(listed.read_bytes().splitlines(keepends=True)[1:]))
    if how == "list":
        listed.unlink()
    if how in ("bag", "other bag"):
        shutil.rmtree(bag)
    if how == "other bag":
        shutil.copytree(other, bag)
    ran = verified(tmp_path / "all")
    assert ran.returncode == 1, ran.stdout + ran.stderr
    said = {"list": "no lists/bags.jsonl", "other bag": "its payload is not the one"}.get(how, "a bag belongs here")
    assert ran.stdout.count(said) == 1
    assert ran.stdout.count("✓") == (4 if how == "list" else 3)


def test_a_list_of_bags_that_is_none_is_told(left: Path, tmp_path: Path) -> None:
    shutil.copytree(left, tmp_path / "all")
    (tmp_path / "all" / "lists" / "bags.jsonl").write_bytes(b'{"bag":1}\n')
    ran = verified(tmp_path / "all")
    assert ran.returncode == 2
    assert "no list of bags" in ran.stderr


def test_a_draft_that_was_edited_goes_out_anew(leaving: Home, tmp_path: Path) -> None:
    shutil.copytree(leaving.path, tmp_path / "home")
    here = replace(leaving, path=tmp_path / "home")
    here.settings.write_text('profile = "sha256"\n')  # with SM3, or with a salt, the metadata would differ, too
    file = tmp_path / "two.txt"
    for text in ("二", "两"):
        file.write_text(text)
        with open_for_drafting(here) as desk:
            metadata = Metadata(title="草稿", period=2023, client_ref="x", access="open")
            outcome = next(iter(desk.registrar.draft([RegisterRequest(source=file, metadata=metadata)])))
        with open_for_reading(here) as node:
            left = export_all(node, tmp_path / "all", step=lambda: None)
        assert left.resources in (1, 4), (outcome, left)
    assert [path.read_text() for path in (tmp_path / "all").rglob("two.txt")] == ["两"]


def test_what_is_not_final_goes_out_without_a_receipt_and_the_verifier_says_so(leaving: Home, tmp_path: Path) -> None:
    shutil.copytree(leaving.path, tmp_path / "home")
    here = replace(leaving, path=tmp_path / "home")
    (tmp_path / "two.txt").write_text("二")
    with open_for_drafting(here) as desk:
        metadata = Metadata(title="草稿", period=2023)
        outcomes = list(desk.registrar.draft([RegisterRequest(source=tmp_path / "two.txt", metadata=metadata)]))
    assert isinstance(outcomes[0], Waiting), outcomes
    with open_for_reading(here) as node:
        export_all(node, tmp_path / "all", step=lambda: None)
    ran = verified(tmp_path / "all")
    assert (ran.returncode, ran.stdout.count("✓"), ran.stdout.count("no receipt: nothing proves")) == (1, 4, 1)


def test_reading_by_pages_holds_no_snapshot(leaving: Home, tmp_path: Path) -> None:
    shutil.copytree(leaving.path, tmp_path / "home")
    path = tmp_path / "home" / "journal.db"
    with closing(Journal.open(path)) as writer, closing(Journal.open(path, read_only=True)) as reader:
        rows = reader.resources.in_pages(limit=1)
        first, second = next(rows), writer.resources.page(after="", limit=2)[1]
        with writer.transaction():
            writer.resources.withdraw(second.number)
        with closing(sqlite3.connect(path)) as other:
            assert other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
        assert [(row.number, row.withdrawn) for row in rows] == [(second.number, 1)]
        assert first.number < second.number
        assert list(reader.units.in_pages(limit=1)) == list(reader.units.batches())


def test_another_folder_is_refused(leaving: Home, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x")
    with open_for_reading(leaving) as node:
        with pytest.raises(TargetNotEmpty, match="not an empty folder"):
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
