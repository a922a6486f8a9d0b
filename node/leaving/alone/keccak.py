"""Keccak-256 in plain Python.

Source: the Keccak reference, version 3.0, with the padding of the original submission (0x01), as Ethereum has it.
"""

from __future__ import annotations

from functools import lru_cache

_RATE, _MASK = 136, (1 << 64) - 1
_ROUNDS = 24
_KEPT = 256
"""Digests that are remembered, with what they are of: some megabytes at most."""


def _constants() -> tuple[list[int], list[int]]:
    """Make the round constants from the linear feedback shift register, and the offsets from the walk of the lanes."""
    rounds, state = [], 1
    for _ in range(_ROUNDS):
        constant = 0
        for bit in range(7):
            if state & 1:
                constant |= 1 << ((1 << bit) - 1)
            state = state << 1 ^ (0x171 if state & 0x80 else 0)
        rounds.append(constant)
    offsets, x, y = [0] * 25, 1, 0
    for step in range(24):
        offsets[x + 5 * y] = (step + 1) * (step + 2) // 2 % 64
        x, y = y, (2 * x + 3 * y) % 5
    return rounds, offsets


_ROUND_CONSTANTS, _OFFSETS = _constants()


@lru_cache(maxsize=_KEPT)
def keccak256(data: bytes) -> bytes:
    """Give the Keccak-256 of bytes; the receipts of one transaction have most of theirs in common."""
    padded = bytearray(data) + b"\1" + bytes(-(len(data) + 1) % _RATE)
    padded[-1] |= 0x80
    lanes = [0] * 25
    for start in range(0, len(padded), _RATE):
        for lane in range(_RATE // 8):
            lanes[lane] ^= int.from_bytes(padded[start + 8 * lane : start + 8 * lane + 8], "little")
        lanes = _permuted(lanes)
    return b"".join(lane.to_bytes(8, "little") for lane in lanes[:4])


def _permuted(lanes: list[int]) -> list[int]:
    for constant in _ROUND_CONSTANTS:
        columns = [lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20] for x in range(5)]
        mixed = [columns[x - 1] ^ _turned(columns[(x + 1) % 5], 1) for x in range(5)]
        moved = [0] * 25
        for x in range(5):
            for y in range(5):
                place = x + 5 * y
                moved[y + 5 * ((2 * x + 3 * y) % 5)] = _turned(lanes[place] ^ mixed[x], _OFFSETS[place])
        lanes = [
            moved[x + y] ^ (~moved[(x + 1) % 5 + y] & _MASK & moved[(x + 2) % 5 + y])
            for y in range(0, 25, 5) for x in range(5)
        ]  # fmt: skip
        lanes[0] ^= constant
    return lanes


def _turned(lane: int, bits: int) -> int:
    return (lane << bits | lane >> (64 - bits)) & _MASK
