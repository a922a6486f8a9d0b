"""The documentation under test: commands, options, settings, links, and the quick start, which is really run."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from node.cli.main import COMMANDS
from node.settings import Settings

ROOT = Path(__file__).parents[2]
READMES = ("README.md", "README.zh-CN.md")
NOT_OURS = {".git", ".venv", "node_modules", "demo-home", "dist"}
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
NOT_OF_THE_CLI = {"--dev", "--packages", "--rounds"}
"""Options of scripts/, which the pages may name, too."""


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def pages() -> list[Path]:
    found = []
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in NOT_OURS and not name.startswith((".bench-", "."))]
        found += [Path(folder, name) for name in files if name.endswith(".md")]
    return sorted(found)


def shell_lines(name: str) -> list[str]:
    """Give the commands of a page, without the remarks behind them."""
    lines = re.findall(r"^ {4}(\./scripts/\S+.*)$", text_of(name), re.MULTILINE)
    return [re.sub(r"\s{2,}# .*$", "", line) for line in lines]


def run(*arguments: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "node.cli", *arguments]
    bare = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1", **environment}
    return subprocess.run(command, cwd=cwd, env=bare, capture_output=True, text=True, check=False)


@pytest.fixture(name="helps", scope="module")
def help_of_every_command() -> dict[str, str]:
    helps: dict[str, str] = {}
    for name in COMMANDS:
        whole = _help_of(name)
        acts = re.search(r"^acts:\n  ACT\n((?: {4}.*\n)+)", whole, re.MULTILINE)
        names = re.findall(r"^ {4}(\S+)", acts[1], re.MULTILINE) if acts else []
        helps[name] = whole + "".join(_help_of(name, act) for act in names)
    return helps


def _help_of(*words: str) -> str:
    done = run(*words, "--help", "--lang", "en")
    assert done.returncode == 0, words
    return done.stdout


@pytest.mark.parametrize("name", READMES)
def test_the_table_of_commands_is_the_command_line(name: str, helps: dict[str, str]) -> None:
    in_earnest = text_of(name).split("\n## ")[2]
    rows = re.findall(r"^\| (`[a-z].*?`) \|", in_earnest, re.MULTILINE)
    told = [command for row in rows for command in re.findall(r"`([^`]+)`", row)]
    assert sorted(command.split()[0] for command in told) == sorted(COMMANDS)
    for command in told:
        assert f"usage: zhicang {command} " in helps[command.split()[0]], command


@pytest.mark.parametrize("name", READMES)
def test_every_option_exists(name: str, helps: dict[str, str]) -> None:
    options = set(OPTION.findall(text_of(name))) - NOT_OF_THE_CLI
    assert len(options) > 10
    if "--version" in options:  # stands alone, with no command whose help could name it
        assert re.fullmatch(r"zhicang \d+\.\d+\.\d+\n", run("--version").stdout)
        options.remove("--version")
    assert options <= set(OPTION.findall(" ".join(helps.values())))


@pytest.mark.parametrize("name", READMES)
def test_each_line_of_the_quick_start_uses_options_of_its_own_command(name: str, helps: dict[str, str]) -> None:
    lines = [shlex.split(line) for line in shell_lines(name)]
    commands = [words for words in lines if words[0] == "./scripts/run" and words[1:]]
    assert len(commands) > 5
    for _, command, *words in commands:
        named = {word for word in words if re.fullmatch(r"--?[a-z][a-z-]*", word)}
        assert named <= set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", helps[command])), command


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_script_that_a_page_names_is_there(page: Path) -> None:
    for name in re.findall(r"(?<![\w/])(?:\./)?((?:scripts|\.ci)/[\w-]+)", page.read_text(encoding="utf-8")):
        assert os.access(ROOT / name, os.X_OK), name


@pytest.mark.parametrize("name", READMES)
def test_the_first_minute_is_the_two_scripts(name: str) -> None:
    assert shell_lines(name)[:2] == ["./scripts/run", "./scripts/test"]


def test_the_quick_start_can_be_typed_as_it_stands(tmp_path: Path) -> None:
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans" / "p001.txt").write_text("第一页", encoding="utf-8")
    [unit] = re.findall(r"`(\{\"unit_id\".*\})`", text_of("README.md"))
    (tmp_path / "units.jsonl").write_text(unit + "\n", encoding="utf-8")
    (tmp_path / "passphrase").write_text("a long passphrase\n", encoding="utf-8")
    places = {
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "ZHICANG_PASSPHRASE_FILE": str(tmp_path / "passphrase"),
    }
    for line in shell_lines("README.md"):  # the other one has the same lines
        script, *arguments = shlex.split(line)
        if script == "./scripts/run" and arguments:
            done = run(*arguments, cwd=tmp_path, **places)
            assert done.returncode == 0, line + "\n" + done.stdout + done.stderr
    manifest = next((tmp_path / "data").rglob("*-M/v1/content/manifest-sha256.txt"))
    command, payload = ["sha256sum", "--strict", "-c", "../manifest-sha256.txt"], manifest.parent / "payload"
    assert subprocess.run(command, cwd=payload, capture_output=True, check=False).returncode == 0


def test_both_readmes_have_the_same_sections_and_commands() -> None:
    shapes = []
    for name in READMES:
        marks = re.findall(r"^(#+ |\| |\* |\d\. |<!-- .* -->)", text_of(name), re.MULTILINE)
        links = [link for link in re.findall(r"\]\(([^)]+)\)", text_of(name)) if link not in READMES]
        shapes.append((marks, links, shell_lines(name)))
    assert shapes[0] == shapes[1]
    assert shapes[0][2]


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if not re.match(r"https?://|#", link):
            assert (page.parent / link.split("#")[0]).exists(), link


def test_every_setting_is_documented_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| [^|]+ \| `([^`]+)` \|", text_of("node/README.md"), re.MULTILINE))
    assert {name: json.loads(value) for name, value in rows.items()} == {
        field.name: list(field.default) if isinstance(field.default, tuple) else field.default
        for field in fields(Settings)
    }


def test_every_part_of_a_home_is_documented(tmp_path: Path) -> None:
    done = run("demo", "--home", "home", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    of_the_demonstration = {"collection", "collection-units.jsonl", "demo-passphrase", "verify"}
    parts = [entry for entry in (tmp_path / "home").iterdir() if not entry.name.endswith(("-wal", "-shm"))]
    present = {entry.name + "/" * entry.is_dir() for entry in parts if entry.name not in of_the_demonstration}
    # while `serve` runs; after a breach, restore, upgrade, fixity check, repair, a CAR kept; on the way onto a network
    present |= {"socket", "incidents/", "restored.json", "joining.json", "before-upgrade/", "fixity.db"}
    present |= {"anchor.lock", "repairs/", "purges/", "cars/"}
    section = text_of("node/README.md").split("## The home\n")[1].split("\n## ")[0]
    assert set(re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)) == present
