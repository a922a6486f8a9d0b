"""scripts/network demo: the whole demonstration in one command, and how to go on from there."""

from __future__ import annotations

import json
import shlex
import sys
from typing import TYPE_CHECKING, Any

from network_parts.demonstration import HOMES, Demonstration

if TYPE_CHECKING:
    import argparse

_TWO, _ONE = "两人制 two persons", "一人制 one person"


def demo(asked: argparse.Namespace) -> None:
    """Found the consortium, start its validators, create its registry, join the homes, and say where everything is."""
    _note("建立联盟:四个机构、四个验证节点 …… / founding: four institutions, four validators …")
    demonstration = Demonstration.found(asked.folder)
    _note("启动网络,部署登记合约 …… / starting the network, creating the registry …")
    try:
        height = demonstration.begin()
        _note("接入四个节点目录 …… / joining four homes …")
        homes = {name: str(demonstration.join(name)) for name in HOMES}
    except BaseException:
        demonstration.network.stop()
        raise
    told = _described(demonstration, height) | {"homes": homes}
    if asked.json:
        print(json.dumps(told, ensure_ascii=False))
    else:
        print("\n".join(_lines(demonstration, told)))


def _described(demonstration: Demonstration, height: int) -> dict[str, Any]:
    founding = demonstration.consortium.anchor.founding
    return {
        "folder": str(demonstration.folder),
        "one_person": [one.code for one in founding.institutions if one.one_person],
        "rpc_urls": list(demonstration.network.urls),
        "anchor": str(demonstration.consortium_folder / "anchor.json"),
        "fingerprint": founding.fingerprint,
        "chain_id": founding.chain_id,
        "registry": "0x" + founding.registry.hex(),
        "deployed_at": height,
        "passphrase_file": str(demonstration.passphrase_file),
    }


def _lines(demonstration: Demonstration, told: dict[str, Any]) -> list[str]:
    homes = [
        f"  节点目录 home         {home}({HOMES[name]},{_ONE if HOMES[name] in told['one_person'] else _TWO})"
        for name, home in told["homes"].items()
    ]
    folder = shlex.quote(str(demonstration.folder))
    return [
        "演示联盟已运行,与正式登记无关 / the demonstration's consortium runs; no real registration",
        f"  信任锚 anchor        {told['anchor']}",
        f"  指纹 fingerprint     {told['fingerprint']}",
        f"  口令文件 passphrase  {told['passphrase_file']}",
        f"  登记合约 registry    {told['registry']}(高度 height {told['deployed_at']})",
        *(f"  验证节点 validator {number}  {url}" for number, url in enumerate(told["rpc_urls"], start=1)),
        *homes,
        "接着试 / try next:",
        f"  scripts/run --home {folder}/homes/zhejiang register FILE --period 2023",
        f"  scripts/network status {folder}",
        f"  scripts/network kill {folder} 2      杀掉一个,登记照常 / one less: registering goes on",
        f"  scripts/network start {folder}       再启动 / and back",
        f"  scripts/network stop {folder}        全部停止,可整目录删除 / stop all; delete the folder when you like",
    ]


def _note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
