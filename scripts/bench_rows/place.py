"""The place where a row is measured: a temporary folder with homes in it, and the sources that rows share."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench_rows.measure import Runner, Sample

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench_rows.held_home import HeldHome

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PYTHON = ROOT / ".venv" / "bin" / "python"
KEY = "00112233445566778899aabbccddeeff"
"""The key of the cipher stream that large files are cut from: incompressible, the same bytes every time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How much there is to do; the goals are for the whole amounts only."""

    large: int = 1 << 30
    small_files: int = 10_000
    small: int = 10 << 10
    scans: int = 10_000
    delivery: int = 8 << 30
    units: int = 190_000
    headers: int = 20_000
    acts: int = 2_000
    single: int = 30
    held: tuple[int, int] = (20_000, 200_000)
    """Resources and units."""
    runs: int = 3


QUICK = Sizes(
    large=1 << 26, small_files=500, scans=200, delivery=1 << 28, units=10_000, headers=2_000, acts=100, single=5,
    held=(2_000, 20_000), runs=1,
)  # fmt: skip


class Place:
    """A working folder; whoever made the folder removes it."""

    def __init__(self, folder: Path, sizes: Sizes) -> None:
        self.folder = folder
        self.sizes = sizes
        self.held: dict[tuple[int, int], HeldHome] = {}
        """Homes that rows share; `held_home` fills it."""
        self._homes = 0
        self._passphrase = folder / "passphrase"
        self._passphrase.write_text("bench bench\n")
        own = {"PYTHONPATH": str(ROOT), "XDG_STATE_HOME": str(folder / "state"), "LANG": "C.UTF-8"}
        own["ZHICANG_PASSPHRASE_FILE"] = str(self._passphrase)
        self._environment = {"PATH": os.environ["PATH"], "HOME": str(folder)} | own
        self.runner = Runner(folder, self._environment)

    @contextmanager
    def home(self, *, keep: bool = False, profile: str = "sha256") -> Iterator[Path]:
        """Found a home of a digest profile, and remove it afterwards unless it is to be kept until the bench is over.

        Rows that make very many files keep theirs: ext4 passes over inodes for one to six minutes after they were
        freed, so that 100,000 deletions make the next creations several times slower, ours as well as the other's.
        """
        self._homes += 1
        path = self.folder / f"home{self._homes}"
        command = [PYTHON, HERE / "found_home.py", path, self._passphrase]
        subprocess.run(command, env=self._environment, check=True)
        settings = path / "zhicang.toml"
        settings.write_text(settings.read_text().replace('profile = "cn"', f'profile = "{profile}"'))
        yield path
        if not keep:
            shutil.rmtree(path)

    @contextmanager
    def served(self, headers: int) -> Iterator[tuple[str, str]]:
        """Serve a chain of so many headers without transactions; give its URL and the path of its anchor."""
        folder = self.folder / f"headers{headers}"
        folder.mkdir()
        make = [PYTHON, HERE / "make_headers.py", folder, str(headers)]
        subprocess.run(make, env=self._environment, check=True)
        serve = [PYTHON, HERE / "serve_blocks.py", folder]
        with subprocess.Popen(serve, env=self._environment, stdout=subprocess.PIPE, text=True) as server:
            try:
                port = server.stdout.readline().strip()  # type: ignore[union-attr]
                yield f"http://127.0.0.1:{port}/", str(folder / "anchor.json")
            finally:
                server.terminate()
        shutil.rmtree(folder)

    def child(self, script: str, *arguments: str | Path) -> Sample:
        """Measure one of the scripts beside this file."""
        return self.runner.run(PYTHON, HERE / script, *arguments)

    def zhicang(self, home: Path, *arguments: str | Path) -> Sample:
        """Measure a command on a home."""
        return self.runner.run(PYTHON, "-m", "node.cli", "--home", home, *arguments)

    def shell(self, script: str, *arguments: str | Path) -> Sample:
        """Measure a shell script; the arguments are $1, $2, …."""
        return self.runner.run("sh", "-ec", script, "sh", *arguments)

    def large_file(self) -> Path:
        """Give the large file, made when it is first asked for; it stays in the page cache."""
        path = self.folder / "large.bin"
        if not path.exists():
            stream = f"openssl enc -aes-128-ctr -K {KEY} -iv {KEY}"
            self.shell(f'head -c {self.sizes.large} /dev/zero | {stream} > "$1"', path)
        return path
