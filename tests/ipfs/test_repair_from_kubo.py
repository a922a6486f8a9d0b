"""zhicang repair against a real kubo: through its trustless gateway and through its RPC API; a liar gets nowhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from network_parts.kubo import Kubo

ROOT = Path(__file__).parents[2]


class Liar(BaseHTTPRequestHandler):
    """Gives other bytes for whatever it is asked."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"a lie")

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def liar() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Liar)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def test_a_lost_folder_comes_back_from_kubo(kubo: Kubo, liar: str, tmp_path: Path) -> None:
    passphrase = tmp_path / "passphrase"
    passphrase.write_text("a long passphrase of tests\n")
    places = {"ZHICANG_HOME": str(tmp_path / "home"), "ZHICANG_PASSPHRASE_FILE": str(passphrase)}
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "XDG_STATE_HOME": str(tmp_path / "s"), **places}

    def zhicang(*arguments: str, code: int = 0) -> list[dict[str, Any]]:
        command = [sys.executable, "-m", "node.cli", *arguments, "--json", "--lang", "en"]
        ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert ran.returncode == code, ran.stdout + ran.stderr
        return [json.loads(line) for line in ran.stdout.splitlines()]

    names = ("--name", "某图书馆", "--code", "14000001", "--credit-code", "12140000DEM000001M", "--region", "140000")
    zhicang("init", *names)
    (tmp_path / "scans" / "卷一").mkdir(parents=True)
    for i in range(3):
        (tmp_path / "scans" / "卷一" / f"p{i}.tif").write_bytes(os.urandom(2_500_000))
    number = zhicang("register", "scans", "--title", "某书")[0]["resource_id"]
    zhicang("export", number, "one.car", "--car", "--for", "own")
    kubo.run("dag", "import", str(tmp_path / "one.car"))

    [lost, *_] = sorted((tmp_path / "home" / "storage").rglob("p1.tif"))
    lost.unlink()
    assert zhicang("audit", "--fixity", code=1)[0]["found"].startswith("a payload file is missing")
    refused = zhicang("repair", number, "--from", liar, code=1)[0]["error"]
    assert (refused["code"], refused["file"]) == ("damaged", liar)
    assert not lost.exists()

    first = zhicang("repair", number, "--from", liar, "--from", kubo.gateway)[0]
    assert (first["left"], len(first["files"]), set(first["refused"])) == (0, 1, {liar})
    assert lost.read_bytes() == (tmp_path / "scans" / "卷一" / "p1.tif").read_bytes()

    (tmp_path / "home" / "zhicang.toml").write_text(f'ipfs_api = "{kubo.url}"\n')
    data = bytearray(lost.read_bytes())
    data[2_000_000] ^= 1
    lost.chmod(0o644)
    lost.write_bytes(data)
    assert zhicang("repair", number)[0]["tx_hash"] != first["tx_hash"]
    assert [line for line in zhicang("audit") if "check" in line] == []
    assert zhicang("repair", "14000001-2023-00000077-A", code=2)[0]["error"]["field"] == "id"
    assert zhicang("repair", number, "--from", "ipfs://x", code=2)[0]["error"]["field"] == "from"
