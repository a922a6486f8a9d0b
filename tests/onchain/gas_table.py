"""The table of gas per act: `PYTHONPATH=. .venv/bin/python tests/onchain/gas_table.py` writes contracts/gas.md."""

from __future__ import annotations

from pathlib import Path

from registry_at_hand import FORK, INSTITUTION, ONE_PERSON, RegistryAtHand, batch, digest, entry
from standard_tree import StandardTree

from contracts import artefact, calls, governing, views
from contracts.parties import ROLE_REGISTRAR

TABLE = Path(__file__).parents[2] / "contracts" / "gas.md"
FULL_BATCH = 10_000
PROOF_OF_A_FULL_BATCH = 14


def measured() -> list[tuple[str, int, str]]:
    """Give act, gas of the transaction, gas an entry, in the order of a registry's life."""
    registry = RegistryAtHand(ONE_PERSON[:1])
    add = governing.AddKeyCall(institution=INSTITUTION, account=registry.accounts[2], role=ROLE_REGISTRAR)
    acts = [("deploy", registry.deployed.gas), ("govern, addKey", registry.transact(registry.propose(add)).gas)]
    acts.append(("register", registry.transact(calls.encode_register(entry(1)), sender=1).gas))
    rows = [(act, gas, "") for act, gas in acts]
    serial = 2
    for size in (1, 10, 50):
        group = [entry(serial + step) for step in range(size)]
        gas = registry.transact(calls.encode_register_many(group), sender=1).gas
        rows.append((f"registerMany, {size}", gas, f"{gas // size:,}"))
        serial += size
    again = registry.transact(calls.encode_register_many(group), sender=1).gas
    rows.append(("registerMany, 50, all skipped", again, f"{again // 50:,}"))
    units = [digest(f"unit {index}") for index in range(FULL_BATCH)]
    tree = StandardTree(units)
    rows.append(("commitUnits", registry.transact(calls.encode_commit_units(batch(root=tree.root)), sender=1).gas, ""))
    unit = next(unit for unit in units if len(tree.proof(unit)) == PROOF_OF_A_FULL_BATCH)
    asked = views.encode_verify_unit(tree.root, unit, tree.proof(unit))
    rows.append((f"verifyUnit, proof of {PROOF_OF_A_FULL_BATCH}", registry.transact(asked, sender=1).gas, ""))
    return rows


def text() -> str:
    """Give the page."""
    compiled = artefact.load()
    optimizer = compiled.settings["optimizer"]
    rows = "\n".join(f"| {act} | {gas:,} | {each} |" for act, gas, each in measured())
    return f"""# Gas per act

Measured on py-evm's {FORK} fork with the code of `artefact.json`: solc {compiled.compiler},
evmVersion {compiled.settings["evmVersion"]}, viaIR {str(compiled.settings["viaIR"]).lower()}, optimizer runs \
{optimizer["runs"]}; {len(compiled.creation_code):,} bytes create, {len(compiled.runtime_code):,} bytes run.
Gas of the whole transaction, first use of every slot, CIDs of 36 bytes, no field zero but `replaces`. A view costs gas
only when a transaction calls it, as here. Engines refuse transactions above 16,777,216 gas (EIP-7825).

| act | gas | an entry |
|---|---:|---:|
{rows}

`PYTHONPATH=. .venv/bin/python tests/onchain/gas_table.py` writes this page anew; a test fails where it differs.
"""


if __name__ == "__main__":
    TABLE.write_text(text(), encoding="utf-8")
