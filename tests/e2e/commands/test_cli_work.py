"""The commands as their users run them, from init to verification."""

from __future__ import annotations

import json
import stat
import subprocess
from typing import TYPE_CHECKING

import pytest

from node.cli.main import COMMANDS

if TYPE_CHECKING:
    from conftest import Desk


INIT = ("--name", "甲", "--code", "14000002", "--credit-code", "12140000DEM000001M", "--region", "140000")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_command_explains_itself(desk: Desk, lang: str) -> None:
    top = desk.run("--help", lang=lang)
    for command, words in COMMANDS.items():
        assert words.in_language(lang) in top.stdout
        done = desk.run(command, "--help", lang=lang)
        assert done.returncode == 0
        assert ("用法" if lang == "zh" else "usage") in done.stdout


def test_init_keeps_secrets_to_itself_and_refuses_an_existing_home(desk: Desk) -> None:
    for path in [desk.folder / "home/key-recovery-sheet.txt", *(desk.folder / "home/keystores").iterdir()]:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    refused = desk.run("init", *INIT)
    assert refused.returncode == 2
    assert "已存在" in refused.stderr


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [("--credit-code", "12140000DEM0000010", "校验字符"), ("--code", "14", "机构码"), ("--region", "太原", "行政区划")],
)
def test_init_names_what_is_wrong_and_leaves_nothing(desk: Desk, option: str, value: str, says: str) -> None:
    given = {"--name": "甲", "--code": "14000002", "--credit-code": "12140000DEM000001M", "--region": "140000"}
    words = [word for pair in (given | {option: value}).items() for word in pair]
    refused = desk.run("init", "--home", "new", *words)
    assert refused.returncode == 2
    assert says in refused.stderr
    assert not (desk.folder / "new").exists()


def test_from_registering_to_verifying(desk: Desk) -> None:
    lines = desk.json("register", "one.txt", "scans", "--period", "2023")
    assert [line["kind"] for line in lines[:-1]] == ["file", "tree"]
    assert lines[-1] == {"summary": {"registered": 2, "known": 0, "refused": 0}}
    needed = {"resource_id", "sha256", "cid", "kind", "status", "tx_hash", "block_height", "client_ref"}
    assert all(needed <= line.keys() for line in lines[:-1])
    again = desk.json("register", "one.txt", "scans", "--period", "2023")
    assert again[-1] == {"summary": {"registered": 0, "known": 2, "refused": 0}}
    assert [line["resource_id"] for line in again[:-1]] == [line["resource_id"] for line in lines[:-1]]
    file, tree = lines[0], lines[1]
    for name in (file["resource_id"], file["sha256"], file["cid"], file["tx_hash"]):
        assert desk.json("show", name)[0]["resource_id"] == file["resource_id"]
    assert desk.run("anchor", "export", "-o", "anchor.json").returncode == 0
    for number, name in ((file["resource_id"], "file"), (tree["resource_id"], "tree")):
        assert desk.run("receipt", number, "-o", f"{name}.json").returncode == 0
    for path, receipt in (("one.txt", "file.json"), ("scans", "tree.json"), ("scans/p2.tif", "tree.json")):
        done = desk.run("verify", path, receipt, "--anchor", "anchor.json")
        assert done.returncode == 0, done.stdout
        assert "通过" in done.stdout
    page = desk.run("list", "--limit", "1", lang="en")
    assert f"list --after {file['resource_id']}" in page.stdout


def test_what_does_not_verify_is_named_by_its_step(desk: Desk) -> None:
    number = desk.number("scans")
    desk.run("receipt", number, "-o", "r.json")
    desk.run("anchor", "export", "-o", "a.json")
    verify = ("verify", "scans", "r.json")
    assert desk.run(*verify).returncode == 2
    wrong = desk.json(*verify, "--anchor", "a.json", "--fingerprint", "00", code=1)[0]
    assert wrong["failed"] == "anchor"
    (desk.folder / "scans/more.txt").write_text("surplus")
    assert desk.json(*verify, "--anchor", "a.json", code=1)[0]["failed"] == "content"
    (desk.folder / "r.json").write_text((desk.folder / "r.json").read_text().replace('"version":1', '"version": 1', 1))
    assert desk.run(*verify, "--anchor", "a.json").returncode == 1
    with (desk.folder / "huge.json").open("wb") as stream:
        stream.truncate(100_000_000)
    huge = desk.run("verify", "scans", "huge.json", "--anchor", "a.json", lang="en")
    assert huge.returncode == 1
    assert "limit" in huge.stderr


def test_units_are_taken_whole_and_verify_as_delivered(desk: Desk) -> None:
    number = desk.number("one.txt")
    lines = [json.dumps({"id": i, "title": f"单元{i}"}, ensure_ascii=False) for i in range(25)]
    (desk.folder / "u.jsonl").write_text("\n".join(lines))
    units = ("units", "register", "u.jsonl", "--id-field", "id", "--resource", number, "--batch", "10")
    assert desk.json(*units)[-1]["summary"] == {"registered": 25, "known": 0, "refused": 0}
    assert desk.json(*units)[-1]["summary"] == {"registered": 0, "known": 25, "refused": 0}
    (desk.folder / "unit.json").write_text(lines[17])
    desk.run("receipt", number, "--unit", "17", "-o", "r.json")
    desk.run("anchor", "export", "-o", "a.json")
    assert desk.run("verify", "unit.json", "r.json", "--anchor", "a.json").returncode == 0
    (desk.folder / "unit.json").write_text(lines[16])
    assert desk.run("verify", "unit.json", "r.json", "--anchor", "a.json").returncode == 1


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ('{"unit_id": 1.5}', None),
        ('{"unit_id": ""}', "unit_id"),
        ('{"unit_id": "a", "resource_id": "x"}', "resource_id"),
        ("{", None),
        ('{"unit_id": "u0"}', "unit_id"),
        ("[" * 3000, None),
    ],
)
def test_one_bad_line_keeps_the_whole_file_out(desk: Desk, line: str, field: str | None) -> None:
    number = desk.number("one.txt")
    good = [json.dumps({"unit_id": f"u{i}"}) for i in range(3)]
    (desk.folder / "u.jsonl").write_text("\n".join([*good, line, '{"unit_id": "last"}']))
    said = desk.json("units", "register", "u.jsonl", "--resource", number, code=2)
    assert (said[0]["error"]["row"], said[0]["error"]["file"]) == (4, "u.jsonl")
    if field is not None:
        assert said[0]["error"]["field"] == field
    assert desk.json("show", number)[0]["units"] == 0
    assert desk.run("audit").returncode == 0


def test_the_bytes_come_back_out_and_the_index_is_rebuilt(desk: Desk) -> None:
    number = desk.number("scans")
    (desk.folder / "home/blocks.db").unlink()
    assert desk.run("storage", "reindex").returncode == 0
    assert desk.run("export", number, "out").returncode == 0
    assert subprocess.run(["diff", "-r", "scans", "out"], cwd=desk.folder, check=False).returncode == 0
    assert desk.run("export", number, "out").returncode == 2
    assert desk.run("audit").returncode == 0
