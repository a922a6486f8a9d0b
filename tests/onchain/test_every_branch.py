"""Every branch of the code taken by these tests, every error met; what cannot be is listed with its reason.

Runs last, on what the other tests of this folder did before it in the same process; alone it says nothing and skips.
The program counters are those of the artefact whose code hash is named; after a change the failing test lists the new.
"""

from __future__ import annotations

from pathlib import Path

import branches
import pytest
from registry_at_hand import REACHED

from contracts import artefact
from contracts.refusals import BY_SELECTOR

CODE = "ad11134701e17c3c66f74e7030b861fede8e452eb2169085dc5b3cb5278230ae"
NEVER_RAISED = {"AddressEmptyCode", "InsufficientBalance"}
"""OpenZeppelin's `Address` has them; the registry calls itself, so there is code, and it sends no money."""
RUNTIME: dict[str, set[int]] = {
    "shorter than a selector, which was read before": {1047, 6483, 8305, 9613},
    "shorter than a part, where the whole was found long enough": {
        1706, 1718, 7446, 7458, 8495, 8507, 12040, 12872, 16442,
    },
    "a word or bytes read again that were found clean before": {
        1824, 1959, 2459, 7589, 7688, 9141, 9244, 9353, 13101, 13123, 13132, 13326, 13624,
    },
    "an enumeration's value, made by this code, beyond its last": {
        1940, 2642, 6573, 7666, 8039, 8235, 9224, 10073, 11977, 12156, 14437, 16110, 18583,
    },
    "memory beyond 2^64 bytes": {8631, 12264, 12313, 12340, 12367, 12394},
    "a counter of 32 or 64 bits at its end, or one below zero that is above": {
        2943, 7515, 8566, 13061, 13573, 13818, 16494, 16509, 16777,
    },
    "an index beyond an array whose length was compared": {10199},
    "OpenZeppelin: no code at the registry's own address; the precompile of ecrecover fails": {19066, 19198},
}  # fmt: skip
NOT_JUMPED = {"OpenZeppelin: a governed function gives nothing back": {19061}}
CREATION: dict[str, set[int]] = {
    "an enumeration's value, made by this code, beyond its last": {856, 1088, 1217, 1449, 1556, 1788, 2460, 2470},
    "memory beyond 2^64 bytes": {650, 2026, 2245},
    "a counter of 32 bits at its end": {297},
    "an index beyond an array whose length was compared": {2419},
}
UNREACHABLE = (
    {("runtime", place, True) for places in RUNTIME.values() for place in places}
    | {("runtime", place, False) for places in NOT_JUMPED.values() for place in places}
    | {("creation", place, True) for places in CREATION.values() for place in places}
)


@pytest.fixture(autouse=True)
def _after_all_others(request: pytest.FixtureRequest) -> None:
    others = {path.name for path in Path(__file__).parent.glob("test_registry_*.py")} - {"test_registry_machine.py"}
    ran = {item.path.name for item in request.session.items}
    if missing := others - ran:
        pytest.skip(f"wants the whole folder tests/onchain: not run were {', '.join(sorted(missing))}")


def test_the_list_is_of_this_code() -> None:
    assert artefact.load().code_hash.hex() == CODE


def test_every_branch_was_taken_both_ways_or_cannot_be() -> None:
    left = branches.every_side() - branches.TAKEN
    assert sorted(left - UNREACHABLE) == [], "not taken, and not known to be unreachable"
    assert sorted(UNREACHABLE - left) == [], "taken, though listed as unreachable"


def test_every_error_was_met() -> None:
    assert {refusal.name for refusal in BY_SELECTOR.values()} - REACHED == NEVER_RAISED
