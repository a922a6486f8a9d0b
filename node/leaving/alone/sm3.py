"""SM3 in plain Python, for a Python whose OpenSSL has none.

Source: GB/T 32905-2016.
"""

from __future__ import annotations

_WORD, _BLOCK = 0xFFFFFFFF, 64
_START = bytes.fromhex("7380166f4914b2b9172442d7da8a0600a96f30bc163138aae38dee4db0fb0e4e")
_MAJORITY_FROM = 16


class SM3:
    """Names the algorithm."""


class Hash:
    """A running digest with the interface of the `cryptography` package's."""

    def __init__(self, algorithm: SM3) -> None:
        del algorithm
        self._state = tuple(int.from_bytes(_START[place : place + 4], "big") for place in range(0, 32, 4))
        self._rest, self._length = b"", 0

    def update(self, data: bytes | memoryview) -> None:
        """Take in more bytes."""
        whole = self._rest + bytes(data)
        self._length += len(data)
        end = len(whole) - len(whole) % _BLOCK
        for start in range(0, end, _BLOCK):
            self._state = _compressed(self._state, whole[start : start + _BLOCK])
        self._rest = whole[end:]

    def copy(self) -> Hash:
        """Give another that goes on from here."""
        other = Hash(SM3())
        other._state, other._rest, other._length = self._state, self._rest, self._length
        return other

    def finalize(self) -> bytes:
        """Give the digest; nothing can be added afterwards."""
        length = self._length
        self.update(b"\x80" + bytes((55 - length) % _BLOCK) + (8 * length).to_bytes(8, "big"))
        return b"".join(word.to_bytes(4, "big") for word in self._state)


def _turned(word: int, bits: int) -> int:
    bits %= 32
    return (word << bits | word >> (32 - bits)) & _WORD


def _compressed(state: tuple[int, ...], block: bytes) -> tuple[int, ...]:
    words = [int.from_bytes(block[place : place + 4], "big") for place in range(0, _BLOCK, 4)]
    for place in range(16, 68):
        mixed = words[place - 16] ^ words[place - 9] ^ _turned(words[place - 3], 15)
        spread = mixed ^ _turned(mixed, 15) ^ _turned(mixed, 23)
        words.append(spread ^ _turned(words[place - 13], 7) ^ words[place - 6])
    a, b, c, d, e, f, g, h = state
    for step in range(64):
        late = step >= _MAJORITY_FROM
        constant = 0x7A879D8A if late else 0x79CC4519
        first = _turned((_turned(a, 12) + e + _turned(constant, step)) & _WORD, 7)
        chosen = (a & b | a & c | b & c) if late else a ^ b ^ c
        other = (e & f | ~e & _WORD & g) if late else e ^ f ^ g
        one = (chosen + d + (first ^ _turned(a, 12)) + (words[step] ^ words[step + 4])) & _WORD
        two = (other + h + first + words[step]) & _WORD
        a, b, c, d = one, a, _turned(b, 9), c
        e, f, g, h = two ^ _turned(two, 9) ^ _turned(two, 17), e, _turned(f, 19), g
    return tuple(left ^ right for left, right in zip(state, (a, b, c, d, e, f, g, h), strict=True))
