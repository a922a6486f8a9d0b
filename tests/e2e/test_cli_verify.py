"""`zhicang receipt`, `anchor export` and `verify`: the proof, taken away from its node."""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Desk, Library, Ran

INIT = ("--name", "示例省图书馆", "--code", "14000001", "--credit-code", "12140000DEM000001M", "--region", "140000")
NOTHING = ("ZHICANG_HOME", "ZHICANG_PASSPHRASE_FILE", "XDG_STATE_HOME", "XDG_DATA_HOME")
HUNDRED_MB = 100_000_000
SUBJECTS = (
    ("来稿/单页.txt", "file.receipt.json"), ("书", "tree.receipt.json"), ("书/附/二.txt", "tree.receipt.json"),
    ("书/空.txt", "tree.receipt.json"), ("unit.json", "unit.receipt.json"),
)  # fmt: skip


def verify(library: Library, subject: str | Path, receipt: str | Path, *more: str, **options: object) -> Ran:
    """Verify as somebody else: no home, no passphrase, no state, a HOME that is not there."""
    anchor = () if "--anchor" in more or options.pop("bare", False) else ("--anchor", "anchor.json")
    prefix = options.pop("prefix", ())
    assert isinstance(prefix, tuple)
    return library.desk.run(
        "verify", subject, receipt, *anchor, *more, without=NOTHING, prefix=prefix, HOME="/nonexistent"
    )


def failed_step(ran: Ran) -> str:
    assert ran.code == 1, ran.said
    assert ran.objects[0]["answer"] == "no"
    assert ran.objects[0]["record"] is None
    assert [step["passed"] for step in ran.objects[0]["steps"]].count(False) == 1
    assert ran.objects[0]["steps"][-1]["passed"] is False
    return ran.objects[0]["failed"]


@pytest.mark.parametrize(("subject", "receipt"), SUBJECTS)
def test_what_was_registered_passes(library: Library, subject: str, receipt: str) -> None:
    ran = verify(library, subject, receipt, "--json", "--fingerprint", library.fingerprint)
    assert ran.code == 0, ran.said
    assert ran.err == ""
    assert ran.summary == {"yes": 1}
    verdict = ran.results[0]
    assert all(step["passed"] and step["shown"] and step["stops"] for step in verdict["steps"])
    assert verdict["institution"] == "示例省图书馆"
    assert verdict["fingerprint"] == library.fingerprint
    if receipt != "unit.receipt.json":
        assert verdict["record"]["number"] == (library.tree if receipt.startswith("tree") else library.number)
    if subject.startswith("书/"):
        assert verdict["members"] == [subject.removeprefix("书/")]
        assert verdict["member_count"] == 3


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh", ("通过", "能证明", "不能证明", "单方日志")), ("en", ("PASSED", "shown:", "Not shown:", "one-party log"))],
)
def test_a_person_reads_numbered_steps_and_what_they_do_not_show(
    library: Library, language: str, words: tuple[str, ...]
) -> None:
    ran = verify(library, "书", "tree.receipt.json", "--lang", language)
    assert ran.code == 0
    assert all(word in ran.out for word in words), ran.out
    steps = [int(line.split()[1]) for line in ran.out.splitlines() if line.startswith(("✓", "–"))]
    assert steps == [1, 2, 3, 4, 5, 6, 7, 8, 9]


def test_no_network_is_used(library: Library) -> None:
    prefix = ("unshare", "-r", "-n")
    tool = shutil.which("unshare")
    allowed = tool and subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0
    if not allowed:
        pytest.skip("unshare -n is not permitted here")
    assert verify(library, "书", "tree.receipt.json", prefix=prefix).code == 0


def test_one_changed_byte_is_named_at_the_content_step(library: Library, tmp_path: Path) -> None:
    data = bytearray(library.file.read_bytes())
    data[0] ^= 1
    changed = tmp_path / "单页.txt"
    changed.write_bytes(data)
    assert failed_step(verify(library, changed, "file.receipt.json", "--json")) == "content"
    for language, words in (("zh", ("不通过", "✗ 2")), ("en", ("FAILED", "✗ 2"))):
        told = verify(library, changed, "file.receipt.json", "--lang", language)
        assert told.code == 1
        assert all(word in told.out for word in words)


def test_a_folder_that_differs_is_told_how(library: Library, tmp_path: Path) -> None:
    for name, change in (
        ("多.txt", lambda folder: (folder / "多.txt").write_text("x")),
        ("一.txt", lambda folder: (folder / "一.txt").unlink()),
        ("附/二.txt", lambda folder: (folder / "附" / "二.txt").write_text("x")),
    ):
        folder = tmp_path / name.replace("/", "-")
        shutil.copytree(library.folder, folder)
        change(folder)
        ran = verify(library, folder, "tree.receipt.json", "--json")
        assert failed_step(ran) == "content"
        assert name in ran.objects[0]["steps"][-1]["shown"]


def test_a_unit_that_was_changed_or_is_another_fails(library: Library) -> None:
    for text in ('{"unit_id":"u2","abstract":"改"}', '{"unit_id":"u3","abstract":"第 3 条"}', '{"unit_id":"u2"}'):
        changed = library.desk.write("changed-unit.json", text)
        assert failed_step(verify(library, changed, "unit.receipt.json", "--json")) in ("content", "unit-path")
    spaced = library.desk.write("spaced.json", '{\n  "abstract": "第 2 条",\n  "level": "段",\n  "unit_id": "u2"\n}\n')
    assert verify(library, spaced, "unit.receipt.json").code == 0
    assert verify(library, library.file, "unit.receipt.json").code in (1, 2)


def test_a_receipt_of_something_else_fails(library: Library) -> None:
    assert failed_step(verify(library, library.file, "tree.receipt.json", "--json")) == "content"
    assert failed_step(verify(library, library.folder, "file.receipt.json", "--json")) == "content"


def test_a_wrong_fingerprint_fails_at_the_anchor(library: Library) -> None:
    wrong = library.fingerprint[:-1] + ("0" if library.fingerprint[-1] != "0" else "1")
    assert failed_step(verify(library, library.file, "file.receipt.json", "--json", "--fingerprint", wrong)) == "anchor"
    for part in (library.fingerprint[:19], "", "no fingerprint"):
        ran = verify(library, library.file, "file.receipt.json", "--json", "--fingerprint", part)
        assert (ran.code, ran.errors[0]["field"]) == (2, "--fingerprint")
    right = library.fingerprint
    for spelled in (right.upper(), right.replace("-", ""), right.replace("-", " ")):
        assert verify(library, library.file, "file.receipt.json", "--fingerprint", spelled).code == 0, spelled


def test_another_nodes_anchor_fails(library: Library, empty_desk: Desk) -> None:
    empty_desk.well("init", *INIT)
    empty_desk.well("anchor", "export", "-o", "other.json")
    other = str(empty_desk.folder / "other.json")
    ran = verify(library, library.file, "file.receipt.json", "--json", "--anchor", other)
    assert failed_step(ran) != "content"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_without_an_anchor_it_refuses(library: Library, language: str) -> None:
    ran = verify(library, library.file, "file.receipt.json", "--lang", language, bare=True)
    assert ran.code == 2
    assert ran.out == ""
    assert "--anchor" in ran.err
    as_json = verify(library, library.file, "file.receipt.json", "--json", bare=True)
    assert as_json.errors[0]["code"] == "missing-anchor"


def test_a_receipt_that_is_none_exits_1_and_names_the_file(library: Library) -> None:
    whole = (library.desk.folder / "file.receipt.json").read_bytes()
    for number, data in enumerate(
        (b"", b"{", b"[]", b"\xff\xfe", whole[:-20], whole + b"{}", b"[" * 100_000, b'{"format":NaN}')
    ):
        bad = library.desk.write(f"bad-{number}.json", data)
        ran = verify(library, library.file, bad, "--json")
        assert ran.code == 1, data[:20]
        assert ran.errors[0]["file"] == str(bad)
    more = json.dumps(json.loads(whole) | {"surplus": 1}, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    extra = library.desk.write("extra.json", more + "\n" * whole.endswith(b"\n"))
    ran = verify(library, library.file, extra, "--json")
    assert (ran.code, ran.errors[0]["field"]) == (1, "surplus")


def test_an_anchor_or_subject_that_cannot_be_read_is_bad_input(library: Library) -> None:
    for arguments, named in (
        (("nowhere", "file.receipt.json", "--anchor", "anchor.json"), "nowhere"),
        (("passphrase", "nowhere", "--anchor", "anchor.json"), "nowhere"),
        (("passphrase", "file.receipt.json", "--anchor", "nowhere"), "nowhere"),
        (("passphrase", "file.receipt.json", "--anchor", "passphrase"), "passphrase"),
        (("passphrase", "书", "--anchor", "anchor.json"), "书"),
    ):
        ran = library.desk.run("verify", *arguments, "--json")
        assert ran.code == 2, ran.said
        assert ran.errors[0]["file"] == named


def test_a_receipt_of_100_mb_is_refused_at_once_in_little_memory(library: Library, tmp_path: Path) -> None:
    huge = tmp_path / "huge.json"
    with huge.open("wb") as stream:
        stream.write(b'{"format":"')
        stream.write(b"a" * HUNDRED_MB)
        stream.write(b'"}')
    before = time.monotonic()
    script = 'ulimit -v 300000; exec "$@"'
    ran = verify(library, library.file, huge, "--json", prefix=("sh", "-c", script, "sh"))
    assert time.monotonic() - before < 10
    assert ran.code == 1, ran.said
    assert ran.errors[0]["file"] == str(huge)
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss > 0


def test_a_receipt_needs_a_resource_that_is_there(library: Library) -> None:
    missing = library.desk.run("receipt", "14000001-2023-00000009-0", "-o", "never.json", "--json")
    assert missing.code == 2
    unit = library.desk.run("receipt", library.tree, "--unit", "u99", "-o", "never.json", "--json")
    assert unit.code == 2
    assert "u99" in unit.errors[0]["message"]
    place = library.desk.run("receipt", library.number, "-o", "no/such/folder/r.json")
    assert place.code in (2, 3)
    assert "no/such/folder" in place.err
    assert not (library.desk.folder / "never.json").exists()


def test_a_receipt_may_be_asked_for_by_digest_or_cid(library: Library) -> None:
    first = library.registered.results[0]
    for name in (first["sha256"], first["cid"]):
        library.desk.well("receipt", name, "-o", "again.json")
        assert (library.desk.folder / "again.json").read_bytes() == (
            library.desk.folder / "file.receipt.json"
        ).read_bytes()
