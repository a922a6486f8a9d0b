"""zhicang purge: two people, 180 days, a tombstone; the record, its receipts and the self-check outlive the payload."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Desk, Office

LATER = Path(__file__).with_name("later_purge.py")


def later(office: Office, *arguments: str, point: str = "-", days: int = 181, code: int = 0) -> str:
    """Run a command as it will be so many days from now."""
    command = [sys.executable, str(LATER), str(days), point, *arguments]
    ran = subprocess.run(
        command, cwd=office.folder, env=office.environment(), stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    said = (ran.stdout + ran.stderr).decode()
    assert ran.returncode == code, said
    return said


def withdrawn(office: Office) -> list[str]:
    """Register a folder and a file, have them approved, withdraw both and have that approved; keep their receipts."""
    office.write("scans/p1.tif", "1")
    office.write("scans/p2.tif", "2")
    office.write("one.txt", "one")
    numbers = [each["resource_id"] for each in office.well("register", "scans", "one.txt", "--json").results]
    office.approve("--all")
    office.well("send")
    office.well("anchor", "export", "-o", "anchor.json")
    for number in numbers:
        office.well("receipt", number, "-o", f"{number}.json")
    office.well("withdraw", *numbers, "--reason", "个人信息")
    office.approve("--all")
    office.well("send")
    return numbers


def sign(office: Office) -> str:
    return later(office, "purge", "approve", "list.json", "--keystore", str(office.keystore),
                 "--key-passphrase-file", str(office.reviewer_passphrase))  # fmt: skip


def test_nobody_purges_alone_or_early_or_what_stands(desk: Desk) -> None:
    desk.write("one.txt", "one")
    number = desk.well("register", "one.txt", "--json").results[0]["resource_id"]
    assert "没有撤销" in desk.run("purge", "draft", number, "--why", "试", "-o", "list.json").said
    desk.well("withdraw", number, "--reason", "个人信息")
    ran = desk.run("purge", "draft", number, "--why", "试", "-o", "list.json")
    assert (ran.code, "还差 180 天" in ran.said) == (2, True)
    ran = desk.run("purge", "draft", number, "-o", "list.json")
    assert ran.code == 2
    command = [sys.executable, str(LATER), "181", "-", "purge"]
    for arguments, code in ((["draft", number, "--why", "试", "-o", "list.json"], 0), (["run", "list.json"], 2)):
        done = subprocess.run(
            [*command, *arguments], cwd=desk.folder, env=desk.environment(), capture_output=True, check=False
        )
        assert done.returncode == code
    assert "由两人签署" in (done.stdout + done.stderr).decode()
    assert list(desk.home.rglob("one.txt"))


def test_two_people_purge_and_what_was_said_stays_provable(office: Office) -> None:
    tree, file = numbers = withdrawn(office)
    assert later(office, "purge", "draft", *numbers, "--why", "个人信息", "-o", "list.json", days=179, code=2)
    later(office, "purge", "draft", *numbers, "--why", "含个人信息", "-o", "list.json")
    assert "没有审核员批准" in later(office, "purge", "run", "list.json", code=2)
    own = str(office.home / "keystores" / "registrar.json")
    assert "不能批准" in later(office, "purge", "approve", "list.json", "--keystore", own, code=2)
    again = later(office, "purge", "draft", *numbers, "--why", "又一次", "-o", "list.json", code=2)
    assert "不覆盖" in again
    sign(office)
    changed = json.loads((office.folder / "list.json").read_bytes())
    changed["reason"] = "another"
    (office.folder / "changed.json").write_text(json.dumps(changed))
    assert "没有审核员批准" in later(office, "purge", "run", "changed.json", code=2)

    assert "已撤销" in office.run("govern", "freeze", file).said  # so nobody has to look for a freeze before destroying
    for folder in ("aside/object/v1/content/payload", "incoming"):
        (office.home / "repairs" / tree / folder).mkdir(parents=True)
        (office.home / "repairs" / tree / folder / "p1.tif").write_text("1")
    settings = office.home / "zhicang.toml"
    before = settings.read_text() if settings.exists() else ""
    settings.write_text(f'{before}ipfs_api = "http://127.0.0.1:9"\n')

    said = later(office, "purge", "run", "list.json")
    assert "zhicang storage publish --all" in said
    settings.write_text(before)
    assert not list(office.home.rglob("p1.tif"))
    assert not list(office.home.rglob("one.txt"))
    assert "本次 0 件" in later(office, "purge", "run", "list.json")
    office.well("audit")
    office.well("audit", "--fixity")
    office.well("storage", "reindex")
    office.well("audit")
    shown = office.well("show", tree, "--json").results[0]["purged"]
    [tombstone] = office.home.rglob(f"{tree}-purged/v1/content/payload/tombstone.json")
    said = json.loads(tombstone.read_bytes())
    assert (said["list"], said["reason"]) == (shown["list"], "含个人信息")
    assert said["destroyed_in"] == ["storage", "staging", "repairs"]
    assert said["prepared_by"] != said["approved_by"]
    assert "销毁" in office.run("export", tree, "out").said
    assert office.run("repair", tree).code == 2
    office.well("export", "--all", "all")
    for number, source in ((tree, "scans"), (file, "one.txt")):
        before = (office.folder / f"{number}.json").read_bytes()
        office.well("receipt", number, "-o", f"{number}.again.json")
        assert (office.folder / f"{number}.again.json").read_bytes() == before
        office.well("verify", source, f"{number}.json", "--anchor", "anchor.json")
    restored(office, numbers)

    tombstone.chmod(0o644)
    tombstone.write_bytes(b"{}")
    assert office.run("audit").code == 1


def restored(office: Office, numbers: list[str]) -> None:
    """Hold it to a restored backup that the tombstones are there, and receipts of what was purged are the same."""
    made = office.well("backup", "copy", "--json").results[0]
    copy = str(office.folder / "copied home")
    office.well("restore", "copy", "--head", made["block_hash"], ZHICANG_HOME=copy)
    office.well("audit", ZHICANG_HOME=copy)
    for number in numbers:
        before = (office.folder / f"{number}.json").read_bytes()
        office.well("receipt", number, "-o", f"{number}.restored.json", ZHICANG_HOME=copy)
        assert (office.folder / f"{number}.restored.json").read_bytes() == before


def test_whenever_it_is_killed_the_same_command_ends_it(office: Office) -> None:
    numbers = withdrawn(office)
    later(office, "purge", "draft", *numbers, "--why", "个人信息", "-o", "list.json")
    sign(office)
    for point in ("said", "buried", "begun", "removed"):
        later(office, "purge", "run", "list.json", point=point, code=9)
        if point in ("begun", "removed"):
            assert "half purged" in office.run("audit", "--lang", "en").out
            office.well("backup", f"copy-{point}")
            assert bool(list((office.folder / f"copy-{point}").rglob("p1.tif"))) == (point == "begun")
    later(office, "purge", "run", "list.json")
    assert not list(office.home.rglob("p1.tif"))
    office.well("audit")
    assert not list((office.home / "staging").iterdir())
