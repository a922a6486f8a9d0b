"""Whatever is changed in a home, the self-check names it; a home that nobody touched has no finding."""

from __future__ import annotations

import re
import sqlite3
from typing import TYPE_CHECKING

import pytest

from node.auditor.audit import audit
from node.chain.embedded import EmbeddedChain
from node.errors import Doubtful
from node.history import describe
from node.listing.formats import list_in
from node.runtime import open_for_reading

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from node.auditor.finding import Finding
    from node.home import Home

FILE, TREE = "14000001-2023-00000001-", "14000001-2023-00000002-"


async def findings(home: Home) -> list[Finding]:
    with open_for_reading(home) as node:
        found = [finding async for finding in audit(node, step=lambda: None)]
    for finding in found:
        assert_both_languages(finding)
    return found


def assert_both_languages(finding: Finding) -> None:
    """No sentence of English in Chinese output, no Chinese in English; digests and names of fields have no language."""
    zh, en = finding.to_json("zh"), finding.to_json("en")
    for part in ("name", "expected", "found", "consequence", "mend"):
        assert not re.search("[\u4e00-\u9fff]", en[part] or ""), en
        words = re.search(r"\b[a-z]{2,} [a-z]{2,}\b", (zh[part] or "").replace("zhicang storage reindex", ""))
        assert words is None or re.search("[\u4e00-\u9fff]", zh[part]), zh


def names(found: list[Finding]) -> set[tuple[str, str]]:
    return {(finding.check, finding.id) for finding in found}


def object_folder(home: Home, prefix: str) -> Path:
    return next(path for path in home.storage.rglob(f"{prefix}*") if path.is_dir())


def execute(path: Path, sql: str, *values: object) -> None:
    connection = sqlite3.connect(path)
    assert connection.execute(sql, values).rowcount > 0
    connection.commit()
    connection.close()


async def test_a_home_that_nobody_touched_has_no_finding(home: Home) -> None:
    assert await findings(home) == []


async def test_a_payload_byte(home: Home, change: Callable[[Path, int], None]) -> None:
    change(object_folder(home, TREE) / "v1/content/payload/p2.tif", 2_000_000)
    [found] = await findings(home)
    assert (found.check, found.id.startswith(TREE)) == ("payload", True)
    assert found.id.endswith("v1/content/payload/p2.tif")
    assert found.consequence is not None
    assert "CID" in found.consequence.en


async def test_a_missing_file(home: Home) -> None:
    (object_folder(home, TREE) / "v1/content/payload/p1.tif").unlink()
    found = await findings(home)
    [missing] = [f.to_json("en")["found"] for f in found if f.check == "payload" and f.id.endswith("p1.tif")]
    assert "missing" in missing


async def test_a_missing_object(home: Home) -> None:
    folder = object_folder(home, FILE)
    folder.rename(home.path / "elsewhere")
    assert any(f.check == "payload" and f.id.startswith(FILE) for f in await findings(home))


@pytest.mark.parametrize("name", ["inventory.json", "inventory.json.sha256", "v1/inventory.json"])
async def test_an_inventory(home: Home, change: Callable[[Path, int], None], name: str) -> None:
    change(object_folder(home, FILE) / name, 30)
    assert any(f.check == "payload" and f.id.startswith(FILE) and "inventory" in f.id for f in await findings(home))


@pytest.mark.parametrize("name", ["metadata.json", "manifest-sha256.txt"])
async def test_what_lies_beside_the_payload(home: Home, change: Callable[[Path, int], None], name: str) -> None:
    change(object_folder(home, TREE) / "v1/content" / name, 5)
    assert any(f.id.endswith(name) for f in await findings(home))


async def test_a_surplus_file(home: Home) -> None:
    (object_folder(home, TREE) / "v1/content/payload/p3.tif").write_bytes(b"3")
    assert any(f.check == "payload" and f.id.endswith("p3.tif") for f in await findings(home))


async def test_an_object_that_the_journal_does_not_know(home: Home) -> None:
    with open_for_reading(home) as node:
        staged = node.root.stage(home.identity_file)
        node.root.place(staged, "14000001-2023-00000099-X", metadata=b"{}")
    assert ("payload", "14000001-2023-00000099-X") in names(await findings(home))


@pytest.mark.parametrize("statement", ["DELETE FROM {table} WHERE rowid = 1", "UPDATE {table} SET {column} = {wrong}"])
async def test_a_row_of_the_block_index(home: Home, statement: str) -> None:
    connection = sqlite3.connect(home.blocks)
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    leaf = next(table for table in tables if table.startswith("lea"))
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({leaf})")]
    wrong = {"table": leaf, "column": "digest" if "digest" in columns else columns[0], "wrong": f"x'{'ab' * 32}'"}
    without_rowid = "WITHOUT ROWID" in str(
        connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", (leaf,)).fetchone()[0]
    )
    connection.close()
    if without_rowid:
        statement = statement.replace("WHERE rowid = 1", f"WHERE {columns[0]} = (SELECT min({columns[0]}) FROM {leaf})")
    execute(home.blocks, statement.format(**wrong))
    assert "index" in {finding.check for finding in await findings(home)}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("content_digest", bytes(32)),
        ("cid", b"\x01\x55\x12\x20" + bytes(32)),
        ("metadata_digest", bytes(32)),
        ("kind", 2),
        ("period", 1999),
    ],
)
async def test_a_row_of_the_journal(home: Home, column: str, value: object) -> None:
    execute(home.journal, f"UPDATE version SET {column} = ? WHERE number LIKE '{FILE}%'", value)
    found = await findings(home)
    assert any(f.id.startswith(FILE) for f in found)
    assert all(f.id.startswith(FILE) for f in found)


async def test_a_journal_row_that_is_gone(home: Home) -> None:
    execute(home.journal, f"DELETE FROM resource WHERE number LIKE '{TREE}%'")
    found = {finding.check for finding in await findings(home) if finding.id.startswith(TREE)}
    assert {"chain", "payload"} <= found


async def test_a_unit_row_that_is_gone(home: Home) -> None:
    execute(home.journal, "DELETE FROM unit WHERE unit_id = '2'")
    assert ("journal", "units 1") in names(await findings(home))


async def test_a_swapped_cid_of_a_unit_list(home: Home) -> None:
    execute(home.journal, "UPDATE unit_batch SET cid = (SELECT cid FROM unit_batch WHERE id = 2) WHERE id = 1")
    found = await findings(home)
    assert any(finding.id == "units 1" for finding in found)


async def test_a_proof_file(home: Home, change: Callable[[Path, int], None]) -> None:
    proof = min(home.proofs.glob("*/*.json"))
    change(proof, 200)
    assert "proof" in {finding.check for finding in await findings(home)}


async def test_a_proof_file_that_is_gone(home: Home) -> None:
    for proof in home.proofs.glob("*/*.json"):
        proof.unlink()
    found = names(await findings(home))
    assert {name for check, name in found if check == "proof"} >= {"units 1", "units 2"}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE headers SET header = (SELECT header FROM headers WHERE height = 2) WHERE height = 3",
        "UPDATE headers SET hash = x'00' WHERE height = 3",
        "DELETE FROM headers WHERE height = 2",
        "UPDATE transactions SET raw = (SELECT raw FROM transactions WHERE height = 2) WHERE height = 3",
        "DELETE FROM transactions WHERE height = 3",
        "UPDATE tx_receipts SET cumulative_gas = 1 WHERE height = 3",
        "UPDATE logs SET data = x'' WHERE height = 3",
        "DELETE FROM logs WHERE height = 3",
        "UPDATE nodes SET node = x'c0' WHERE hash = (SELECT max(hash) FROM nodes)",
    ],
)
async def test_a_row_of_the_chains_file(home: Home, statement: str) -> None:
    execute(home.chain, statement)
    found = await findings(home)
    assert "chain" in {finding.check for finding in found}
    assert all(finding.mend.zh and finding.mend.en for finding in found)


async def test_a_trie_node_that_is_gone(home: Home) -> None:
    chain = EmbeddedChain.open(home.chain)
    state_root = chain.head.header.state_root
    await chain.close()
    execute(home.chain, "DELETE FROM nodes WHERE hash = ?", state_root)
    assert ("chain", f"trie node {state_root.hex()}") in names(await findings(home))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE resource SET withdrawn = 1",
        "UPDATE version SET payload_at = 2",
        "UPDATE version SET metadata_at = 2",
        "UPDATE version SET earlier_receipt = randomblob(32)",
        "UPDATE matter SET log_index = log_index + 1 WHERE code = 1",
        "UPDATE matter SET stage = 'returned' WHERE code = 1",
        "UPDATE matter SET stage = 'recalled' WHERE code = 2",
        "UPDATE matter SET version = 2 WHERE code = 1",
        "INSERT INTO growing SELECT number, 1 FROM resource",
        "INSERT INTO approval SELECT id, randomblob(32), 1900000000, document, document, zeroblob(20), 1 FROM matter",
        "UPDATE act SET calldata = CAST(calldata || x'00' AS BLOB)",
        "UPDATE act SET sender = zeroblob(20)",
        "UPDATE act SET nonce = nonce + 1",
    ],
)
async def test_a_row_of_people_versions_or_acts(home: Home, statement: str) -> None:
    execute(home.journal, statement)
    assert await findings(home) != []


async def test_a_chain_file_of_which_pages_are_gone(home: Home) -> None:
    data = home.chain.read_bytes()
    home.chain.write_bytes(data[:4096] + bytes(len(data) - 4096))
    assert "chain" in {finding.check for finding in await findings(home)}


async def test_metadata_with_a_word_that_nobody_knows(home: Home) -> None:
    unknown = "CAST(replace(metadata, '\"closed\"', '\"clozed\"') AS BLOB)"
    execute(home.path / "journal.db", f"UPDATE version SET metadata = {unknown} WHERE number LIKE ?", TREE + "%")
    found = await findings(home)
    unread = next(finding for finding in found if finding.id.startswith(TREE) and finding.name is not None)
    assert (unread.check, "clozed" in str(unread.found)) == ("journal", True)
    with open_for_reading(home) as node:
        row = next(row for row in node.journal.resources.all() if row.number.startswith(TREE))
        for reading in (lambda: describe(node.journal, row), lambda: list_in("csv", node.journal, [row])):
            with pytest.raises(Doubtful) as told:
                reading()
            assert (row.number in told.value.words.en, told.value.file) == (True, "journal.db")
    assert any(finding.check == "journal" and "journal.db" in finding.to_json("en")["name"] for finding in found)
