"""`show`, `list`, `export`, `storage reindex`, `audit` and `serve`: what a home gives back."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Desk, Library

SERVE_PATIENCE = 30


def test_a_resource_is_shown_by_number_digest_cid_and_transaction(library: Library) -> None:
    file = library.registered.results[0]
    by_number = library.desk.well("show", library.number, "--json").results
    assert by_number[0]["resource_id"] == library.number
    assert [event["event"] for event in by_number[0]["events"]] == ["stored", "sent", "registered"]
    assert by_number[0]["metadata"]["title"] == "单页.txt"
    for name in (file["sha256"], file["sha256"].upper(), file["cid"], library.number.lower()):
        assert library.desk.well("show", name, "--json").results == by_number
    of_transaction = library.desk.well("show", file["tx_hash"], "--json")
    assert [value["resource_id"] for value in of_transaction.results] == [library.number, library.tree]
    assert of_transaction.summary == {"found": 2}


def test_a_person_sees_the_history_in_both_languages(library: Library) -> None:
    chinese = library.desk.well("show", library.tree).out
    for word in ("《书》", "3 个文件", "知识单元 3 条", "最终确认", "区块高度", "UTC", "不公开"):
        assert word in chinese
    english = library.desk.well("show", library.tree, "--lang", "en").out
    for word in ("3 file(s)", "3 knowledge units", "registered (final)", "height", "closed"):
        assert word in english


def test_what_is_not_there_is_said_with_what_can_be_asked_for(library: Library) -> None:
    for name in ("14000001-2023-00000001-*", "f" * 64, "0x" + "f" * 64, "bafkreinothing", "拼错", "", "-"):
        ran = library.desk.run("show", name, "--json")
        assert ran.code == 2, name
        assert ran.errors[0]["message"]
    assert "0x" in library.desk.run("show", "f" * 64, "--json", "--lang", "en").errors[0]["mend"]


def test_a_list_is_read_page_by_page(desk: Desk) -> None:
    for n in range(5):
        desk.write(f"册/{n}.txt", str(n))
    desk.well("register", "--each", "册", "--period", "2023")
    whole = desk.listed()
    assert [resource["title"] for resource in whole] == [f"{n}.txt" for n in range(5)]
    pages, after = [], ""
    while True:
        page = desk.well("list", "--limit", "2", "--after", after, "--json")
        pages += page.results
        assert page.summary["total"] == 5
        assert page.summary["shown"] == len(page.results)
        if not (after := page.summary["next_after"] or ""):
            break
    assert pages == whole
    chinese = desk.well("list", "--limit", "2").out
    assert f"--after {whole[1]['resource_id']}" in chinese
    assert "共 5 件" in chinese
    assert "next page:" in desk.well("list", "--limit", "2", "--lang", "en").out
    exact = desk.well("list", "--limit", "5", "--json")
    assert exact.summary["next_after"] is None


def test_what_is_exported_is_what_was_registered(library: Library, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ran = library.desk.well("export", library.tree, out, "--json")
    assert ran.summary == {"exported": 3}
    for path in library.folder.rglob("*"):
        if path.is_file():
            copies = [copy for copy in out.rglob(path.name) if copy.is_file()]
            assert [copy.read_bytes() for copy in copies] == [path.read_bytes()]
    manifest = "".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(library.folder).as_posix()}\n"
        for path in sorted(library.folder.rglob("*"), key=lambda p: p.relative_to(library.folder).as_posix().encode())
        if path.is_file()
    )
    assert hashlib.sha256(manifest.encode()).hexdigest() == library.registered.results[1]["sha256"]
    folder = next(copy for copy in out.rglob("一.txt")).parent
    checked = subprocess.run(["sha256sum", "-c", "-"], input=manifest.encode(), cwd=folder, check=False)
    assert checked.returncode == 0
    again = library.desk.run("export", library.tree, out, "--json")
    assert again.code == 2
    assert again.errors[0]["file"]
    one = library.desk.well("export", library.number, tmp_path / "one", "--lang", "en")
    assert "1 file(s)" in one.out


def test_a_file_where_the_export_should_go_is_refused(library: Library) -> None:
    before = library.desk.passphrase.read_bytes()
    ran = library.desk.run("export", library.number, "passphrase")
    assert ran.code in (2, 3)
    assert "passphrase" in ran.err
    assert library.desk.passphrase.read_bytes() == before


@pytest.fixture(name="stocked")
def desk_with_a_resource(desk: Desk) -> Desk:
    desk.write("书/一", "1")
    desk.write("书/二", "2")
    desk.well("register", "书", "--period", "2023")
    return desk


def test_a_lost_index_is_rebuilt_from_the_storage_root(stocked: Desk) -> None:
    desk = stocked
    number = desk.listed()[0]["resource_id"]
    (desk.home / "blocks.db").unlink()
    lost = desk.run("export", number, "out1")
    assert lost.code in (1, 3), lost.said
    assert "zhicang storage reindex" in lost.err
    ran = desk.well("storage", "reindex", "--json")
    assert ran.summary["objects"] >= 1
    assert ran.summary["blocks"] >= 3
    desk.well("export", number, "out2")
    desk.nothing_half_done()
    assert "index rebuilt" in desk.well("storage", "reindex", "--lang", "en").out
    assert "索引已重建" in desk.well("storage", "reindex").out


def test_a_clean_home_has_no_finding_and_a_changed_byte_is_one(stocked: Desk) -> None:
    desk = stocked
    clean = desk.well("audit", "--json")
    assert clean.summary == {"resources": 1, "findings": 0}
    assert "一致" in desk.well("audit").out
    payload = next(path for path in (desk.home / "storage").rglob("一") if path.is_file())
    payload.chmod(0o644)
    payload.write_bytes(b"9")
    ran = desk.run("audit", "--json")
    assert ran.code == 1
    assert ran.summary["findings"] == len(ran.results) >= 1
    assert all(finding["expected"] != finding["found"] for finding in ran.results)
    assert "应为" in desk.run("audit").out
    assert "expected" in desk.run("audit", "--lang", "en").out


@pytest.fixture(name="served")
def running_node(stocked: Desk) -> Iterator[tuple[Desk, subprocess.Popen[bytes], dict[str, Any]]]:
    process = subprocess.Popen(
        stocked.command("serve", "--port", "0", "--json"), cwd=stocked.folder, env=stocked.environment(),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        yield stocked, process, json.loads(process.stdout.readline())
    finally:
        process.kill()
        process.communicate()


def ask(url: str, body: object) -> Any:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers={"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=SERVE_PATIENCE) as answer:
        return json.load(answer)


def call(url: str, method: str, *parameters: object) -> Any:
    return ask(url, {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(parameters)})


def test_a_served_node_answers_and_stops_cleanly(served: tuple[Desk, subprocess.Popen[bytes], dict[str, Any]]) -> None:
    desk, process, where = served
    assert where["pid"] == process.pid
    height = int(call(where["rpc"], "eth_blockNumber")["result"], 16)
    assert height >= 2
    chain_id = json.loads((desk.home / "home.json").read_bytes())["chain_id"]
    assert int(call(where["rpc"], "eth_chainId")["result"], 16) == chain_id
    assert call(where["rpc"], "eth_noSuchThing")["error"]["code"] == -32601
    logs = call(where["rpc"], "eth_getLogs", {"fromBlock": "0x0", "toBlock": "latest"})["result"]
    registered = desk.well("show", desk.listed()[0]["resource_id"], "--json").results[0]["events"][-1]
    assert registered["tx_hash"] in {log["transactionHash"] for log in logs}
    with urllib.request.urlopen(where["health"], timeout=SERVE_PATIENCE) as health:
        assert health.status == 200
        json.load(health)
    with pytest.raises(urllib.error.HTTPError) as nowhere:
        urllib.request.urlopen(where["health"] + "/nowhere", timeout=SERVE_PATIENCE)
    nowhere.value.close()
    assert nowhere.value.code == 404
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=SERVE_PATIENCE)
    assert process.returncode == 0
    assert json.loads(out.splitlines()[-1]) == {"summary": {"stopped": True}}
    assert b"Traceback" not in err
    desk.nothing_half_done()


def test_beside_a_served_node_reading_works_and_a_second_owner_ends_at_once(
    served: tuple[Desk, subprocess.Popen[bytes], dict[str, Any]],
) -> None:
    desk, process, _ = served
    number = desk.listed()[0]["resource_id"]
    for arguments in (("storage", "reindex"), ("serve", "--port", "0")):
        ran = desk.run(*arguments, "--json")
        assert ran.code == 3, arguments
        assert str(process.pid) in ran.errors[0]["message"]
        assert ran.errors[0]["mend"]
    assert "owns" in desk.run("storage", "reindex", "--lang", "en").err
    for arguments in (
        ("show", number), ("list",), ("receipt", number, "-o", "r"), ("anchor", "export", "-o", "a"), ("audit",),
        ("export", number, "out"),
    ):  # fmt: skip
        desk.well(*arguments)
    desk.well("verify", "书", "r", "--anchor", "a")


def test_a_port_that_is_taken_is_not_available(
    served: tuple[Desk, subprocess.Popen[bytes], dict[str, Any]], founded: Desk
) -> None:
    port = served[2]["rpc"].rsplit(":", 1)[1]
    ran = founded.run("serve", "--port", port)
    assert ran.code == 3, ran.said
    assert port in ran.err


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("name", "mend"),
    [("journal.db", "zhicang restore"), ("blocks.db", "storage reindex"), ("chain.db", "zhicang restore")],
)
def test_a_damaged_database_exits_3_by_name(desk: Desk, name: str, mend: str, language: str) -> None:
    place = next(desk.home.rglob(name))
    place.write_bytes(b"\xa5" * 5000 + place.read_bytes()[5000:])
    for side in ("-wal", "-shm"):
        place.with_name(name + side).unlink(missing_ok=True)
    register = ("register", str(desk.write("甲.txt", "甲")))
    for command in [register] if name == "chain.db" else [("list",), ("audit",), register]:
        ran = desk.run(*command, "--lang", language)
        assert ran.code == 3, ran.said
        assert name in ran.err
        assert mend in ran.err
