"""The foreign engines and clients of the tests: their recipes, where they lie, and how they come to be there.

An engine lies in the user's cache folder, in a folder named by the digest of its recipe, and gets that name at the very
end. So a folder that is there is whole and of this recipe; another recipe leaves the old one alone. What a crash leaves
is a folder `.making-…`, which nobody looks at.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

RECIPES = Path(__file__).resolve().parents[1] / "engines"
NODE_MODULES = "node_modules"
_PROCESSOR = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
_CHECKED_LINK_NAMES = (1, 23)
"""From this Go on, the linker refuses what GoQuorum's libraries do with names of the runtime, unless it is told."""
_FETCHES_ITS_SUCCESSOR = (1, 21)
"""From this Go on, a recipe that names a newer Go is built with that one, taken from the module proxy."""


class Missing(Exception):  # noqa: N818 - reads as the fact it states
    """Something that making an engine needs is not here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How one engine is made.

    Attributes:
        name: of the engine, and of the folder with the locked files.
        files: the locked files; their digest names the place in the cache.
        product: what is used of it, below that place.
        make: fills a folder that holds the locked files; raises Missing.
    """

    name: str
    files: tuple[str, ...]
    product: str
    make: Callable[[Path], None]

    def place(self) -> Path:
        """Give the folder in the cache that belongs to this very recipe."""
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "zhicang" / "engines"
        digest = hashlib.sha256(self.product.encode())
        for name in self.files:
            digest.update((RECIPES / self.name / name).read_bytes())
        return cache / f"{self.name}-{digest.hexdigest()[:16]}"

    def installed(self) -> Path | None:
        """Give the product's path, or None where it was not made yet."""
        product = self.place() / self.product
        return product if product.exists() else None

    def install(self) -> Path:
        """Make the engine unless it is there; give the product's path, or raise Missing."""
        place = self.place()
        if not place.is_dir():
            place.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=place.parent, prefix=".making-") as folder:
                building = Path(folder) / self.name
                shutil.copytree(RECIPES / self.name, building)
                self.make(building)
                if not (building / self.product).exists():
                    raise Missing(f"{self.name} has no {self.product} for this kind of machine")
                try:
                    building.rename(place)
                except OSError:  # another process was faster; its result is the same
                    if not place.is_dir():
                        raise
        return place / self.product


def _build_quorum(folder: Path) -> None:
    """Build GoQuorum from the module proxy that Go is set to; every module is checked against go.sum."""
    _demand("go", "golang-go")
    _demand("gcc", "gcc libc6-dev")
    version = _go_version(folder)
    options = ["-mod=readonly", "-trimpath"]
    if version is None or version >= _CHECKED_LINK_NAMES:
        options.append("-ldflags=-checklinkname=0")
    _run(["go", "build", *options, "-o", "geth-qbft", "github.com/ethereum/go-ethereum/cmd/geth"], folder)


def _build_kubo(folder: Path) -> None:
    """Build kubo from the module proxy; a Go from 1.21 on fetches the newer toolchain that it asks for by itself."""
    _demand("go", "golang-go")
    version = _go_version(folder)
    if version is not None and version < _FETCHES_ITS_SUCCESSOR:
        raise Missing("kubo needs Go 1.21 or newer; on Debian 12: golang-go from bookworm-backports, or go.dev/dl")
    command = "github.com/ipfs/kubo/cmd/ipfs"
    _run(["go", "build", "-mod=readonly", "-trimpath", "-ldflags=-s -w", "-o", "ipfs", command], folder)


def _go_version(folder: Path) -> tuple[int, int] | None:
    found = re.search(r"go(\d+)\.(\d+)", _run(["go", "version"], folder))
    return None if found is None else (int(found[1]), int(found[2]))


def _install_packages(folder: Path) -> None:
    """Install what the lock file names, digests checked, without running anything of the packages."""
    _demand("node", "nodejs")
    _demand("npm", "npm")
    _run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], folder)


def _demand(program: str, packages: str) -> None:
    if shutil.which(program) is None:
        raise Missing(f"{program} is not installed; on Debian: sudo apt-get install {packages}")


def _run(command: list[str], folder: Path) -> str:
    environment = {**os.environ, "GOFLAGS": "", "GOWORK": "off", "CGO_ENABLED": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        last = "\n".join(done.stderr.strip().splitlines()[-8:])
        raise Missing(f"`{' '.join(command[:3])} …` ended with exit code {done.returncode}:\n{last}")
    return done.stdout


_LOCKED = ("package.json", "package-lock.json")
QBFT = Recipe(name="qbft", files=("go.mod", "go.sum"), product="geth-qbft", make=_build_quorum)
ANVIL = Recipe(
    name="anvil", files=_LOCKED, make=_install_packages,
    product=f"{NODE_MODULES}/@foundry-rs/anvil-linux-{_PROCESSOR}/bin/anvil",
)  # fmt: skip
JS = Recipe(name="js", files=_LOCKED, product=NODE_MODULES, make=_install_packages)
KUBO = Recipe(name="kubo", files=("go.mod", "go.sum"), product="ipfs", make=_build_kubo)
ENGINES = {recipe.name: recipe for recipe in (QBFT, ANVIL, JS, KUBO)}
CAST = f"@foundry-rs/cast-linux-{_PROCESSOR}/bin/cast"
"""Foundry's cast, below the product of JS."""
