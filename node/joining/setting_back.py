"""Setting back: in one transaction the journal says that nothing is on the network yet, and what was final before.

Of every final matter the old act and log index are kept (``earlier``), of every version the digest of its old receipt.
What it takes is the journal, the proofs and the manifests of folders: no payload is read. A crash leaves the journal as
it was or as it is meant to be; `earlier_acts` tells which.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from node.receipt_desk import receipt_for
from node.registrar.following import FOLLOWED, POLICY
from node.runtime import open_for_reading
from storage.journal import EARLIER_ACTS, Journal
from storage.matters import Code

if TYPE_CHECKING:
    from node.home import Home
    from node.joining.watcher import Watcher
    from node.runtime import Reading


def set_back(home: Home, now: int, watcher: Watcher) -> None:
    """Let what was final be registered once more, naming the receipt that it has; do nothing the second time."""
    with open_for_reading(home) as reading:
        if reading.journal.recall(EARLIER_ACTS) is not None:
            return
        receipts, batches = _old_receipts(reading, watcher), _old_proofs(reading)
    journal = Journal.open(home.journal)
    try:
        with journal.transaction():
            journal.remember(EARLIER_ACTS, str(journal.acts.last()))
            final = journal.earlier_matters.keep()
            journal.matters.move([matter.id for matter in final], "stored", time=now)
            approved = [matter.id for matter in journal.matters.at("approved")]
            journal.matters.move(approved, "submitted", time=now, note="approved on the earlier chain")
            for (number, version), digest in receipts.items():
                journal.resources.say_earlier(number, version, digest)
            for batch_id, digest in batches.items():
                journal.units.say_earlier(batch_id, digest)
            journal.resources.set_back()
            journal.remember(FOLLOWED, "0")
            journal.remember(POLICY, "")  # the other registry's; until it answers the stricter rule holds
    finally:
        journal.close()


def _old_receipts(reading: Reading, watcher: Watcher) -> dict[tuple[str, int], bytes]:
    """Give the SHA-256 of each final version's receipt; of an amended one, that of the version whose content it has."""
    receipts: dict[tuple[str, int], bytes] = {}
    rows = list(reading.journal.resources.all_versions())
    watcher.begin("receipts", len(rows))
    for row in rows:
        watcher.step()
        if row.stage != "confirmed":
            continue
        if row.code == Code.AMEND:  # the registry lets an amendment change the metadata alone
            receipts[row.number, row.version] = receipts[row.number, row.version - 1]
        else:
            data = receipt_for(reading, row).to_json_bytes()
            receipts[row.number, row.version] = hashlib.sha256(data).digest()
    return receipts


def _old_proofs(reading: Reading) -> dict[int, bytes]:
    """Give the SHA-256 of each final batch's proof file."""
    proofs: dict[int, bytes] = {}
    for batch in reading.journal.units.batches():
        act = reading.journal.acts.get(batch.act or 0)
        if batch.stage == "confirmed" and act is not None:
            proofs[batch.id] = hashlib.sha256(reading.proofs.get(act.tx_hash or b"")).digest()
    return proofs
