"""The settings of a home: one TOML file, every setting checked when it is read.

| setting     | values           | default | meaning                                                        |
|-------------|------------------|---------|----------------------------------------------------------------|
| `programme` | text             | ""      | the programme 项目 of what is registered, if not said |
| `rpc_port`  | 0 to 65535       | 8545    | port of `zhicang serve` on 127.0.0.1; 0 takes a free one       |
| `gas_price` | 0 to 2^53 - 1    | 0       | wei for each unit of gas, as the consortium fixed it           |
| `rpc_urls`  | list of URLs     | []      | where the network's engines answer, tried in order             |
| `fixity_rate` | 0 to 100000   | 0       | MB a second that `audit --fixity` reads; 0 sets no limit       |
| `fixity_days` | 0 to 3650     | 0       | days in which its runs read everything once; 0: every run does |
| `gateway`   | HOST:PORT, ""    | ""      | where `zhicang serve` has its gateway; "" for none             |
| `gateway_for` | public, partner | public | who is behind whoever reaches the gateway                     |
| `retention_days` | 180 to 36500 | 180  | days from withdrawal before a payload may be purged            |
| `profile`   | cn, sha256       | cn      | digests of what is stored: SHA-256 and SM3, or SHA-256 alone   |
| `ipfs_api`  | URL              | ""      | the RPC API of the home's kubo; none without it                |
| `ipfs_token_file` | path       | ""      | file with the bearer token that kubo's API asks for            |
| `ipfs_silence` | 1 to 3600     | 60      | seconds of silence after which kubo is given up                |
"""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass, fields
from io import StringIO
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from node.errors import BadInput, Words, together

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

LARGEST_PORT = 65_535
LARGEST_GAS_PRICE = 2**53 - 1
LARGEST_RATE = 100_000
LARGEST_CYCLE = 3_650
LEAST_RETENTION, LARGEST_RETENTION = 180, 36_500
"""Content and logs are kept for six months at least (区块链信息服务管理规定)."""
LONGEST_SILENCE = 3600
_WORDS = {"profile": ("cn", "sha256"), "gateway_for": ("public", "partner")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the engineer of a node may choose."""

    programme: str = ""
    rpc_port: int = 8545
    gas_price: int = 0
    rpc_urls: tuple[str, ...] = ()
    profile: str = "cn"
    ipfs_api: str = ""
    ipfs_token_file: str = ""
    ipfs_silence: int = 60
    fixity_rate: int = 0
    fixity_days: int = 0
    gateway: str = ""
    gateway_for: str = "public"
    retention_days: int = 180


def read_settings(path: Path) -> Settings:
    """Read the settings file; raise BadInput that names every setting that is wrong."""
    try:
        values = tomllib.loads(settings_text(path))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"设置文件不是合法的 TOML:{error}", f"not TOML: {error}", file=str(path)) from error
    known = [field.name for field in fields(Settings)]
    mend = Words("可用的设置:" + "、".join(known), "settings: " + ", ".join(known))
    wrong: list[BadInput] = []
    for name, value in values.items():
        if name not in known:
            zh, en = f"没有 {name} 这项设置", f"there is no setting {name}"
        elif not _fits(name, value):
            zh, en = f"设置 {name} 的值 {value!r} 不对", f"setting {name} cannot be {value!r}"
        else:
            continue
        wrong.append(BadInput(zh, en, mend=mend, file=str(path), field=name))
    if wrong:
        raise together(wrong)
    if "rpc_urls" in values:
        values["rpc_urls"] = tuple(values["rpc_urls"])
    return Settings(**values)


def settings_text(path: Path) -> str:
    """Give the text of a settings file, "" where there is none."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def with_rpc_urls(text: str, urls: Sequence[str]) -> str:
    """Give the text of a settings file with these engines, all else as it stands there, and in its place.

    The text is one that `read_settings` takes: without tables, so that each statement can be read alone.
    """
    kept: list[str] = []
    place: int | None = None
    for lines in _statements(text):
        if "rpc_urls" in tomllib.loads("\n".join(lines)):
            place = len(kept)  # comments between the URLs stay; what stands behind one is said of that URL
            kept += [line.strip() for line in lines[1:] if line.lstrip().startswith("#")]
        elif not lines[0].lstrip("# ").startswith("rpc_urls"):
            kept += lines
    quoted = ", ".join(json.dumps(url) for url in urls)  # a URL is printable ASCII, which TOML quotes like JSON
    kept.insert(len(kept) if place is None else place, f"rpc_urls = [{quoted}]")
    return "\n".join(kept) + "\n"


def _statements(text: str) -> Iterator[list[str]]:
    """Give the lines of each statement: those that are TOML together and not before; a comment is one, too."""
    lines: list[str] = []
    for line in StringIO(text, newline=None):
        lines.append(line.removesuffix("\n"))
        try:
            tomllib.loads("\n".join(lines))
        except tomllib.TOMLDecodeError:
            continue
        yield lines
        lines = []


def is_rpc_url(text: object) -> bool:
    """Tell whether a text is the URL of an engine: http or https, a host, nothing that hides in it."""
    if not isinstance(text, str) or not text.isascii() or not text.isprintable() or " " in text:
        return False
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - raises where it is no port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.fragment


def host_and_port(text: str) -> tuple[str, int] | None:
    """Read HOST:PORT, an IPv6 address in brackets; None when it is not that."""
    match = re.fullmatch(r"(?:\[([0-9a-fA-F:.]+)\]|([0-9A-Za-z.-]+)):([0-9]{1,5})", text)
    if match is None or int(match[3]) > LARGEST_PORT:
        return None
    return match[1] or match[2], int(match[3])


def _fits(name: str, value: object) -> bool:
    if name in _WORDS:
        return value in _WORDS[name]
    if name == "gateway":
        return value == "" or (isinstance(value, str) and host_and_port(value) is not None)
    if name in ("programme", "ipfs_token_file"):
        return isinstance(value, str)
    if name == "ipfs_api":
        return value == "" or (is_rpc_url(value) and "@" not in str(value))
    if name == "rpc_urls":
        return isinstance(value, list) and all(map(is_rpc_url, value)) and len(set(value)) == len(value)
    least, largest = {
        "rpc_port": (0, LARGEST_PORT), "gas_price": (0, LARGEST_GAS_PRICE), "ipfs_silence": (1, LONGEST_SILENCE),
        "fixity_rate": (0, LARGEST_RATE), "fixity_days": (0, LARGEST_CYCLE),
        "retention_days": (LEAST_RETENTION, LARGEST_RETENTION),
    }[name]  # fmt: skip
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= largest
