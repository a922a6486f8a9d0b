"""`scripts/run` on its first use and after: in a copy of the scripts, with a lock file that asks for nothing.

Nothing is imitated but the command line behind it, which here prints what it was given; the environment is really made.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ECHO = """
import json, os, sys
print(json.dumps([sys.argv[1:], os.environ["ZHICANG_SETUP_SECONDS"], os.getcwd(), sys.prefix]))
"""
Done = subprocess.CompletedProcess[str]
LOCKED = "nowhere-to-be-had==1.0 \\\n    --hash=sha256:" + "0" * 64 + "\n"


@pytest.fixture(name="checkout")
def fresh_checkout(tmp_path: Path) -> Path:
    return make_checkout(tmp_path / "my check out 知仓")


@pytest.fixture(name="ready", scope="module")
def ready_checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = make_checkout(tmp_path_factory.mktemp("ready") / "my check out 知仓")
    said(run(root / "scripts" / "run"))
    return root


def make_checkout(root: Path) -> Path:
    shutil.copytree(ROOT / "scripts", root / "scripts", ignore=shutil.ignore_patterns("node_modules"))
    (root / "node" / "cli").mkdir(parents=True)
    (root / "node" / "__init__.py").touch()
    (root / "node" / "cli" / "__init__.py").touch()
    (root / "node" / "cli" / "__main__.py").write_text(ECHO)
    (root / "requirements.lock").write_text("# nothing\n")
    return root


def run(command: Path, *arguments: str, cwd: Path | None = None, **environment: str) -> Done:
    bare = {"PATH": os.environ["PATH"]} | environment
    return subprocess.run([command, *arguments], cwd=cwd, env=bare, capture_output=True, text=True, check=False)


def said(done: Done) -> tuple[list[str], str, str, str]:
    assert done.returncode == 0, done.stderr
    arguments, seconds, cwd, prefix = json.loads(done.stdout)
    return arguments, seconds, cwd, prefix


def test_the_first_run_sets_up_and_the_next_one_does_nothing(checkout: Path, tmp_path: Path) -> None:
    first = run(checkout / "scripts" / "run", "show", "a b", cwd=tmp_path)
    arguments, seconds, cwd, prefix = said(first)
    assert (arguments, cwd, prefix) == (["show", "a b"], str(tmp_path), str(checkout / ".venv"))
    assert int(seconds) >= 1
    assert "首次使用" in first.stderr
    assert "first use" in first.stderr
    made = (checkout / ".venv" / "setup.log").stat().st_mtime_ns
    again = run(checkout / "scripts" / "run", "show")
    assert said(again)[:2] == (["show"], "")
    assert again.stderr == ""
    assert (checkout / ".venv" / "setup.log").stat().st_mtime_ns == made


def test_without_a_command_the_demonstration_runs(ready: Path) -> None:
    home = str(ready / "demo-home")
    assert said(run(ready / "scripts" / "run"))[0] == ["demo", "--home", home]
    assert said(run(ready / "scripts" / "run", "--lang", "en"))[0] == ["--lang", "en", "demo", "--home", home]
    assert said(run(ready / "scripts" / "run", "--lang=en"))[0] == ["--lang=en", "demo", "--home", home]
    assert said(run(ready / "scripts" / "run", "--lang", "en", "list"))[0] == ["--lang", "en", "list"]
    assert said(run(ready / "scripts" / "run", "--help"))[0] == ["--help"]
    assert said(run(ready / "scripts" / "run", "--lang"))[0] == ["--lang"]


def test_a_link_and_a_folder_with_the_same_name_do_not_lead_astray(ready: Path, tmp_path: Path) -> None:
    link = tmp_path / "zhicang"
    link.symlink_to(ready / "scripts" / "run")
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "node" / "cli").mkdir(parents=True)
    (elsewhere / "node" / "__init__.py").write_text("raise SystemExit('the wrong node')")
    assert said(run(link, "x", cwd=elsewhere))[:1] == (["x"],)
    assert said(run(link, "x", cwd=elsewhere, PYTHONPATH=str(elsewhere)))[:1] == (["x"],)


def test_what_is_half_made_or_made_from_another_lock_file_is_built_again(checkout: Path) -> None:
    said(run(checkout / "scripts" / "run"))
    stamp = checkout / ".venv" / "requirements.lock.sha256"
    stray = checkout / ".venv" / "stray"
    stray.touch()
    stamp.unlink()
    assert said(run(checkout / "scripts" / "run"))[1] != ""
    assert not stray.exists()
    stray.touch()
    (checkout / "requirements.lock").write_text("# nothing, said otherwise\n")
    assert said(run(checkout / "scripts" / "run"))[1] != ""
    assert not stray.exists()
    assert said(run(checkout / "scripts" / "run"))[1] == ""


def test_two_first_runs_at_once_make_one_environment(checkout: Path) -> None:
    command, bare = [str(checkout / "scripts" / "run"), "x"], {"PATH": os.environ["PATH"]}
    both = [subprocess.Popen(command, env=bare, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    answers = [json.loads(process.communicate(timeout=120)[0]) for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sorted(seconds != "" for _, seconds, _, _ in answers) == [False, True]


def test_a_package_that_cannot_be_had_is_said_and_nothing_is_taken_for_whole(checkout: Path) -> None:
    (checkout / "requirements.lock").write_text(LOCKED)
    for _ in range(2):
        done = run(checkout / "scripts" / "run", "x", PIP_NO_INDEX="1")
        assert done.returncode == 3
        assert done.stdout == ""
        assert "错误：安装依赖失败" in done.stderr
        assert "Error: the dependencies could not be installed" in done.stderr
        assert "nowhere-to-be-had" in done.stderr
    assert not list((checkout / ".venv").glob("*.sha256"))


def test_an_unreachable_source_is_told_from_other_failures(checkout: Path) -> None:
    (checkout / "requirements.lock").write_text(LOCKED)
    nobody = {"PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_RETRIES": "1", "PIP_CONFIG_FILE": os.devnull}
    done = run(checkout / "scripts" / "run", "x", **nobody)
    assert done.returncode == 3
    assert "无法连接软件包源" in done.stderr
    assert "cannot be reached" in done.stderr


def test_a_missing_venv_module_is_answered_with_the_package_to_install(checkout: Path, tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("bash", "env", "sha256sum", "readlink"):
        (tools / name).symlink_to(shutil.which(name) or "")
    nothing = run(checkout / "scripts" / "run", "x", PATH=str(tools))
    assert nothing.returncode == 3
    assert "sudo apt-get install python3 python3-venv" in nothing.stderr
    python = tools / "python3"
    python.write_text('#!/bin/sh\ncase "$*" in *ensurepip*) exit 1 ;; esac\n')
    python.chmod(0o755)
    done = run(checkout / "scripts" / "run", "x", PATH=str(tools))
    assert done.returncode == 3
    assert "sudo apt-get install python3-venv" in done.stderr
    assert "缺少 Python 的 venv 模块" in done.stderr
    assert not (checkout / ".venv").exists()
