"""The rules of the house that no linter knows: lock files, imports, names, what no file of the tree may say."""

from __future__ import annotations

import ast
import hashlib
import importlib.metadata
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("node", "contracts", "storage")
NOT_OURS = {
    ".git", ".venv", "node_modules", "__pycache__", "demo-home", "dist",
    ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".import_linter_cache",
}  # fmt: skip
REQUIREMENT = re.compile(
    r"^([a-z0-9._-]+(?:\[[a-z0-9,_-]+\])?)==(\S+)(?: ; [^\\\n]+)? \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)",
    re.MULTILINE,
)


def own_files() -> list[Path]:
    found = []
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in NOT_OURS and not name.startswith(".bench-")]
        found += [Path(folder, name) for name in files if not name.startswith(".coverage")]
    return sorted(found)


def pins(lock: str) -> dict[str, tuple[str, str]]:
    text = (ROOT / lock).read_text(encoding="utf-8")
    return {name: (version, digests) for name, version, digests in REQUIREMENT.findall(text)}


def project() -> dict[str, object]:
    table: dict[str, object] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return table


def test_imports_point_down() -> None:
    run = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [sys.executable, "-c", run, "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_file_pins_every_line_by_digest_and_names_no_host(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert len(lines) == len(pins(lock)) > 20
    assert not re.search(r"https?:|://|index-url|find-links|trusted-host|\bfile:", text)


def test_the_lock_file_of_the_tests_holds_the_other_one() -> None:
    product, tests = pins("requirements.lock"), pins("requirements-dev.lock")
    assert {name: tests.get(name) for name in product} == product


def test_every_dependency_of_the_project_is_locked() -> None:
    wanted = {re.split(r"[\[<>=!~]", line)[0] for line in project()["dependencies"]}
    assert wanted <= {name.split("[")[0] for name in pins("requirements.lock")}


def test_the_product_imports_only_what_it_declares() -> None:
    declared = {re.split(r"[\[<>=!~]", line)[0].lower() for line in project()["dependencies"]}
    owners = importlib.metadata.packages_distributions()
    undeclared = set()
    for path in own_files():
        if path.suffix != ".py" or path.relative_to(ROOT).parts[0] not in PACKAGES:
            continue
        for name in imported(ast.parse(path.read_text(encoding="utf-8"))):
            top = name.split(".")[0]
            if top in PACKAGES or top in sys.stdlib_module_names:
                continue
            if not declared & {owner.lower().replace("_", "-") for owner in owners.get(top, [])}:
                undeclared.add(f"{path.relative_to(ROOT)}: {top}")
    assert not undeclared


def imported(tree: ast.AST) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return names


def test_what_starts_with_an_interpreter_line_is_executable() -> None:
    scripts = [path for path in (*(ROOT / "scripts").iterdir(), *(ROOT / ".ci").iterdir()) if path.is_file()]
    assert {"run", "test", "lock", "setup-env"} <= {path.name for path in scripts}
    for path in scripts:
        starts = path.read_bytes().startswith(b"#!")
        assert starts or path.suffix, path
        assert starts == os.access(path, os.X_OK), path


def test_bash_can_read_every_bash_script() -> None:
    for path in own_files():
        if path.read_bytes().startswith(b"#!/usr/bin/env bash\n"):
            assert subprocess.run(["bash", "-n", path], check=False).returncode == 0, path
            assert "\nset -euo pipefail\n" in path.read_text(encoding="utf-8").replace("  set", "set"), path


def test_the_top_level_is_as_it_was_fixed() -> None:
    customary = {
        "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "README.md", "README.zh-CN.md", "SECURITY.md", "pyproject.toml",
        "requirements-dev.lock", "requirements.lock", "scripts", "tests", *PACKAGES,
    }  # fmt: skip
    present = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")} - NOT_OURS
    assert present <= customary, present - customary


def test_no_file_names_a_machine_or_a_package_host() -> None:
    # Written in two parts, so that this file does not find itself.
    hosts = [name + ".org" for name in ("py" + "pi", "python" + "hosted", "npm" + "js")]
    places = ["/" + "work/", "/" + "root/", "../" + "shared", *hosts, "registry.npm" + "mirror"]
    forbidden = re.compile("|".join(map(re.escape, places)) + r"|/home/[a-z]" + r"|/" + r"Users/")
    said = []
    for path in own_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        said += [f"{path.relative_to(ROOT)}: {match[0]}" for match in forbidden.finditer(text)]
    assert not said


def test_test_files_have_names_of_their_own_and_no_packages() -> None:
    files = [path for path in own_files() if path.is_relative_to(ROOT / "tests")]
    names = [path.name for path in files if path.name.startswith("test_")]
    assert len(names) == len(set(names)), sorted(name for name in names if names.count(name) > 1)
    assert not [path for path in files if path.name == "__init__.py"]


def test_the_licence_is_the_apache_licence_word_for_word() -> None:
    digest = hashlib.sha256((ROOT / "LICENSE").read_bytes()).hexdigest()
    assert digest == "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"
    assert project()["license"] == "Apache-2.0"


def test_every_room_has_its_place_in_both_tables() -> None:
    rooms = {path.parent.name for path in (ROOT / "node").glob("*/__init__.py")}
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    table = (ROOT / "node" / "README.md").read_text(encoding="utf-8")
    assert {room for room in rooms if f"`node/{room}/" not in contributing} == set()
    assert {room for room in rooms if f"`{room}/`" not in table} == set()


def test_the_layers_as_told_are_those_that_are_held() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    (layers,) = (contract["layers"] for contract in contracts if contract["type"] == "layers")
    told = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert "\n".join("    " + layer.replace("node.", "") for layer in layers) in told
