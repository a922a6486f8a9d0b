"""A headless Chromium: what it prints of a page, how the page looks, and whom it asked for anything."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pypdf import PdfReader

if TYPE_CHECKING:
    from pathlib import Path

    from pypdf import PageObject

PATIENCE = 120
OWN_SERVICES = ("google.com", "googleapis.com", "gvt1.com")
"""Hosts that Chromium asks by itself, whatever the page; the proxy that it gets reaches none of them."""
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run", "--hide-scrollbars", "--no-pdf-header-footer", "--proxy-server=127.0.0.1:9",
)  # fmt: skip


def installed() -> str | None:
    """Give the program's name, or None."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """A page on paper: its sheets, and the addresses that were asked for while it was made."""

    sheets: list[PageObject]
    asked: list[str]


def printed(page: Path, folder: Path) -> Printed:
    """Print a page into a PDF in a folder."""
    folder.mkdir()
    pdf, log = folder / "page.pdf", folder / "net.json"
    _run(page, folder, f"--print-to-pdf={pdf}", f"--log-net-log={log}")
    events = json.loads(log.read_text(encoding="utf-8"))["events"]
    urls = {event["params"]["url"] for event in events if "url" in event.get("params", {})}
    asked = [url for url in sorted(urls) if not url.startswith("file:") and not _host(url).endswith(OWN_SERVICES)]
    return Printed(sheets=list(PdfReader(pdf).pages), asked=asked)


def shot(page: Path, folder: Path) -> Path:
    """Give a picture of the top of a page, as wide as A4 at 96 dots an inch."""
    picture = folder / "page.png"
    _run(page, folder, f"--screenshot={picture}", "--window-size=794,1123")
    return picture


def _run(page: Path, folder: Path, *more: str) -> None:
    program = installed()
    assert program is not None
    profile = folder / "profile"
    command = [program, *FLAGS, f"--user-data-dir={profile}", *more, page.absolute().as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE)
    shutil.rmtree(profile)


def _host(url: str) -> str:
    return url.split("/")[2].partition(":")[0]
