"""Whether a kubo is private: its settings, its version, and whether its swarm port speaks in the clear.

The settings are those of its file, which a daemon reads at its start; that there is a swarm key is seen on the wire. A
listener without a key greets whoever connects with the name of a protocol; one with a key sends random bytes.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from storage.errors import NotPrivate, Unreachable, Words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.kubo import KuboApi

VERSION = "0.43."
"""How the version begins that all of this was measured with; another one may have other settings."""
PRIVATE: dict[str, Any] = {
    "AutoConf.Enabled": False,
    "AutoTLS.Enabled": False,
    "Bootstrap": [],
    "DNS.Resolvers": {},
    "Discovery.MDNS.Enabled": False,
    "Gateway.NoFetch": True,
    "Ipns.DelegatedPublishers": [],
    "Plugins.Plugins.telemetry.Disabled": True,
    "Provide.Enabled": False,
    "Routing.DelegatedRouters": [],
    "Routing.Type": "none",
    "Swarm.DisableNatPortMap": True,
    "Swarm.EnableHolePunching": False,
    "Swarm.RelayClient.Enabled": False,
    "Swarm.RelayService.Enabled": False,
    "Swarm.Transports.Network.QUIC": False,
    "Swarm.Transports.Network.WebRTCDirect": False,
    "Swarm.Transports.Network.WebTransport": False,
    "Swarm.Transports.Network.Websocket": False,
}
"""What makes a kubo private, as the names and values of its settings."""
_HERE = re.compile(r"/ip4/127\.|/ip6/::1/|/unix/")
_GREETING = b"\x13/multistream/"
_MEANS = {
    "Bootstrap": Words("有公共引导节点,或由 AutoConf 补上", "it has public bootstrap peers, or AutoConf adds them"),
    "Routing.Type": Words("使用公共路由(DHT)", "it uses public routing (the DHT)"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is not private, and the command that mends it; "" where no single one does."""

    field: str
    words: Words
    command: str


async def faults_of(api: KuboApi) -> list[Fault]:
    """Say all that keeps a kubo from being private; raise Unreachable when it does not answer."""
    version = str((await api.ask("version")).get("Version", ""))
    config = await api.ask("config/show")
    found = [*_of_version(version), *_of_settings(config), *await _of_api(api, config)]
    if await _speaks_in_the_clear(api, config):
        zh, en = "没有群密钥:任何人都能连上它", "it has no swarm key: anybody can connect with it"
        command = "cp swarm.key $IPFS_PATH/swarm.key && chmod 600 $IPFS_PATH/swarm.key"
        found.append(Fault(field="swarm.key", words=Words(zh, en), command=command))
    return found


async def require_private(api: KuboApi) -> None:
    """Raise NotPrivate with the commands that mend it, unless a kubo is private."""
    found = await faults_of(api)
    if found:
        named = ", ".join(fault.field for fault in found)
        zh, en = f"kubo({api.url})不是私有的:{named}", f"kubo at {api.url} is not private: {named}"
        raise NotPrivate(zh, en, mend=mend(found))


def mend(found: list[Fault]) -> Words:
    """Give the commands that mend faults, in their order, and what to do after them."""
    commands = "\n    ".join(fault.command for fault in found)
    return Words(
        f"在 kubo 所在的机器上运行,然后以 LIBP2P_FORCE_PNET=1 重启 kubo:\n    {commands}",
        f"run on kubo's machine, then start kubo anew with LIBP2P_FORCE_PNET=1:\n    {commands}",
    )


def _of_version(version: str) -> Iterator[Fault]:
    if not version.startswith(VERSION):
        zh, en = f"版本是 {version[:40]},须为 {VERSION}x", f"its version is {version[:40]}, not {VERSION}x"
        yield Fault(field="version", words=Words(zh, en), command=f"ipfs version  # {VERSION}x")


def _of_settings(config: dict[str, Any]) -> Iterator[Fault]:
    for name, wanted in PRIVATE.items():
        value: Any = config
        for part in name.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        if value == wanted and type(value) is type(wanted):
            continue
        if name == "Bootstrap" and value is None:  # as `ipfs bootstrap rm --all` leaves it
            continue
        shown, right = json.dumps(value)[:60], json.dumps(wanted)
        means = _MEANS.get(name, Words("不是私有设置", "not as in a private node"))
        words = Words(f"{means.zh}({name} = {shown})", f"{means.en} ({name} = {shown})")
        command = "ipfs bootstrap rm --all" if name == "Bootstrap" else f"ipfs config --json {name} '{right}'"
        yield Fault(field=name, words=words, command=command)


async def _of_api(api: KuboApi, config: dict[str, Any]) -> list[Fault]:
    """Whoever reaches the API can do everything; so it listens on its own machine alone, or asks for a token."""
    listed = (config.get("Addresses") or {}).get("API") or []
    addresses = [listed] if isinstance(listed, str) else listed
    exposed = [str(address) for address in addresses if not _HERE.match(str(address))]
    if not exposed or await api.asks_for_token():
        return []
    zh, en = "API 向网络开放而不要令牌", "its API is open to the network without a token"
    words = Words(f"{zh}({exposed[0]})", f"{en} ({exposed[0]})")
    command = "ipfs config Addresses.API /ip4/127.0.0.1/tcp/5001"
    return [Fault(field="API.Authorizations", words=words, command=command)]


async def _speaks_in_the_clear(api: KuboApi, config: dict[str, Any]) -> bool:
    """Listen to what its swarm port says first; raise Unreachable when it says nothing, and so nothing can be told."""
    listed = (config.get("Addresses") or {}).get("Swarm") or []
    ports = [found[1] for address in listed if (found := re.search(r"^/ip[46]/[^/]+/tcp/(\d+)$", str(address)))]
    host = urlsplit(api.url).hostname
    for port in ports:
        greeting = b""
        try:
            async with asyncio.timeout(api.silence):
                reader, writer = await asyncio.open_connection(host, int(port))
                with contextlib.suppress(asyncio.IncompleteReadError):
                    greeting = await reader.readexactly(len(_GREETING))
                writer.close()
        except OSError:  # TimeoutError, too
            continue
        if greeting:
            return greeting == _GREETING
    words = Words("让本机能连到 kubo 的 swarm 端口(TCP)", "let this machine reach kubo's swarm port (TCP)")
    zh = f"看不出 kubo({api.url})有没有群密钥:它的 swarm 端口没有应答"
    en = f"whether kubo at {api.url} has a swarm key cannot be seen: its swarm port says nothing"
    raise Unreachable(zh, en, mend=words)
