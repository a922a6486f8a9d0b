"""Bringing a trust anchor forward: what happened since, fetched from an engine, proven, and in its order.

Every header since the last known set of validators is looked at, since votes stand in headers and in no index: a change
and its reversal between two looks would be missed otherwise. Governance acts are found by the registry's events. What
an engine conceals shows at the end: the proof of the governance slot counts the acts.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from contracts.calls import GovernCall, decode_call
from contracts.errors import ContractError
from contracts.events import GOVERNED, PROPOSAL_APPROVED
from contracts.governing import AdmitCall, decode_governed
from node.chain.raw import as_bytes, as_quantity
from node.chain.state_capture import capture_slot
from node.errors import BadInput, Doubtful, Unavailable, Words
from node.receipts.changes import GovernanceChange, ValidatorChange
from node.receipts.folding import GOVERNANCE_SLOT, fold, with_change, with_known
from node.receipts.header import header_from_json
from node.receipts.material import ProofMaterial, capture
from node.receipts.vote_watch import VoteWatch
from node.receipts.votes import EPOCH_LENGTH

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from node.chain.raw import RawRpc
    from node.receipts.anchor import TrustAnchor
    from node.receipts.changes import Change
    from node.receipts.founding import Profile
    from node.receipts.trust import Trust

STRIDE = 1_000
"""Headers that are asked for at a time."""
_NO_PROPOSAL = bytes(32)


async def bring_forward(
    anchor: TrustAnchor,
    rpc: RawRpc,
    *,
    profiles: Mapping[bytes, Profile],
    seen: Callable[[int, int], None] = lambda _more, _whole: None,
) -> TrustAnchor:
    """Give the anchor that knows its chain up to the engine's head.

    Args:
        anchor: whose proofs hold.
        rpc: the way to an engine of its chain.
        profiles: of institutions that were admitted since, by their digests.
        seen: told how many more headers of how many were looked at.

    Raises:
        BadInput: an institution was admitted whose profile is not among those given.
        Doubtful: what the engine says is not proven, or it conceals an act.
        Unavailable: it has no proof of the governance slot.
    """
    trust = fold(anchor)
    head = as_quantity(await rpc.result("eth_blockNumber"))
    changes: list[tuple[int, int, Change]] = []
    for height, voted in await _votes(trust, rpc, head, seen):
        changes.append((height, 0, voted))
    for sequence, act in await _acts(trust, rpc, head, profiles):
        changes.append((act.transactions[-1].decode_header().number, sequence, act))
    changes.sort(key=lambda change: change[:2])
    for _, _, change in changes:
        trust = with_change(trust, change)
    known = await capture_slot(rpc, anchor.founding, GOVERNANCE_SLOT, height=head)
    with_known(trust, known)
    return replace(anchor, changes=(*anchor.changes, *(change for _, _, change in changes)), known=known)


async def _votes(
    trust: Trust, rpc: RawRpc, head: int, seen: Callable[[int, int], None]
) -> list[tuple[int, ValidatorChange]]:
    """Look at every header for changes; open votes may stand in any header of the epoch since the last change."""
    start, validators = trust.validator_sets[-1]
    first = max(start, (trust.sets_known + 1) // EPOCH_LENGTH * EPOCH_LENGTH, 1)
    watch, changes = VoteWatch(validators), []
    for low in range(first, head + 1, STRIDE):
        heights = range(low, min(low + STRIDE, head + 1))
        blocks = await rpc.results("eth_getBlockByNumber", [[hex(height), False] for height in heights])
        for height, block in zip(heights, blocks, strict=True):
            if not isinstance(block, dict):
                raise Unavailable(f"节点没有高度 {height} 的区块头", f"the engine has no header at {height}")
            if (change := watch.see(header_from_json(block))) is not None:
                changes.append((height, change))
        seen(len(heights), head - first + 1)
    return changes


async def _acts(
    trust: Trust, rpc: RawRpc, head: int, profiles: Mapping[bytes, Profile]
) -> list[tuple[int, GovernanceChange]]:
    """Find the governance acts since, by their events, and the transactions that made each."""
    logs = await _logs(trust, rpc, ["0x" + GOVERNED.hex()], trust.keys_known, head)
    acts = []
    for log in logs:
        sequence, proposal = (as_bytes(topic) for topic in log["topics"][1:3])
        if (number := int.from_bytes(sequence, "big")) <= trust.sequence:
            continue
        made = [log]
        if proposal != _NO_PROPOSAL:
            topics = ["0x" + PROPOSAL_APPROVED.hex(), "0x" + proposal.hex()]
            made = await _logs(trust, rpc, topics, 0, head)
        materials = tuple([await _material(one, rpc) for one in made])
        acts.append((number, GovernanceChange(transactions=materials, profile=_profile(materials, profiles))))
    return acts


async def _logs(trust: Trust, rpc: RawRpc, topics: list[str], first: int, last: int) -> list[Any]:
    query = {
        "address": "0x" + trust.founding.registry.hex(), "topics": topics, "fromBlock": hex(first),
        "toBlock": hex(last),
    }  # fmt: skip
    found: list[Any] = await rpc.result("eth_getLogs", query)
    return found


async def _material(log: Any, rpc: RawRpc) -> ProofMaterial:
    try:
        block = await rpc.block(log["blockNumber"], whole=True)
        receipts = None if block is None else await rpc.tx_receipts(block)
        if block is None or receipts is None:
            raise Unavailable("节点没有治理交易的区块头", "the engine has no header of a governance transaction")
        return capture(block, receipts, as_quantity(log["transactionIndex"]))
    except (KeyError, TypeError, IndexError) as error:
        raise Doubtful("节点的回答残缺", "the engine's answer is malformed") from error


def _profile(materials: tuple[ProofMaterial, ...], profiles: Mapping[bytes, Profile]) -> Profile | None:
    """Find the profile of the institution that an act admits, or None where it is another act."""
    try:
        call = decode_call(materials[-1].transaction().calldata)
        meant = decode_governed(call.call) if isinstance(call, GovernCall) else None
    except (ContractError, IndexError) as error:
        raise Doubtful("不是治理交易", "no governance transaction") from error
    if not isinstance(meant, AdmitCall):
        return None
    profile = profiles.get(meant.admission.profile_digest)
    if profile is None:
        code = meant.admission.institution.decode("ascii", "replace")
        mend = Words(
            "链上只有资料的摘要。请提出接纳的治理方给出资料 {name, credit_code, region} 的 JSON 文件:"
            "zhicang anchor update --profile 文件;或从已更新的信任锚取:zhicang anchor update --from 文件",
            "only its digest stands on chain. Have its JSON {name, credit_code, region} from those who admitted "
            "it: zhicang anchor update --profile FILE; or from a newer anchor: zhicang anchor update --from FILE",
        )
        zh, en = f"接纳了机构 {code},缺它的资料", f"the institution {code} was admitted, its profile is missing"
        raise BadInput(zh, en, mend=mend, field="profile")
    return profile
