"""`anchor update`, `receipt --status` and `verify --rpc`: what has happened since, and how a record stands now."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Desk, Library


@pytest.fixture(name="url", scope="module")
def served_url(library: Library) -> Iterator[str]:
    """The endpoint of the library's node, serving."""
    desk = library.desk
    with subprocess.Popen(
        desk.command("serve", "--port", "0", "--json"), cwd=desk.folder, env=desk.environment(),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        said: dict[str, Any] = json.loads(process.stdout.readline())
        yield next(value for value in said.values() if str(value).startswith("http"))
        process.terminate()
        assert process.wait(60) == 0


def test_a_receipt_with_status_proves_it_offline(library: Library) -> None:
    library.desk.well("receipt", library.number, "--status", "-o", "standing.json")
    ran = library.desk.well("verify", library.file, "standing.json", "--anchor", "anchor.json", "--json")
    verdict = ran.results[0]
    assert (verdict["answer"], verdict["steps"][-1]["name"]) == ("yes", "status")
    standing = verdict["standing"]
    assert (standing["status"], standing["frozen"], standing["version"]) == ("registered", False, 1)
    assert standing["height"] >= verdict["height"]
    plain = library.desk.well("verify", library.file, "standing.json", "--anchor", "anchor.json", "--lang", "en")
    assert "10 status: as of height" in plain.out
    assert "later status not checked" not in plain.out


def test_a_unit_has_no_status_of_its_own(library: Library) -> None:
    ran = library.desk.run("receipt", library.tree, "--unit", "u2", "--status", "-o", "never.json", "--json")
    assert (ran.code, ran.errors[0]["field"]) == (2, "--status")


def test_the_verdict_of_a_unit_names_it_and_its_resource(library: Library) -> None:
    arguments = ("verify", "unit.json", "unit.receipt.json", "--anchor", "anchor.json")
    assert library.desk.well(*arguments, "--json").results[0]["unit"] == {"unit_id": "u2", "resource_id": library.tree}
    assert f"unit u2 of resource {library.tree}" in library.desk.well(*arguments, "--lang", "en").out
    assert f"资源 {library.tree} 的知识单元 u2" in library.desk.well(*arguments, "--lang", "zh").out


def test_a_home_brings_its_anchor_forward(desk: Desk) -> None:
    before = (desk.home / "anchor.json").read_bytes()
    ran = desk.well("anchor", "update", "--json").results[0]
    assert (ran["changes"], ran["sequence"]) == (0, 0)
    assert ran["keys_known"] > 0
    assert (desk.home / "anchor.json").read_bytes() != before
    assert json.loads(before)["founding"] == json.loads((desk.home / "anchor.json").read_bytes())["founding"]
    desk.well("audit")


def test_a_verifier_asks_an_engine_and_believes_its_proofs_alone(library: Library, url: str) -> None:
    desk, bare = library.desk, {"without": ("ZHICANG_HOME", "ZHICANG_PASSPHRASE_FILE")}
    update = ("anchor", "update", "--anchor", "anchor.json", "--rpc", url, "-o", "newer.json", "--json")
    updated = desk.run(*update, **bare)  # type: ignore[arg-type]
    assert updated.code == 0, updated.said
    assert updated.results[0]["fingerprint"] == library.fingerprint
    today = desk.run(
        "verify", library.file, "file.receipt.json", "--anchor", "newer.json", "--rpc", url, "--lang", "en", **bare
    )  # type: ignore[arg-type]
    assert today.code == 0, today.said
    assert "not withdrawn" in today.out
    assert f"is the word of {url}" in today.out
    taken = desk.run("anchor", "update", "--anchor", "anchor.json", "--from", "newer.json", "-o", "taken.json", **bare)  # type: ignore[arg-type]
    assert taken.code == 0, taken.said
    assert (desk.folder / "taken.json").read_bytes() == (desk.folder / "newer.json").read_bytes()
    older = desk.run("anchor", "update", "--anchor", "newer.json", "--from", "anchor.json", **bare)  # type: ignore[arg-type]
    assert older.code == 2


def test_an_anchor_of_another_founding_is_not_taken(library: Library, founded: Desk) -> None:
    (library.desk.folder / "own.json").write_bytes((founded.home / "anchor.json").read_bytes())
    other = json.loads((founded.home / "anchor.json").read_bytes())
    other["founding"]["demonstration"] = True
    text = json.dumps(other, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    library.desk.write("foreign.json", text)
    ran = library.desk.run("anchor", "update", "--anchor", "own.json", "--from", "foreign.json", "--json")
    assert (ran.code, ran.errors[0]["field"]) == (2, "--from")


def test_nobody_at_the_url_is_told_and_changes_nothing(library: Library) -> None:
    desk = library.desk
    before = (desk.folder / "anchor.json").read_bytes()
    for arguments in (
        ("anchor", "update", "--anchor", "anchor.json", "--rpc", "http://127.0.0.1:9"),
        ("verify", library.file, "file.receipt.json", "--anchor", "anchor.json", "--rpc", "http://127.0.0.1:9"),
    ):
        assert desk.run(*arguments).code == 3
    assert desk.run("anchor", "update", "--anchor", "anchor.json", "--rpc", "nonsense").code == 2
    assert (desk.folder / "anchor.json").read_bytes() == before


def test_export_wants_to_know_where(library: Library) -> None:
    ran = library.desk.run("anchor", "export", "--json")
    assert (ran.code, ran.errors[0]["field"]) == (2, "output")


def test_each_version_has_its_receipt_and_its_standing(desk: Desk) -> None:
    first = desk.write("文.txt", "初版\n")
    number = desk.well("register", first, "--period", "2023", "--json").results[0]["resource_id"]
    desk.well("amend", number, "--title", "更正后的题名", "--reason", "登记错误")
    second = desk.write("新.txt", "再版\n")
    desk.well("supersede", number, second, "--reason", "其他")
    desk.well("anchor", "export", "-o", "anchor.json")
    acts = {1: ("register", first), 2: ("amend", first), 3: ("supersede", second)}
    for version, (act, content) in acts.items():
        desk.well("receipt", number, "--version", str(version), "--status", "-o", f"{version}.json")
        verdict = desk.well("verify", content, f"{version}.json", "--anchor", "anchor.json", "--json").results[0]
        assert (verdict["record"]["act"], verdict["record"]["version"]) == (act, version)
        assert verdict["standing"]["version"] == 3
    desk.well("receipt", number, "-o", "newest.json")
    assert desk.run("verify", first, "newest.json", "--anchor", "anchor.json").code == 1
    assert desk.run("receipt", number, "--version", "4", "-o", "never.json").code == 2
    desk.well("withdraw", number, "--reason", "其他")
    desk.well("receipt", number, "--status", "-o", "gone.json")
    ran = desk.run("verify", second, "gone.json", "--anchor", "anchor.json", "--json")
    assert (ran.code, ran.results[0]["answer"], ran.results[0]["failed"]) == (1, "doubtful", None)
    assert ran.results[0]["standing"]["status"] == "withdrawn"
    assert "存疑" in desk.run("verify", second, "gone.json", "--anchor", "anchor.json", "--lang", "zh").out
