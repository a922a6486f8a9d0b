"""The whole self-check, in order: the chain's file, headers, records, payloads with their index, proofs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.auditor.approval_check import check_approvals, check_keys
from node.auditor.chain_check import check_headers
from node.auditor.finding import INCIDENT, Finding
from node.auditor.payload_check import check_payloads
from node.auditor.proof_check import check_proofs
from node.auditor.record_check import check_records
from node.chain.embedded import EmbeddedChain
from node.chain.embedded.integrity import faults
from node.chain.engine import Engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from node.runtime import Reading


async def audit(node: Reading, *, step: Callable[[], None]) -> AsyncIterator[Finding]:
    """Hold chain, payload bytes, block index, journal and proofs against each other; give what does not agree.

    Reads only; needs neither lock nor passphrase. While a writer is at work, what it has under way may be reported as
    unfinished.
    """
    from web3 import AsyncWeb3

    for what, found in faults(node.home.chain):
        yield Finding(check="chain", id=what, expected="intact", found=found, mend=INCIDENT)
    chain = EmbeddedChain.open(node.home.chain)
    try:
        engine = Engine(AsyncWeb3(chain.provider), chain_id=node.identity.chain_id)
        async for finding in check_headers(engine, node.identity, step=step):
            yield finding
        async for finding in check_records(engine, node.identity, node.journal, step=step):
            yield finding
        async for finding in check_keys(engine, node.journal, node.identity):
            yield finding
    finally:
        await chain.close()
    for finding in check_approvals(node.journal, node.identity):
        yield finding
    for finding in check_payloads(node.journal, node.root, node.blocks.rows, step=step):
        yield finding
    for finding in check_proofs(node, step=step):
        yield finding
