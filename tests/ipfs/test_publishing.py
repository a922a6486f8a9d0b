"""Publishing from the command line: what partners may see goes into the private swarm, to them, and out again."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from blocks import pretender
from house import House
from network_parts.kubo import Kubo
from network_parts.swarm import Swarm, new_swarm_key

from node.cli.output import Output
from node.cli.publishing import take_out
from node.home import Home
from node.publishing.fetch import Wanted, fetch
from node.runtime import open_for_writing
from storage.cid import DAG_PB, RAW, Cid
from storage.errors import Damaged
from storage.journal import Journal
from storage.kubo import KuboApi
from storage.kubo_blocks import KuboBlocks

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
OPEN, PARTNERS = ("--access", "open"), ("--access", "consortium")


@pytest.fixture(scope="module")
def swarm(kubo_program: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Swarm]:  # noqa: ARG001
    swarm = Swarm.found(tmp_path_factory.mktemp("swarm") / "swarm", nodes=2)
    try:
        swarm.start()
        yield swarm
    finally:
        swarm.stop()


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield House(tmp_path_factory.mktemp("houses") / "shanxi")


@pytest.fixture
def house(founded: House, swarm: Swarm) -> House:
    """Province A, with the first kubo of the swarm."""
    founded.use(swarm.members[0])
    return founded


@pytest.fixture
def partner(founded: House, swarm: Swarm, tmp_path: Path) -> House:
    """Province B, with the second kubo. Its home is read only: a copy of the other's, with nothing registered by it."""
    partner = House.__new__(House)
    partner.folder, partner.home = tmp_path, tmp_path / "home"
    shutil.copytree(founded.home, partner.home)
    partner.use(swarm.members[1])
    return partner


def content(seed: str, size: int) -> bytes:
    return b"".join(hashlib.sha256(f"{seed}:{i}".encode()).digest() for i in range(-(-size // 32)))[:size]


def ask(kubo: Kubo, question: str, root: Cid) -> Any:
    async def asked() -> Any:
        async with KuboApi(kubo.url) as api:
            return await getattr(KuboBlocks(api), question)(root)

    return asyncio.run(asked())


def test_what_partners_may_see_travels_and_is_kept(house: House, partner: House, swarm: Swarm) -> None:
    first, second = swarm.members
    house.write("page.txt", "一页\n".encode())
    house.write("inner.txt", b"not for partners")
    house.write("shared.txt", b"for partners")
    for i in range(30):
        house.write(f"book/第{i:02d}页.txt", f"第 {i} 页".encode())
    house.write("book/scan.tif", content("scan", (3 << 20) + 5))
    page, page_root = house.register("page.txt")
    inner, inner_root = house.register("inner.txt", "--access", "closed")
    shared, shared_root = house.register("shared.txt", *PARTNERS)
    book, book_root = house.register("book")

    ran = house.well("storage", "publish", "--all")
    assert ran.summary == {"published": 3, "there": 0, "removed": 0, "refused": 0}
    assert {line["resource_id"] for line in ran.lines[:-1]} == {page, shared, book}
    assert house.well("storage", "publish", "--all").summary == {"published": 0, "there": 3, "removed": 0, "refused": 0}
    assert not ask(first, "has", inner_root)
    refused = house.run("storage", "publish", inner)
    assert (refused.code, "access level" in refused.errors[inner]["message"]) == (2, True)

    first.run("repo", "gc", "--quiet")
    assert [ask(first, "pin_of", root) for root in (page_root, shared_root, book_root)] == [page, shared, book]
    assert house.well("storage", "check", "--all").summary == {"good": 3}

    house.well("receipt", book, "-o", house.folder / "book.json")
    house.well("receipt", page, "-o", house.folder / "page.json")
    anchor = house.folder / "anchor.json"
    house.well("anchor", "export", "-o", anchor)
    assert not ask(second, "has", book_root)
    come = partner.well(
        "storage", "fetch", house.folder / "book.json", "--anchor", anchor, "-o", partner.folder / "out"
    )
    assert (come.lines[0]["answer"], come.lines[0]["files"]) == ("yes", 31)
    assert ask(second, "pin_of", book_root) == book
    for path in (house.folder / "book").iterdir():
        assert (partner.folder / "out" / "payload" / path.name).read_bytes() == path.read_bytes()
    verified = partner.well(
        "verify", partner.folder / "out" / "payload", partner.folder / "out" / "receipt.json", "--anchor", anchor
    )
    assert verified.lines[0]["answer"] == "yes"
    partner.well("storage", "fetch", house.folder / "page.json", "-o", partner.folder / "page")
    assert (partner.folder / "page" / "payload" / page).read_text() == "一页\n"
    assert partner.well("storage", "fetch", str(shared_root), "-o", partner.folder / "cid").lines[0]["answer"] is None
    assert (partner.folder / "cid" / "payload" / "fetched").read_bytes() == b"for partners"


def test_a_receipt_that_does_not_hold_leaves_nothing(
    house: House, partner: House, swarm: Swarm, tmp_path: Path
) -> None:
    house.write("claim.txt", b"claimed")
    number, root = house.register("claim.txt")
    house.well("storage", "publish", number)
    receipt = house.folder / "claim.json"
    house.well("receipt", number, "-o", receipt)
    of_another_chain = ROOT / "tests" / "vectors" / "receipts" / "anchors" / "anchored.json"
    second = swarm.members[1]
    for former in (None, "mine"):
        ran = partner.run("storage", "fetch", receipt, "--anchor", of_another_chain, "-o", tmp_path / "out")
        assert (ran.code, ran.errors[""]["code"]) == (1, "doubtful")
        assert not list(tmp_path.glob("out*"))
        assert ask(second, "pin_of", root) == former
        second.run("pin", "add", "--name", "mine", str(root))


def test_what_may_not_be_seen_any_more_leaves(house: House, swarm: Swarm) -> None:
    first = swarm.members[0]
    names = ("gone", "shut", "new", "twice", "again")
    for name in (*names, "old"):
        house.write(f"{name}.txt", b"the same" if name in ("twice", "again") else name.encode())
    lines = house.act("register", *(house.folder / f"{name}.txt" for name in names), *OPEN).lines
    roots = {name: (line["resource_id"], Cid.parse(line["cid"])) for name, line in zip(names, lines, strict=False)}
    house.register("old.txt", *OPEN, "--set", "rights_until=2020-12-31")
    before = house.well("storage", "publish", "--all")
    assert before.summary["published"] == 4  # `again` is there with `twice`, the licence of `old` has ended
    house.act("withdraw", roots["gone"][0], roots["twice"][0], "--reason", "rights disputed")
    house.act("amend", roots["shut"][0], "--access", "closed")
    house.write("new.txt", b"newer")
    house.act("supersede", roots["new"][0], house.folder / "new.txt")
    ran = house.well("storage", "publish", "--all")
    left = {line["resource_id"]: line["because"] for line in ran.lines[:-1] if line["state"] == "removed"}
    assert set(left) == {roots[name][0] for name in ("gone", "shut", "new")}
    assert "superseded" in left[roots["new"][0]]
    assert [ask(first, "has", roots[name][1]) for name in ("gone", "shut", "new", "twice")] == [False] * 3 + [True]
    assert ask(first, "pin_of", roots["again"][1]) == roots["again"][0]
    assert house.well("storage", "publish", "--all").summary["removed"] == 0


def test_what_lies_in_another_payload_stays_and_has_left_all_the_same(house: House, swarm: Swarm) -> None:
    first = swarm.members[0]
    house.write("leaf.txt", b"a page that is in a book, too")
    house.write("tome/leaf.txt", b"a page that is in a book, too")
    house.write("tome/other.txt", b"another")
    (leaf, root), _ = house.register("leaf.txt"), house.register("tome")
    house.well("storage", "publish", "--all")
    house.act("withdraw", leaf, "--reason", "rights disputed")
    assert house.well("storage", "publish", "--all").summary["removed"] == 1
    assert (ask(first, "has", root), ask(first, "pin_of", root), ask(first, "is_kept", root)) == (True, None, True)
    assert house.well("storage", "publish", "--all").summary["removed"] == 0

    house.write("cut.txt", b"cut off between unpinning and collecting")
    cut, cut_root = house.register("cut.txt")
    house.well("storage", "publish", cut)
    house.act("withdraw", cut, "--reason", "rights disputed")
    first.run("pin", "rm", str(cut_root))
    assert house.well("storage", "publish", "--all").summary["removed"] == 1
    assert not ask(first, "has", cut_root)


def test_what_is_purged_leaves_at_once(house: House, swarm: Swarm) -> None:
    house.write("burnt.txt", b"to be destroyed")
    number, root = house.register("burnt.txt")
    house.well("storage", "publish", number)
    house.act("withdraw", number, "--reason", "rights disputed")
    assert ask(swarm.members[0], "pin_of", root) == number
    said = io.StringIO()

    async def purged() -> None:
        passphrase = (house.folder / "passphrase").read_bytes().strip()
        async with open_for_writing(Home(house.home), passphrase, environment=os.environ) as node:
            output = Output(language="en", as_json=True, stdout=said, stderr=io.StringIO())
            await take_out(node, [number], output)
            assert output.exit_code == 0

    asyncio.run(purged())
    assert json.loads(said.getvalue())["state"] == "removed"
    assert not ask(swarm.members[0], "has", root)


def test_unit_lists_go_and_leave_with_the_strictest_resource_that_they_name(house: House, swarm: Swarm) -> None:
    first = swarm.members[0]
    for name in ("poems", "letters"):
        house.write(f"{name}.txt", name.encode())
    poems, letters = house.register("poems.txt")[0], house.register("letters.txt", *PARTNERS)[0]
    long = "x" * 400
    lists = {"alone": [(poems, "") for _ in range(3000)], "both": [(poems, long), (letters, "")]}
    for name, units in lists.items():
        lines = [
            {"unit_id": f"{name}{i}", "resource_id": number, "level": "页", "title": title or long}
            for i, (number, title) in enumerate(units)
        ]
        house.write(f"{name}.jsonl", "\n".join(map(json.dumps, lines)).encode())
        house.act("units", "register", house.folder / f"{name}.jsonl", "--period", "2023")
    journal = Journal.open(house.home / "journal.db", read_only=True)
    alone, both = ((batch.object_id, Cid.from_binary(batch.cid)) for batch in journal.units.naming(poems))
    assert [batch.object_id for batch in journal.units.naming(letters)] == [both[0]]
    journal.close()
    assert (alone[1].codec, both[1].codec) == (DAG_PB, RAW)

    def pins() -> list[str | None]:
        return [ask(first, "pin_of", alone[1]), ask(first, "pin_of", both[1])]

    ran = house.well("storage", "publish", letters)
    assert {line.get("unit_list", line.get("resource_id")) for line in ran.lines[:-1]} == {letters, both[0]}
    assert pins() == [None, both[0]]
    house.well("storage", "publish", "--all")
    first.run("repo", "gc", "--quiet")
    assert pins() == [alone[0], both[0]]
    read = {
        line.get("unit_list"): line["blocks"] for line in house.well("storage", "check", "--all").lines if "pin" in line
    }
    assert (read[both[0]], read[alone[0]]) == (1, 3)
    assert house.well("storage", "publish", poems).summary == {"published": 0, "there": 3, "removed": 0, "refused": 0}

    house.act("amend", letters, "--access", "closed")
    left = {line.get("unit_list"): line for line in house.run("storage", "publish", letters).lines}
    assert letters in left[both[0]]["because"]
    assert pins() == [alone[0], None]
    assert not ask(first, "has", both[1])
    house.act("amend", letters, "--access", "open")
    house.well("storage", "publish", letters)
    assert pins() == [alone[0], both[0]]
    house.act("withdraw", poems, "--reason", "rights disputed")
    house.well("storage", "publish", "--all")
    assert pins() == [None, None]
    assert not ask(first, "has", alone[1])


def test_a_payload_that_is_damaged_here_fails_alone_and_as_ours(house: House) -> None:
    large = content("harmed", (2 << 20) + 9)
    for name, data in (("harmed.bin", large), ("small.txt", b"harmed, too"), ("whole.txt", b"whole")):
        house.write(name, data)
    numbers = [house.register(name)[0] for name in ("harmed.bin", "small.txt", "whole.txt")]
    for name in ("harmed.bin", "small.txt"):
        [path] = (house.home / "storage").rglob(name)
        path.chmod(0o644)
        path.write_bytes(bytes(path.stat().st_size))
    ran = house.run("storage", "publish", *numbers)
    assert (ran.code, ran.summary) == (1, {"published": 1, "there": 0, "removed": 0, "refused": 2})
    for number, name in zip(numbers, ("harmed.bin", "small.txt"), strict=False):
        assert ran.errors[number]["code"] == "damaged"
        assert name in ran.errors[number]["file"]
        assert "kubo" not in ran.errors[number]["message"]
    ran = house.run("storage", "check", *numbers)
    assert (ran.code, ran.summary) == (1, {"good": 1})
    assert {ran.errors[number]["code"] for number in numbers[:2]} == {"doubtful"}  # they are not in kubo


def test_a_publisher_that_is_killed_goes_on(house: House, swarm: Swarm) -> None:
    first = swarm.members[0]
    house.write("long.bin", content("long", 40 << 20))
    number, root = house.register("long.bin")
    command = [sys.executable, "-m", "node.cli", "storage", "publish", number, "--home", str(house.home), "--json"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while not ask(first, "has", root) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    process.kill()
    said = process.communicate()[0]
    ran = house.well("storage", "publish", number)
    if number.encode() not in said:  # it was killed before it acknowledged
        assert ran.summary["published"] == 1
    assert ask(first, "pin_of", root) == number
    assert house.well("storage", "publish", number).summary["there"] == 1
    assert house.well("storage", "check", number).summary == {"good": 1}


def test_a_wrong_block_from_a_partner_is_not_taken(house: House, partner: House, swarm: Swarm) -> None:
    first, second = swarm.members
    house.write("rotten.bin", content("rotten", (2 << 20) + 1))
    number, root = house.register("rotten.bin")
    house.well("storage", "publish", number)
    leaf = hashlib.sha256(content("rotten", (2 << 20) + 1)[:1048576]).digest()
    name = base64.b32encode(b"\x12\x20" + leaf).decode().rstrip("=")
    [file] = (first.folder / "blocks").rglob(f"{name}.data")
    file.chmod(0o600)
    file.write_bytes(bytes(file.stat().st_size))
    checked = house.run("storage", "check", number)
    assert (checked.code, checked.errors[number]["code"]) == (1, "damaged")
    partner.use(second, "ipfs_silence = 2")
    ran = partner.run("storage", "fetch", str(root), "-o", partner.folder / "out")
    assert (ran.code, ran.errors[""]["code"]) == (3, "kubo-silent")
    assert not list(partner.folder.glob("out*"))
    assert ask(second, "pin_of", root) is None


def test_a_disk_that_is_full_here_leaves_nothing_of_what_was_fetched(
    house: House, partner: House, tmp_path: Path
) -> None:
    house.write("roomy/scan.tif", content("roomy", 3 << 20))
    number, root = house.register("roomy")
    house.well("storage", "publish", number)
    place = tmp_path / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "zhicang-test", str(place)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small file system cannot be mounted here")
    try:
        ran = partner.run("storage", "fetch", str(root), "-o", place / "out")
        assert (ran.code, ran.errors[""]["code"]) == (3, "disk-full")
        assert not list(place.iterdir())
    finally:
        subprocess.run(["umount", place], check=True)
    partner.well("storage", "fetch", str(root), "-o", tmp_path / "out")


def test_an_own_kubo_that_lies_is_found(tmp_path: Path) -> None:
    wanted = Cid(RAW, hashlib.sha256(b"wanted").digest())

    async def answer(request: web.Request) -> web.Response:
        pinned = {"Pins": [str(wanted)]}
        return web.json_response(pinned) if request.match_info["call"] == "pin/add" else web.Response(body=b"wantee")

    async def through() -> None:
        async with pretender(answer) as url, KuboApi(url) as api:
            await fetch(Wanted(wanted, "fetched", None), KuboBlocks(api), tmp_path / "out", patience=2)

    with pytest.raises(Damaged):
        asyncio.run(through())
    assert not list(tmp_path.iterdir())


def test_a_kubo_that_is_not_private_is_refused_until_the_commands_were_run(house: House, tmp_path: Path) -> None:
    kubo = Kubo.found(tmp_path / "kubo", swarm_key=None)
    # as a public node has it, but for the address: nothing is to be asked of the public network by a test
    bootstrap = "/ip4/127.0.0.1/tcp/9/p2p/QmNnooDu7bfjPFoTZYxMNLWUQJyrVwtbZg5gBMjTezGAJN"
    kubo.settle({"Bootstrap": [bootstrap], "Routing.Type": "auto", "Provide.Enabled": True})
    house.use(kubo)
    kubo.start()
    try:
        ran = house.run("storage", "check")
        assert (ran.code, ran.lines[0]["private"]) == (1, False)
        faults = {fault["field"]: fault["command"] for fault in ran.lines[0]["faults"]}
        assert {"Bootstrap", "Routing.Type", "Provide.Enabled", "swarm.key"} == set(faults)
        some_cid = "bafkreihmgfuc7xswdelzkl7xrj5ivxx72d7lynzn2juhdelmi3ddaoa3iu"
        for act in (("publish", "--all"), ("fetch", some_cid, "-o", tmp_path / "out")):
            refused = house.run("storage", *act)
            assert (refused.code, refused.errors[""]["code"]) == (3, "kubo-not-private")
            assert "ipfs bootstrap rm --all" in refused.errors[""]["mend"]
        for field, command in faults.items():
            if field != "swarm.key":
                kubo.run(*shlex.split(command)[1:])
        kubo.stop()
        (tmp_path / "swarm.key").write_text(new_swarm_key())
        subprocess.run(["sh", "-c", faults["swarm.key"]], cwd=tmp_path, env={"IPFS_PATH": str(kubo.folder)}, check=True)
        kubo.start()
        assert house.well("storage", "check").lines[0] == {"kubo": kubo.url, "private": True, "faults": []}
    finally:
        kubo.stop()


def test_a_kubo_that_wants_a_token_gets_it_from_its_file(house: House, tmp_path: Path) -> None:
    kubo = Kubo.found(tmp_path / "kubo", swarm_key=new_swarm_key())
    kubo.settle({
        "API.Authorizations": {"node": {"AuthSecret": "bearer:right-one", "AllowedPaths": ["/api/v0"]}},
        "Addresses.API": f"/ip4/0.0.0.0/tcp/{kubo.api_port}",
    })  # fmt: skip
    kubo.start()
    try:
        token = house.home / "kubo-token"
        for word, code in (("right-one", 0), ("wrong-one", 3)):
            token.write_text(word + "\n")
            house.use(kubo, 'ipfs_token_file = "kubo-token"')
            ran = house.run("storage", "check")
            assert ran.code == code, ran.lines
        assert ran.errors[""]["code"] == "kubo-token"
        assert "wrong-one" not in str(ran.lines)
        house.use(kubo)
        assert house.run("storage", "check").errors[""]["code"] == "kubo-token"
        token.unlink()
        house.use(kubo, 'ipfs_token_file = "kubo-token"')
        assert house.run("storage", "check").code == 3
    finally:
        kubo.stop()


def test_without_a_kubo_in_the_settings_nothing_is_asked(house: House) -> None:
    (house.home / "zhicang.toml").write_text("")
    ran = house.run("storage", "check")
    assert (ran.code, ran.errors[""]["field"]) == (2, "ipfs_api")
    assert house.run("storage", "publish").code == 2
