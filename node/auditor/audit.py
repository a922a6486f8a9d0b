"""The whole self-check, in order: incidents, the chain, records, payloads with their index, proofs.

Of an embedded chain the file and every header are checked; of a network, that what this home calls final still stands.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from node.auditor.approval_check import check_approvals, check_keys
from node.auditor.chain_check import check_headers
from node.auditor.finding import INCIDENT, NONE, Finding, said_by
from node.auditor.metadata_check import check_metadata
from node.auditor.network_check import RESOLVE, check_landed
from node.auditor.payload_check import check_payloads
from node.auditor.proof_check import check_proofs
from node.auditor.record_check import check_records
from node.chain.embedded.integrity import faults
from node.chain.errors import BrokenFinality
from node.chain.incident import IncidentFolder
from node.engines import asking
from node.errors import Unavailable, Words, ZhicangError
from node.home import NETWORK
from node.own_anchor import OwnAnchor

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from node.chain.engine import Engine
    from node.runtime import Reading

_INCIDENT = Words("未了结的事件", "an unresolved incident")
_INTACT = Words("完好", "intact")
_MISSING = Words("缺失", "missing")
_CHAIN = Words("链(chain.db)", "the chain (chain.db)")
_JOURNAL = Words("日志(journal.db)", "the journal (journal.db)")
_RECORDS = Words("链与日志的对照(chain.db、journal.db)", "chain against journal (chain.db, journal.db)")
_WHOLE = Words("可以读到底", "that it can be read to its end")


async def audit(node: Reading, *, step: Callable[[], None]) -> AsyncIterator[Finding]:
    """Hold chain, payload bytes, block index, journal and proofs against each other; give what does not agree.

    Changes nothing but the home's own anchor, which on a network is brought forward by proof; needs neither lock nor
    passphrase. While a writer is at work, what it has under way may be reported as unfinished.
    """
    trouble = IncidentFolder(node.home.incidents).trouble()
    if trouble is not None:
        yield Finding(check="finality", id="incident", name=_INCIDENT, expected=NONE, found=trouble.words, mend=RESOLVE)
    for finding in check_metadata(node.journal):
        yield finding
    on_chain = _check_network if node.identity.chain == NETWORK else _check_embedded
    if trouble is None or node.identity.chain != NETWORK:
        async for finding in on_chain(node, step):
            yield finding
    approvals = check_approvals(node.journal, node.identity)
    async for finding in _as_far_as_readable("approvals", _JOURNAL, _each(approvals)):
        yield finding
    payloads = check_payloads(node.journal, node.root, node.blocks.rows, step=step)
    async for finding in _as_far_as_readable("payloads", _JOURNAL, _each(payloads)):
        yield finding
    if node.identity.chain == NETWORK:
        await OwnAnchor(node.home).follow()
    async for finding in _as_far_as_readable("proofs", _JOURNAL, _each(check_proofs(node, step=step))):
        yield finding


async def _as_far_as_readable(what: str, name: Words, part: AsyncIterator[Finding]) -> AsyncIterator[Finding]:
    """Give the findings of a part; where damage ends it, that is a finding too, and the next part goes on.

    A network that does not answer or broke its finality is no damage of this home's and goes to the caller.
    """
    try:
        async for finding in part:
            yield finding
    except (ZhicangError, sqlite3.Error, ValueError, LookupError, TypeError) as error:
        if isinstance(error, BrokenFinality) or (isinstance(error, Unavailable) and name is not _CHAIN):
            raise
        check = "chain" if name is _CHAIN else "journal"
        yield Finding(check=check, id=what, name=name, expected=_WHOLE, found=said_by(error), mend=INCIDENT)


async def _each(findings: Iterator[Finding]) -> AsyncIterator[Finding]:
    for finding in findings:
        yield finding


async def _check_embedded(node: Reading, step: Callable[[], None]) -> AsyncIterator[Finding]:
    async for finding in _as_far_as_readable("chain.db", _CHAIN, _check_file(node)):
        yield finding
    async for finding in _as_far_as_readable("chain", _CHAIN, _check_answers(node, step)):
        yield finding


async def _check_file(node: Reading) -> AsyncIterator[Finding]:
    for what, found in faults(node.home.chain):
        said = _MISSING if found == "missing" else found
        yield Finding(check="chain", id=what, name=_part(what), expected=_INTACT, found=said, mend=INCIDENT)


async def _check_answers(node: Reading, step: Callable[[], None]) -> AsyncIterator[Finding]:
    async with asking(node.home) as engine:
        async for finding in check_headers(engine, node.identity, step=step):
            yield finding
        async for finding in _check_acts(engine, node, step):
            yield finding


async def _check_network(node: Reading, step: Callable[[], None]) -> AsyncIterator[Finding]:
    """Ask the network; one that broke its finality is a finding, one that does not answer makes no self-check."""
    try:
        async with asking(node.home) as engine:
            async for finding in check_landed(engine, node, step=step):
                yield finding
            async for finding in _check_acts(engine, node, step):
                yield finding
    except BrokenFinality as broken:
        yield Finding(check="finality", id="incident", name=_INCIDENT, expected=NONE, found=broken.words, mend=RESOLVE)


async def _check_acts(engine: Engine, node: Reading, step: Callable[[], None]) -> AsyncIterator[Finding]:
    records = check_records(engine, node.identity, node.journal, step=step)
    async for finding in _as_far_as_readable("records", _RECORDS, records):
        yield finding
    async for finding in check_keys(engine, node.journal, node.identity):
        yield finding


def _part(what: str) -> Words:
    """Name a part of the chain's file for people."""
    zh = what.replace("database file", "数据库文件").replace("trie node", "状态树节点")
    return Words(f"链:{zh}", f"chain: {what}")
