"""An existing home onto a network: its chain is fixed there and closed, its records are registered there once more.

| step | what is durable after it | a crash after it |
|---|---|---|
| 1 | ``joining.json``: who the home was and will be, and its old anchor | nothing else writes; `join` goes on |
| 2 | the watermark is closed: no copy of the old chain on this machine seals again | as above |
| 3 | the journal, in one transaction: what was final is remembered as earlier and stands at ``stored`` | as above |
| 4 | keystores, anchor, settings, recovery sheet; last ``home.json`` | they are written again |
| 5 | `anchorChain` is final | its act is found in the journal |
| 6 | every matter is planned, in the order of the old chain, in one transaction | they are sent as any act is |
| 7 | all are final; the anchor has the old chain | ``joining.json`` goes: the home is one of the network |

Versions and withdrawals are registered anew as they were, one after the other: a record has the same versions on both
chains. An amended version names the receipt of the version whose content it has, since the registry lets an amendment
change the metadata alone.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from contracts.calls import AnchorChainCall, encode_call
from node.attachment import attachment
from node.errors import BadInput, Doubtful, OwnFault, Words
from node.home import EMBEDDED, NETWORK, Identity
from node.joining.new_home import address_of, settings_with
from node.joining.policy import require_acting_alone
from node.keys import KEYSTORE_ROLES, SCRYPT_WORK_FACTOR, save_key
from node.receipt_desk import receipt_for
from node.receipts.anchor import AnchoredChain, TrustAnchor
from node.receipts.material import ProofMaterial
from node.receipts.trust import Trust
from node.receipts.unit_tree import root_of
from node.records import canonical
from node.recovery_sheet import recovery_sheet
from node.registrar.following import FOLLOWED
from node.runtime import no_crash, open_for_reading, trust_anchor, trust_of, watermark_path, writing_parts
from storage.durable import sync_folder, write_durably
from storage.journal import Journal
from storage.matters import Code
from storage.proofs import ProofFolder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from eth_keys.datatypes import PrivateKey

    from node.chain.embedded.store import StoredHeader
    from node.home import Home
    from node.joining.new_home import Network
    from node.runtime import Writing
    from storage.acts import ActRow

ANCHORING, REPLANNED = "anchorChain", "joining_replanned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moving:
    """A home on its way: who it was, who it will be, and the anchor of the chain that it leaves."""

    earlier: Identity
    later: Identity
    old_anchor: TrustAnchor
    fingerprint: str

    def to_bytes(self) -> bytes:
        """Give the bytes of joining.json."""
        value = {
            "earlier": asdict(self.earlier), "later": asdict(self.later), "fingerprint": self.fingerprint,
            "old_anchor": self.old_anchor.to_json_bytes().decode(),
        }  # fmt: skip
        return canonical.encode(value)

    @classmethod
    def of(cls, home: Home) -> Moving:
        """Read joining.json."""
        value: Any = canonical.decode(home.joining.read_bytes())
        return cls(
            earlier=Identity(**value["earlier"]), later=Identity(**value["later"]), fingerprint=value["fingerprint"],
            old_anchor=TrustAnchor.from_json_bytes(value["old_anchor"].encode()),
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What came of it: the matters that are final on the network, and those that the registry refused."""

    identity: Identity
    final: int
    refused: int


async def join_existing(
    home: Home,
    network: Network,
    keys: Mapping[str, PrivateKey],
    *,
    passphrase: bytes,
    environment: Mapping[str, str],
    clock: Callable[[], float],
    crash_point: Callable[[str], None] = no_crash,
    work_factor: int = SCRYPT_WORK_FACTOR,
) -> Moved:
    """Move a home whose acts are all final onto a network, or go on with that; raise what does not hold before it."""
    with home.locked():
        if not home.joining.exists():
            await _begin(home, network, keys)
        crash_point("marked")
        moving = Moving.of(home)
        _same(moving, network, keys)
        headers = _close(home, moving, environment)
        crash_point("closed")
        _set_back(home, int(clock()))
        crash_point("set back")
        if home.identity() != moving.later:
            _replace_keystores(home, keys, passphrase, work_factor)
            _replace_files(home, moving, network, keys)
        crash_point("replaced")
        async with attachment(home, trust=trust_of(home), clock=clock) as engine:
            parts = writing_parts(home, keys["registrar"], engine=engine, clock=clock, crash_point=crash_point)
            with parts as node:
                await _anchor_chain(node, moving, headers)
                crash_point("anchored")
                final, refused = await _register_again(node)
        crash_point("registered")
        home.joining.unlink()
        sync_folder(home.path)
    return Moved(identity=moving.later, final=final, refused=refused)


async def _begin(home: Home, network: Network, keys: Mapping[str, PrivateKey]) -> None:
    home.require_confirmed()
    earlier, founding = home.identity(), network.anchor.founding
    if earlier.chain != EMBEDDED:
        raise BadInput("这个节点已在网络上", "this home is on a network already", file=str(home.path))
    if earlier.demonstration and not founding.demonstration:
        zh, en = "演示节点不能接入正式网络", "a demonstration cannot join a network in earnest"
        raise BadInput(zh, en, file=str(home.path))
    addresses: dict[str, Any] = {role: address_of(keys.get(role)) for role in KEYSTORE_ROLES}
    if not addresses["registrar"] or addresses["registrar"] == earlier.registrar:
        mend = Words("用 --keystores 给出网络接纳的新密钥", "give the keys that the network admitted with --keystores")
        zh, en = "接入网络要用另一把登记员密钥", "on a network another registrar's key is needed: a key is of one chain"
        raise BadInput(zh, en, mend=mend, field="keystores")
    journal = Journal.open(home.journal, read_only=True)
    try:
        if journal.acts.open():
            raise BadInput("还有未完成的事务", "an act is not final yet: run any registering command first")
    finally:
        journal.close()
    await require_acting_alone(network, earlier.code, bytes.fromhex(addresses["registrar"]), home.incidents)
    later = replace(
        earlier, chain=NETWORK, chain_id=founding.chain_id, genesis_hash=founding.genesis_hash.hex(),
        registry=founding.registry.hex(), registry_code_hash=founding.registry_code_hash.hex(),
        demonstration=founding.demonstration, **addresses,
    )  # fmt: skip
    moving = Moving(
        earlier=earlier, later=later, old_anchor=trust_anchor(home), fingerprint=network.anchor.fingerprint
    )
    write_durably(home.joining, moving.to_bytes())


def _same(moving: Moving, network: Network, keys: Mapping[str, PrivateKey]) -> None:
    """Raise BadInput unless a joining goes on as it began."""
    registrar = address_of(keys.get("registrar"))
    if (moving.fingerprint, moving.later.registrar) != (network.anchor.fingerprint, registrar):
        zh, en = "与已开始的接入不是同一网络或密钥", "the joining began with another network or other keys"
        raise BadInput(zh, en, field="keystores")


def _close(home: Home, moving: Moving, environment: Mapping[str, str]) -> list[StoredHeader]:
    """Close the old chain's watermark; give its headers from genesis to head."""
    from node.chain.embedded import database
    from node.chain.embedded.store import Store
    from node.chain.embedded.watermark import Watermark

    store = Store(database.open_snapshot(home.chain))
    try:
        path = None if moving.earlier.demonstration else watermark_path(moving.earlier, environment)
        Watermark(path, bytes.fromhex(moving.earlier.genesis_hash)).close(store.head(), store.block_hash)
        found = [store.at(height) for height in range(store.head().height + 1)]
    finally:
        store.close()
    return [header for header in found if header is not None]


def _set_back(home: Home, now: int) -> None:
    """Step 3: what was final is to be registered once more, naming the receipt that it has."""
    with open_for_reading(home) as reading:
        if reading.journal.recall("earlier_acts") is not None:
            return
        receipts: dict[tuple[str, int], bytes] = {}
        for row in reading.journal.resources.all_versions():
            if row.stage != "confirmed":
                continue
            if row.code == Code.AMEND:
                receipts[row.number, row.version] = receipts[row.number, row.version - 1]
            else:
                data = receipt_for(reading, row).to_json_bytes()
                receipts[row.number, row.version] = hashlib.sha256(data).digest()
        batches = {}
        for batch in reading.journal.units.batches():
            act = reading.journal.acts.get(batch.act or 0)
            if batch.stage == "confirmed" and act is not None:
                batches[batch.id] = hashlib.sha256(reading.proofs.get(act.tx_hash or b"")).digest()
    journal = Journal.open(home.journal)
    try:
        with journal.transaction():
            journal.remember("earlier_acts", str(journal.acts.last()))
            final = journal.matters.keep_earlier()
            journal.matters.move([matter.id for matter in final], "stored", time=now)
            approved = [matter.id for matter in journal.matters.at("approved")]
            journal.matters.move(approved, "submitted", time=now, note="approved on the earlier chain")
            for (number, version), digest in receipts.items():
                journal.resources.say_earlier(number, version, digest)
            for batch_id, digest in batches.items():
                journal.units.say_earlier(batch_id, digest)
            for row in list(journal.resources.all()):
                journal.resources.freeze(row.number, frozen=False)
            journal.remember(FOLLOWED, "0")
    finally:
        journal.close()


def _replace_keystores(home: Home, keys: Mapping[str, PrivateKey], passphrase: bytes, work_factor: int) -> None:
    for role in KEYSTORE_ROLES:
        path = home.keystores / f"{role}.json"
        if role in keys:
            save_key(path, keys[role], passphrase, work_factor=work_factor)
        else:
            path.unlink(missing_ok=True)  # it was good on the old chain alone


def _replace_files(home: Home, moving: Moving, network: Network, keys: Mapping[str, PrivateKey]) -> None:
    write_durably(home.anchor, network.anchor.to_json_bytes())
    text = settings_with(home.settings.read_text(encoding="utf-8"), network.urls)
    write_durably(home.settings, text.encode())
    write_durably(home.recovery_sheet, recovery_sheet(moving.later, dict(keys)).encode(), mode=0o600)
    write_durably(home.identity_file, moving.later.to_bytes())


async def _anchor_chain(node: Writing, moving: Moving, headers: list[StoredHeader]) -> None:
    """Step 5, and the old chain's entry in the home's anchor."""
    hashes = sorted(header.block_hash for header in headers)
    if (act := _anchoring(node)) is None:
        call = AnchorChainCall(
            genesis_hash=headers[0].block_hash, height=headers[-1].height, header_hash=headers[-1].block_hash,
            headers_root=root_of(hashes),
        )  # fmt: skip
        node.registrar.acts.plan(kind=ANCHORING, subject=moving.earlier.genesis_hash, calldata=encode_call(call))
    async for settled in node.registrar.acts.settle():
        if settled.act.kind == ANCHORING and settled.refused is not None:
            raise settled.refused
    if (act := _anchoring(node)) is None or act.tx_hash is None:
        raise OwnFault("锚定没有结果", "an anchoring without an outcome")
    anchor = trust_anchor(node.home)
    genesis = bytes.fromhex(moving.earlier.genesis_hash)
    if any(chain.founding.genesis_hash == genesis for chain in anchor.anchored):
        return
    old, material = moving.old_anchor, ProofMaterial.from_json_bytes(ProofFolder(node.home.proofs).get(act.tx_hash))
    entry = AnchoredChain(founding=old.founding, changes=old.changes, headers=tuple(hashes), material=material)
    chains = sorted((*anchor.anchored, entry), key=lambda chain: chain.founding.genesis_hash)
    brought = replace(anchor, anchored=tuple(chains))
    Trust.of(brought)
    write_durably(node.home.anchor, brought.to_json_bytes())


def _anchoring(node: Writing) -> ActRow | None:
    """Find the act that fixes the old chain and was not refused."""
    acts = [*node.journal.acts.confirmed(), *node.journal.acts.open()]
    found = (act for act in acts if act.kind == ANCHORING and act.id > node.journal.earlier_acts)
    return next(found, None)


async def _register_again(node: Writing) -> tuple[int, int]:
    """Steps 6 and 7: everything that was final once more, in the order in which it was."""
    journal = node.journal
    if not await node.registrar.one_person():
        raise Doubtful("网络要求两人制", "the registry asks for a reviewer's approval of each record")
    if journal.recall(REPLANNED) is None:
        with journal.transaction():
            node.registrar.plan_again(journal.matters.of_earlier_chain())
            journal.remember(REPLANNED, "1")
    async for _ in node.registrar.acts.settle():
        pass
    stages = [matter.stage for matter in journal.matters.of_earlier_chain()]
    return stages.count("confirmed"), len(stages) - stages.count("confirmed")
