"""A library at work in the process of the test: its home, and the command line with --json as a function."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from node.cli.main import main
from storage.cid import Cid

if TYPE_CHECKING:
    from pathlib import Path

    from network_parts.kubo import Kubo


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a command left: its exit code and its JSON lines."""

    code: int
    lines: list[dict[str, Any]]

    @property
    def summary(self) -> dict[str, Any]:
        summary: dict[str, Any] = self.lines[-1]["summary"]
        return summary

    @property
    def errors(self) -> dict[str, dict[str, Any]]:
        """Source → error."""
        return {line.get("source", ""): line["error"] for line in self.lines if "error" in line}


class House:
    """A folder with a home."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        folder.mkdir()
        (folder / "passphrase").write_text("a long passphrase of tests\n")
        self.run(
            "init", "--name", "示例省图书馆", "--code", "14000001", "--credit-code", "12140000DEM000001M",
            "--region", "140000", "--passphrase-file", folder / "passphrase",
        )  # fmt: skip

    def run(self, *arguments: str | Path) -> Ran:
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
        with redirect_stdout(out), redirect_stderr(err):
            code = main([*map(str, arguments), "--home", str(self.home), "--json", "--lang", "en"])
        out.seek(0)
        return Ran(code=code, lines=[json.loads(line) for line in out])

    def well(self, *arguments: str | Path) -> Ran:
        ran = self.run(*arguments)
        assert ran.code == 0, ran.lines
        return ran

    def act(self, *arguments: str | Path) -> Ran:
        """Run a command that signs."""
        return self.well(*arguments, "--passphrase-file", self.folder / "passphrase")

    def write(self, name: str, data: bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def register(self, name: str, *said: str) -> tuple[str, Cid]:
        """Register what was written, open unless something else is said; give its number and CID."""
        line = self.act("register", self.folder / name, *(said or ("--access", "open"))).lines[0]
        return line["resource_id"], Cid.parse(line["cid"])

    def use(self, kubo: Kubo, *more: str) -> None:
        """Write the settings of a kubo."""
        (self.home / "zhicang.toml").write_text("\n".join([f'ipfs_api = "{kubo.url}"', *more]) + "\n")
