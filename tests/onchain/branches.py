"""Which branches of the registry's code were taken: an EVM that writes down both sides of every JUMPI.

The numbers are program counters of the deployed code, and of the code that deploys it. Checks that the compiler made
(of calldata, of arithmetic) are branches like any other here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eth.vm.forks import BerlinVM
from eth.vm.forks.berlin.computation import BerlinComputation
from eth.vm.forks.berlin.state import BerlinState

from contracts import artefact

if TYPE_CHECKING:
    from eth.abc import ComputationAPI

JUMPI, PUSH1, PUSH32 = 0x57, 0x60, 0x7F
COMPILED = artefact.load()
Side = tuple[str, int, bool]
"""The code ("runtime" or "creation"), the program counter of a JUMPI, whether it jumped."""
TAKEN: set[Side] = set()
"""What was taken since the process began; it only grows."""


def every_side() -> set[Side]:
    """Give both sides of every JUMPI of the registry."""
    constructor = COMPILED.creation_code.partition(COMPILED.runtime_code)[0]
    places = {("runtime", place) for place in _jumps(COMPILED.runtime_code)}
    places |= {("creation", place) for place in _jumps(constructor)}
    return {(code, place, jumped) for code, place in places for jumped in (True, False)}


def _jumps(code: bytes) -> list[int]:
    found, place = [], 0
    while place < len(code):
        if code[place] == JUMPI:
            found.append(place)
        place += code[place] - PUSH1 + 2 if PUSH1 <= code[place] <= PUSH32 else 1
    return found


class _RecordingJump:
    """The JUMPI of Berlin, which first writes down where it stands and whether it will jump."""

    def __init__(self, plain: Any) -> None:
        self._plain = plain
        self.mnemonic = plain.mnemonic

    def __call__(self, computation: ComputationAPI) -> None:
        condition = computation._stack.values[-2]  # type: ignore[attr-defined]  # noqa: SLF001 - py-evm has no look
        jumps = any(condition) if isinstance(condition, bytes) else bool(condition)
        code, place = computation.msg.code, computation.code.program_counter - 1
        if code == COMPILED.runtime_code:
            TAKEN.add(("runtime", place, jumps))
        elif computation.msg.is_create and code.startswith(COMPILED.creation_code):
            TAKEN.add(("creation", place, jumps))
        self._plain(computation=computation)


class _Computation(BerlinComputation):
    opcodes = BerlinComputation.opcodes | {JUMPI: _RecordingJump(BerlinComputation.opcodes[JUMPI])}


class _State(BerlinState):
    computation_class = _Computation


class RecordingBerlin(BerlinVM):
    """Berlin, which writes down the registry's branches."""

    _state_class = _State
