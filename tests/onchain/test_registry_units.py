"""Unit batches: event and state in full, every refusal, and membership against two other makers of the tree."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from npm_modules import npm_packages
from registry_at_hand import INSTITUTION, batch, digest
from standard_tree import StandardTree

from contracts import calls, views
from contracts.records import UnitBatchState

if TYPE_CHECKING:
    from registry_at_hand import RegistryAtHand


def commit(registry: RegistryAtHand, sender: int = 1, **changes: Any) -> Any:
    return registry.transact(calls.encode_commit_units(batch(**changes)), sender=sender)


def holds(registry: RegistryAtHand, root: bytes, unit: bytes, proof: list[bytes]) -> bool:
    return views.decode_verify_unit(registry.ask(views.encode_verify_unit(root, unit, proof)))


def test_the_event_carries_every_field(registry: RegistryAtHand) -> None:
    [event] = commit(registry, claimed=4_294_967_295).events
    assert event == batch(claimed=4_294_967_295).committed(INSTITUTION)
    values = [getattr(event, field.name) for field in fields(event)]
    assert len({repr(value) for value in values}) == len(values), "two fields are alike and could be swapped unseen"


def test_web3_reads_the_same_event_from_the_abi(registry: RegistryAtHand) -> None:
    commit(registry)
    [log] = registry.own_abi().events.UnitsCommitted().get_logs(from_block=0)
    sent = batch()
    assert dict(log["args"]) == {
        "institution": INSTITUTION, "root": sent.root, "listDigest": sent.list_digest, "claimed": 10_000,
        "cid": sent.cid, "programme": sent.programme, "period": 2023, "lot": sent.lot,
        "countingRule": sent.counting_rule, "parent": sent.parent, "earlierReceipt": bytes(32),
    }  # fmt: skip


def test_the_state_tells_institution_claim_height_and_time(registry: RegistryAtHand) -> None:
    asked = views.encode_unit_batch_of(batch().root)
    assert views.decode_unit_batch_of(registry.ask(asked)) is None
    done = commit(registry)
    assert views.decode_unit_batch_of(registry.ask(asked)) == UnitBatchState(
        institution=INSTITUTION, claimed=10_000, height=done.height, time=done.time
    )


@pytest.mark.parametrize(
    ("name", "changes", "values"),
    [
        ("ZeroDigest", {"root": bytes(32)}, {}),
        ("ZeroDigest", {"list_digest": bytes(32)}, {}),
        ("NothingClaimed", {"claimed": 0}, {}),
        ("ZeroPeriod", {"period": 0}, {}),
        ("BadCid", {"cid": b""}, {"length": 0}),
        ("BadCid", {"cid": b"c" * 65}, {"length": 65}),
    ],
)
def test_a_bad_batch_is_refused_with_its_error(
    registry: RegistryAtHand, name: str, changes: dict[str, Any], values: dict[str, Any]
) -> None:
    error = registry.reverts_with(calls.encode_commit_units(batch(**changes)), sender=1)
    assert (error.name, error.values) == (name, values)


@pytest.mark.parametrize("sender", [1, 2])
def test_a_root_is_committed_once_by_whomever(registry: RegistryAtHand, sender: int) -> None:
    commit(registry)
    again = calls.encode_commit_units(batch(list_digest=digest("another list")))
    error = registry.reverts_with(again, sender=sender)
    assert (error.name, error.values) == ("AlreadyCommitted", {"root": batch().root})


def test_what_is_not_used_may_be_zero(registry: RegistryAtHand) -> None:
    nothing = bytes(32)
    assert commit(registry, programme=nothing, lot=nothing, counting_rule=nothing, parent=nothing).succeeded


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 100])
def test_every_unit_of_a_batch_is_proved(registry: RegistryAtHand, size: int) -> None:
    units = [digest(f"unit {index}") for index in range(size)]
    tree = StandardTree(units)
    commit(registry, root=tree.root)
    assert all(holds(registry, tree.root, unit, tree.proof(unit)) for unit in units)
    assert not holds(registry, tree.root, digest("stranger"), tree.proof(units[0]))


def test_a_proof_that_was_changed_proves_nothing(registry: RegistryAtHand) -> None:
    units = [digest(f"unit {index}") for index in range(100)]
    tree, unit = StandardTree(units), units[5]
    commit(registry, root=tree.root)
    proof = tree.proof(unit)
    assert holds(registry, tree.root, unit, proof)
    for index in range(len(proof)):
        changed = bytes([proof[index][0] ^ 1]) + proof[index][1:]
        assert not holds(registry, tree.root, unit, [*proof[:index], changed, *proof[index + 1 :]])
    assert not holds(registry, tree.root, unit, proof[:-1])
    assert not holds(registry, tree.root, unit, [*proof, bytes(32)])
    assert not holds(registry, tree.root, unit, proof[::-1])
    assert not holds(registry, tree.root, units[6], proof)


def test_an_inner_node_is_no_unit(registry: RegistryAtHand) -> None:
    units = [digest(f"unit {index}") for index in range(4)]
    tree = StandardTree(units)
    commit(registry, root=tree.root)
    assert not holds(registry, tree.root, tree.nodes[1], [tree.nodes[2]])
    assert not holds(registry, tree.root, tree.root, [])


def test_a_right_proof_of_a_root_that_nobody_committed_is_no_proof(registry: RegistryAtHand) -> None:
    units = [digest("one"), digest("two")]
    tree = StandardTree(units)
    assert not holds(registry, tree.root, units[0], tree.proof(units[0]))
    commit(registry, root=tree.root)
    assert holds(registry, tree.root, units[0], tree.proof(units[0]))


def test_openzeppelins_own_library_makes_the_same_tree(registry: RegistryAtHand) -> None:
    modules = npm_packages()
    units = [digest(f"unit {index}") for index in range(1000)]
    made = subprocess.run(
        ["node", str(Path(__file__).with_name("merkle_tree.cjs"))],
        input=json.dumps(["0x" + unit.hex() for unit in units]),
        env=os.environ | {"NODE_PATH": str(modules)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    foreign = json.loads(made.stdout)
    root = bytes.fromhex(foreign["root"][2:])
    proofs = [[bytes.fromhex(sibling[2:]) for sibling in proof] for proof in foreign["proofs"]]
    tree = StandardTree(units)
    assert root == tree.root
    assert proofs == [tree.proof(unit) for unit in units]
    commit(registry, root=root)
    assert all(holds(registry, root, unit, proof) for unit, proof in zip(units[:20], proofs, strict=False))
