"""What becomes of transactions in the pools of a real network: a gap below one, one that is lost, one signed again."""

from __future__ import annotations

import signal
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from branch import Branch
    from network_parts.network import Network

YEAR = ("--period", "2023")
MORE_THAN_A_GROUP = 55


def attempts(home: Path, *, most: int) -> list[tuple[int, int, bytes]]:
    """Give (act, nonce, raw) of the newest transactions that the journal has signed, in the order of nonces."""
    query = "SELECT act, nonce, raw FROM attempt ORDER BY act DESC, created DESC LIMIT ?"
    with closing(sqlite3.connect(f"{(home / 'journal.db').as_uri()}?mode=ro", uri=True)) as journal:
        return sorted(journal.execute(query, (most,)), key=lambda row: row[1])


def pooled(network: Network) -> dict[str, int]:
    """Give how many transactions the pool of the home's own validator can take into a header, and how many wait."""
    status: dict[str, str] = network.validator(3).call("txpool_status")
    return {name: int(count, 16) for name, count in status.items()}


def test_a_transaction_above_a_gap_lands_when_the_gap_is_filled(branch: Branch, network: Network) -> None:
    """The second of two acts reaches the pool first, where it waits for the nonce below it."""
    names = [branch.write(f"gap-{number:02}.txt", f"{number}") for number in range(MORE_THAN_A_GROUP)]
    running = branch.starts("register", *names, *YEAR, stop_at="signed")
    running.until_stopped()
    (lower, first, _), (upper, second, raw) = attempts(branch.place.home, most=2)
    assert (second, upper) == (first + 1, lower + 1)
    network.validator(3).call("eth_sendRawTransaction", "0x" + raw.hex())
    height = network.height()
    network.wait_for_height(height + 2)
    assert pooled(network) == {"pending": 0, "queued": 1}
    running.process.send_signal(signal.SIGCONT)
    lines = running.ends_well()
    assert lines[-1]["summary"] == {"registered": MORE_THAN_A_GROUP, "known": 0, "refused": 0}
    assert len({line["tx_hash"] for line in lines[:-1]}) == 2
    branch.is_in_order()


def test_a_transaction_that_every_pool_lost_is_offered_again(branch: Branch, network: Network) -> None:
    """Sent while the network stood still, then all validators die and so do the pools and the files that they keep."""
    for number in (1, 2):
        network.validator(number).kill()
    running = branch.starts("register", branch.write("lost.txt", "失"), *YEAR, stop_at="sent")
    running.until_stopped()
    assert pooled(network)["pending"] == 1
    for validator in network.validators:
        validator.kill()
        (validator.folder / "geth" / "transactions.rlp").unlink(missing_ok=True)
    network.start()
    assert pooled(network) == {"pending": 0, "queued": 0}
    running.process.send_signal(signal.SIGCONT)
    [line, _] = running.ends_well()
    [(act, nonce, _)] = attempts(branch.place.home, most=1)
    assert [one[0] for one in attempts(branch.place.home, most=9)].count(act) == 1
    assert int(network.validator(1).call("eth_getTransactionByHash", line["tx_hash"])["nonce"], 16) == nonce
    branch.is_in_order()


def test_one_that_the_pools_refuse_is_signed_again_at_the_same_nonce(branch: Branch, network: Network) -> None:
    """At a price that this network refuses; the act keeps its nonce when the setting is mended."""
    settings = branch.place.home / "zhicang.toml"
    right = settings.read_text()
    source = branch.write("dear.txt", "贵")
    settings.write_text("gas_price = 7\n" + right)
    try:
        code, error = branch.refused("register", source, *YEAR)
    finally:
        settings.write_text(right)
    assert (code, "Gas price not 0" in error["message"]) == (3, True), error
    [line] = branch.well("register", source, *YEAR)[:-1]
    (dear, high, _), (act, nonce, _) = attempts(branch.place.home, most=2)
    assert (dear, high) == (act, nonce)
    assert int(network.validator(1).call("eth_getTransactionByHash", line["tx_hash"])["nonce"], 16) == nonce
    branch.is_in_order()
