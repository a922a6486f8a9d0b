"""`zhicang network found`: every file of a founding, what fits what, and what is left when it fails."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from command_line import Ran, zhicang

import contracts.artefact
import contracts.deploy
from node.consortium.deployment import Deployment
from node.keys import load_key
from node.receipts.anchor import TrustAnchor
from node.receipts.transaction import decode_transaction

README = Path(__file__).parents[2] / "node" / "consortium" / "README.md"
PASSPHRASE = b"a long passphrase"


def agreement() -> str:
    match = re.search(r"```yaml\n(.*?)```", README.read_text(), re.DOTALL)
    assert match
    return match[1]


def found(folder: Path, text: str, *more: str | Path) -> Ran:
    (folder / "c.yaml").write_text(text)
    (folder / "passphrase").write_bytes(PASSPHRASE + b"\n")
    command = ("network", "found", folder / "c.yaml", "-o", folder / "made", "--passphrase-file", folder / "passphrase")
    return zhicang(*command, *more)


@pytest.fixture(name="made", scope="module")
def founded_from_the_example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("founding")
    ran = found(folder, agreement())
    assert ran.code == 0, ran
    anchor = TrustAnchor.from_json_bytes((folder / "made" / "anchor.json").read_bytes())
    assert ran.lines[0]["fingerprint"] == anchor.fingerprint
    assert ran.lines[-1] == {"summary": {"founded": 1}}
    return folder / "made"


def test_every_part_of_a_founding_is_there_and_nothing_else(made: Path) -> None:
    files = {str(path.relative_to(made)): path.stat().st_mode & 0o777 for path in made.rglob("*") if path.is_file()}
    secret = {
        "institutions/11000001/nodekey", "institutions/11000001/keystores/reviewer.json",
        "institutions/11000001/keystores/auditor.json", "institutions/11000001/keystores/governor.json",
        "institutions/14000001/nodekey", "institutions/14000001/keystores/registrar.json",
        "institutions/14000001/keystores/governor.json",
    }  # fmt: skip
    public = {
        "CONSORTIUM.yaml", "GUIDE.md", "anchor.json", "deployment.json", "genesis-besu.json", "genesis-goquorum.json",
        "static-nodes.json",
    }  # fmt: skip
    assert set(files) == secret | public
    assert {files[name] for name in secret} == {0o600}
    assert [entry.name for entry in made.parent.iterdir() if entry.name.startswith(".")] == []
    assert made.stat().st_mode & 0o777 == 0o700


def test_the_keys_that_were_made_are_those_of_the_anchor(made: Path) -> None:
    founding = TrustAnchor.from_json_bytes((made / "anchor.json").read_bytes()).founding
    first, second = founding.institutions
    of = {
        role: load_key(made / "institutions" / role, PASSPHRASE).public_key.to_canonical_address()
        for role in ("11000001/keystores/reviewer.json", "14000001/keystores/registrar.json",
                     "11000001/keystores/governor.json", "14000001/keystores/governor.json")
    }  # fmt: skip
    assert first.registrars == (bytes.fromhex(20 * "11"),)
    assert first.reviewers == (of["11000001/keystores/reviewer.json"],)
    assert second.registrars == (of["14000001/keystores/registrar.json"],)
    assert (first.one_person, second.one_person) == (False, True)
    governors = sorted(address for name, address in of.items() if name.endswith("governor.json"))
    assert list(founding.governors) == governors


def test_the_deployment_is_the_founding_part_of_the_anchor(made: Path) -> None:
    founding = TrustAnchor.from_json_bytes((made / "anchor.json").read_bytes()).founding
    deployment = Deployment.read(made / "deployment.json")
    transaction = decode_transaction(deployment.transaction)
    assert (transaction.nonce, transaction.gas_price, transaction.to) == (0, 0, b"")
    assert transaction.chain_id == founding.chain_id
    assert contracts.deploy.registry_address(transaction.sender(), 0) == founding.registry == deployment.registry
    created = contracts.deploy.decode_creation(transaction.calldata)
    assert (created.governors, created.threshold) == (founding.governors, founding.threshold)
    assert [
        (one.institution.decode(), one.profile_digest, one.one_person, one.registrars, one.reviewers, one.auditors)
        for one in created.admissions
    ] == [
        (one.code, one.profile.digest, one.one_person, one.registrars, one.reviewers, one.auditors)
        for one in founding.institutions
    ]
    assert contracts.artefact.load().code_hash == founding.registry_code_hash


def test_both_genesis_files_are_of_one_header(made: Path) -> None:
    besu, quorum = (json.loads((made / f"genesis-{engine}.json").read_text()) for engine in ("besu", "goquorum"))
    assert besu.pop("config")["qbft"] == {"blockperiodseconds": 1, "epochlength": 30000, "requesttimeoutseconds": 4}
    assert quorum.pop("config")["isQuorum"] is True
    assert besu == quorum
    enodes = json.loads((made / "static-nodes.json").read_text())
    assert [re.sub("[0-9a-f]{128}", "KEY", enode) for enode in enodes] == [
        "enode://KEY@10.11.0.5:30303", "enode://KEY@10.14.0.5:30303",
    ]  # fmt: skip


def test_the_guide_names_what_was_founded_and_that_besu_was_not_run(made: Path) -> None:
    guide = (made / "GUIDE.md").read_text()
    founding = TrustAnchor.from_json_bytes((made / "anchor.json").read_bytes()).founding
    hashes = (founding.fingerprint, founding.genesis_hash.hex(), founding.registry.hex())
    assert all(named in guide for named in (*hashes, "never ran Besu", "没有运行过 Besu"))
    assert "${" not in guide


def test_nothing_is_overwritten_and_a_failure_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "mine").touch()
    ran = found(tmp_path, agreement())
    assert (ran.code, ran.error["code"]) == (2, "bad-input")
    assert [entry.name for entry in (tmp_path / "made").iterdir()] == ["mine"]
    refused = found(tmp_path, agreement().replace("threshold: 2", "threshold: 9"))
    assert (refused.code, refused.error["field"], refused.error["row"]) == (2, "threshold", 4)
    assert {entry.name for entry in tmp_path.iterdir()} == {"made", "c.yaml", "passphrase"}


def test_nobody_is_asked_for_a_passphrase_where_no_signing_key_is_made(tmp_path: Path) -> None:
    text = agreement()
    place = 0
    while "make one" in text.split("validators:", maxsplit=1)[0]:
        place += 1
        text = text.replace("make one", f"'0x{place:040x}'", 1)
    (tmp_path / "c.yaml").write_text(text)
    ran = zhicang("network", "found", tmp_path / "c.yaml", "-o", tmp_path / "made")
    assert ran.code == 0, ran
    kept = [str(path.relative_to(tmp_path / "made")) for path in (tmp_path / "made" / "institutions").rglob("*.json")]
    assert kept == []


def test_what_is_easily_meant_otherwise_is_said(tmp_path: Path) -> None:
    said = found(tmp_path, agreement()).said
    assert "fewer than four validators" in said
    assert "one lost key" in said


def test_too_many_parties_for_one_transaction_are_refused(tmp_path: Path) -> None:
    head, tail = agreement().split("governors:")
    many = [f"0x{number:040x}" for number in range(1, 1500)]
    ran = found(tmp_path, head.replace("registrars: [make one]", f"registrars: {many}") + "governors:" + tail)
    assert (ran.code, ran.error["field"]) == (2, "institutions")
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("act", ["found", "deploy"])
def test_a_missing_option_is_named(tmp_path: Path, act: str) -> None:
    (tmp_path / "c.yaml").write_text(agreement())
    ran = zhicang("network", act, tmp_path / "c.yaml")
    assert ran.code == 2
    assert {"found": "-o", "deploy": "--rpc"}[act] in ran.error["message"]
