"""zhicang demo: a made-up collection through the whole process, in a home of its own."""

from __future__ import annotations

import asyncio
import os
import shlex
import time
from pathlib import Path
from typing import TYPE_CHECKING

from node.building import sweep_unfinished
from node.cli.acting import perform
from node.cli.parser import chooser
from node.demo.collection import Collection, generate
from node.demo.tour import Tour
from node.errors import BadInput, Words
from node.founding import PURPOSE, Institution, found
from node.home import Home
from node.version import VERSION
from storage.durable import write_durably

if TYPE_CHECKING:
    import argparse

    from node.cli.output import Output
    from node.runtime import Writing

DEMO_CHAIN_ID = 2_023_000_009
"""The chain id of every demonstration; a home in earnest draws its own below it."""
DEMO_PASSPHRASE = b"demonstration, no secret"
DEMO_INSTITUTION = Institution(
    code="DEMO0001", name="演示图书馆", credit_code="12140000DEM000001M", region="140000"
)


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare no options of its own."""
    parser.description = chooser(language)("生成虚构样例,走完登记、上链、取证、离线核验全过程", "a made-up collection, registered, proven and verified offline")


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Go through the five steps; a repetition continues."""
    home = Home((arguments.home or Path("demo-home")).absolute())
    _banner(home, output)
    identity_file = home.identity_file
    if identity_file.exists() and not home.identity().demonstration:
        mend = Words("换一个 --home", "name another --home")
        raise BadInput(f"{home.path} 是正式节点,演示不会碰它", f"{home.path} is a home in earnest: the demonstration leaves it alone", mend=mend)
    _prepare(home, output)
    collection = _collection(home, output)
    arguments.home, arguments.passphrase_file = home.path, home.path / "demo-passphrase"
    perform(arguments, output, act)
    tour = Tour(home=home, collection=collection)
    tour.verify(output)
    _next_steps(home, tour, output)


async def act(node: Writing, arguments: argparse.Namespace, output: Output) -> None:
    """Register the made-up collection."""
    home = Home(arguments.home)
    await Tour(home=home, collection=generate(home.path / "collection")).register(node, output)


def _banner(home: Home, output: Output) -> None:
    place = _short(home.path)
    output.say(
        f"知仓 {VERSION} · 演示模式:只写 {place},自建本机链,与正式登记无关,可整目录删除",
        f"Zhicang {VERSION} · demonstration: writes {place} alone, a chain of its own, no real registration, delete it when you like",
    )


def _prepare(home: Home, output: Output) -> None:
    setup = os.environ.get("ZHICANG_SETUP_SECONDS", "")
    begun = time.monotonic()
    new = not home.identity_file.exists()
    if new:
        sweep_unfinished(home.path, PURPOSE)
        asyncio.run(
            found(
                home.path,
                DEMO_INSTITUTION,
                passphrase=DEMO_PASSPHRASE,
                chain_id=DEMO_CHAIN_ID,
                clock=time.time,
                random_bytes=os.urandom,
                demonstration=True,
            )
        )
    write_durably(home.path / "demo-passphrase", DEMO_PASSPHRASE + b"\n")
    if new:
        seconds = round(int(setup or 0) + time.monotonic() - begun)
        output.say(f"[1/5] 准备环境 …… 完成(仅首次,{seconds} 秒)", f"[1/5] set-up … done (only the first time, {seconds} s)")
        return
    output.say("[1/5] 准备环境 …… 已就绪(接着上次)", "[1/5] set-up … ready (continuing)")


def _collection(home: Home, output: Output) -> Collection:
    collection = generate(home.path / "collection")
    pages, texts, units = len(collection.pages), len(collection.texts), collection.units
    output.say(
        f"[2/5] 生成样例《晋绥文献(虚构)》:页图 {pages} 张、OCR 文本 {texts} 个、录音 1 段、知识单元 {units} 条",
        f"[2/5] sample collection “Jin-Sui documents (made up)”: {pages} page images, {texts} OCR texts, 1 recording, {units} knowledge units",
    )
    return collection


def _next_steps(home: Home, tour: Tour, output: Output) -> None:
    place = _short(home.path)
    payload = _short(tour.payload_folder())
    number = tour.pages_number
    output.say(
        "能证明:凭证签封后内容未变。不能证明:版权归属;也防不住本机链持钥人重写,须接入联盟链",
        "Proven: the content is unchanged since the receipt was sealed. Not proven: who owns it; and the key holder of this one-party chain could rewrite it, which only a consortium prevents",
    )
    output.say("接着试:", "Try next:")
    check = f"cd {shlex.quote(str(payload))} && sha256sum -c ../manifest-sha256.txt"
    output.say(f"  {check}", f"  {check}")
    output.say("      不用本软件也能核对", "      checks the files without this software")
    show = f"./scripts/run --home {shlex.quote(str(place))} show {number}"
    output.say(f"  {show}   看一件资源的全部经过", f"  {show}   the whole history of one resource")
    output.say("  ./scripts/run init --help   正式建库", "  ./scripts/run init --help   a home in earnest")


def _short(path: Path) -> Path:
    """Give a path relative to the working folder where it lies below it."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
