"""Makes a home by an earlier version of the software, to be upgraded in tests.

Usage: .venv/bin/python tests/upgrading/make_old_home.py CHECKOUT TARGET.tar.xz

CHECKOUT is a work tree of the repository at the commit whose formats the home shall have, with its environment in
`.venv`. The archive holds `home/`, `state/` (the watermark) and the payload `given/`. It is made once, when a format
changes for the first time after it was in use, and never again: what is committed is what that version really wrote.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

PASSPHRASE = b"a passphrase for tests\n"
UNITS = [{"unit_id": f"u{place}", "level": "段", "title": f"条目 {place}"} for place in range(6)]


def main(checkout: Path, target: Path) -> None:
    """Let the old software found a home and do one of everything in it; pack it."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        given = place / "given"
        (given / "pages").mkdir(parents=True)
        (given / "one.txt").write_text("一\n")
        (given / "two.txt").write_text("二\n")
        (given / "two-again.txt").write_text("二,换版\n")
        for page in (1, 2, 3):
            (given / "pages" / f"p{page}.txt").write_text(f"第 {page} 页\n")
        (place / "passphrase").write_bytes(PASSPHRASE)
        run = _at(checkout, place)
        run("init", "--name", "某图书馆", "--code", "14000001", "--credit-code", "12140000DEM000001M",
            "--region", "140000")  # fmt: skip
        for name in ("one.txt", "two.txt", "pages"):
            run("register", given / name, "--period", "2023", "--client-ref", name, "--type", "text")
        numbers = [str(row["resource_id"]) for row in run("list") if "resource_id" in row]
        run("amend", numbers[0], "--title", "一(更正)", "--reason", "其他")
        run("supersede", numbers[1], given / "two-again.txt", "--reason", "其他")
        (given / "units.jsonl").write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in UNITS))
        run("units", "register", given / "units.jsonl", "--resource", numbers[2], "--period", "2023")
        run("withdraw", numbers[0], "--reason", "个人信息")
        run("draft", given / "pages" / "p1.txt", "--period", "2023", "--client-ref", "draft", "--type", "text")
        run("audit")
        with tarfile.open(target, "w:xz") as archive:
            for name in ("home", "state", "given"):
                archive.add(place / name, arcname=name, filter=_of_nobody)


def _at(checkout: Path, place: Path):  # noqa: ANN202 - a function of a script
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(place), "XDG_STATE_HOME": str(place / "state"),
        "XDG_RUNTIME_DIR": str(place), "PYTHONPATH": str(checkout),
        "ZHICANG_PASSPHRASE_FILE": str(place / "passphrase"), "LC_ALL": "en_US.UTF-8",
    }  # fmt: skip

    def run(*arguments: str | Path) -> list[dict[str, object]]:
        command = [checkout / ".venv" / "bin" / "python", "-m", "node.cli", "--home", place / "home", "--json"]
        done = subprocess.run(
            [*command, *arguments], env=environment, cwd=place, capture_output=True, text=True, check=False
        )
        if done.returncode:
            sys.exit(f"{arguments}: {done.stdout}{done.stderr}")
        return [json.loads(line) for line in done.stdout.splitlines()]

    return run


def _of_nobody(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return None if entry.name.endswith(("/lock", "/socket", "/key-recovery-sheet.txt")) else entry


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).absolute())
