"""A new home on a network: it works like any home, and nothing is made where the network is another one."""

from __future__ import annotations

import json
import signal
import subprocess
import urllib.request
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from joining_desk import Desk

YEAR = ("--period", "2023")


def test_a_joined_home_registers_proves_verifies_and_audits(desk: Desk) -> None:
    joined = desk.well("home", *desk.joins("14000001"), "--json").lines[0]
    assert joined["institution"] == "14000001"
    identity = json.loads((desk.folder / "home" / "home.json").read_bytes())
    assert (identity["chain"], identity["validator"], identity["name"]) == ("network", "", "某图书馆")
    registered = desk.well("home", "register", "one.txt", *YEAR, "--json").lines[0]
    assert registered["status"] == "registered"
    desk.well("home", "receipt", registered["resource_id"], "-o", "one.receipt.json")
    verdict = desk.well(
        "nowhere", "verify", "one.txt", "one.receipt.json", "--anchor", desk.network / "anchor.json", "--fingerprint",
        joined["fingerprint"], "--json",
    ).lines[0]  # fmt: skip
    assert verdict["answer"] == "yes"
    again = desk.well("home", "register", "one.txt", *YEAR, "--json").lines
    assert again[-1]["summary"] == {"registered": 0, "known": 1, "refused": 0}


def test_a_joined_home_is_served(desk: Desk) -> None:
    desk.well("home", *desk.joins("33000001"))
    process = subprocess.Popen(
        desk.command("home", "serve", "--port", "0", "--json"), cwd="/", env=desk.environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        where = json.loads(process.stdout.readline())
        with urllib.request.urlopen(where["health"], timeout=60) as answer:
            health = json.load(answer)
        assert (health["status"], health["chain"], health["institution"]) == ("ok", "network", "33000001")
        assert health["height"] == 1
        assert desk.well("home", "register", "two.txt", *YEAR, "--json").lines[0]["status"] == "registered"
        process.send_signal(signal.SIGTERM)
        _, trouble = process.communicate(timeout=120)
        assert (process.returncode, "Traceback" in trouble) == (0, False), trouble
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(
    ("spoil", "code", "word"),
    [
        ({"genesis_hash": "0x" + "11" * 32}, 3, "genesis"),
        ({"chain_id": 7}, 3, "chain id"),
        ({"registry_code_hash": "0x" + "22" * 32}, 3, "code"),
        ({"validators": ["0x" + "33" * 20]}, 3, "head"),
    ],
)
def test_a_network_that_is_not_the_anchors_is_refused_and_nothing_is_made(
    desk: Desk, spoil: dict[str, object], code: int, word: str
) -> None:
    from node.records import canonical

    anchor = canonical.decode((desk.network / "anchor.json").read_bytes())
    anchor["founding"] |= spoil
    (desk.network / "anchor.json").write_bytes(canonical.encode(anchor))
    ran = desk.run("home", *desk.joins("14000001"))
    assert ran.code == code, ran.out + ran.err
    assert word in ran.err
    assert not (desk.folder / "home").exists()
    assert not list(desk.folder.glob(".home.*"))


def test_what_does_not_fit_is_refused_by_name(desk: Desk) -> None:
    join = desk.joins("14000001")
    for more, code, word in (
        (("--fingerprint", "00" * 32), 1, "fingerprint"), (("--code", "33000001"), 2, "14000001"),
        (("--name", "别馆"), 2, "某图书馆"), (("--rpc", "ftp://host"), 2, "rpc"),
        (("--keystores", "state"), 2, "keystore"),
    ):  # fmt: skip
        ran = desk.run("home", *join, *more)
        assert (ran.code, word in ran.err) == (code, True), ran.err
    nobody = desk.run("home", "join", "--rpc", "http://127.0.0.1:1", "--anchor", join[4], "--keystores", join[6])
    assert nobody.code == 3, nobody.err
    assert not (desk.folder / "home").exists()


def test_a_home_with_new_keys_is_made_and_waits_for_the_governors(desk: Desk) -> None:
    profile = ("--code", "51000001", "--name", "四川馆", "--credit-code", "12510000DEM0000014", "--region", "510000")
    words = ("join", "--rpc", desk.url, "--anchor", desk.network / "anchor.json")
    assert desk.run("home", *words).code == 2
    joined = desk.well("home", *words, *profile, "--json").lines[0]
    assert list(joined["addresses"]) == ["registrar"]
    assert (desk.folder / "home" / "key-recovery-sheet.txt").stat().st_mode & 0o777 == 0o600
    # an institution that the registry does not know has no policy of one person: what it stores stops at review
    ran = desk.well("home", "register", "one.txt", *YEAR, "--json")
    assert ran.lines[0]["status"] == "review"
    assert desk.well("home", "audit").code == 0
    admission = (*profile[2:], "--registrar", joined["addresses"]["registrar"], "--one-person")
    desk.well("home", "govern", "admit", "51000001", *admission, "--keystore", desk.network / "governor.json")
    # only the digest of its profile stands on chain; the home itself knows what it is called
    assert desk.well("home", "anchor", "update", "--json").lines[0]["changes"] == 1
    assert desk.well("home", "register", "two.txt", *YEAR, "--json").lines[0]["status"] == "registered"
    assert desk.well("home", "audit").code == 0
