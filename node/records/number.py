"""The registration number 登记号: institution 8, year 4, serial 8, check character 1.

Source of the check character: ISO 7064 MOD 37,36 over the letters and digits. Example: ``14000001-2023-00000001-A``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from node.errors import BadInput

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MODULUS = len(_ALPHABET)
_SHAPE = re.compile(r"([0-9A-Z]{8})-([0-9]{4})-([0-9]{8})-([0-9A-Z])", re.ASCII)
LARGEST_SERIAL = 99_999_999


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Number:
    """A registration number; ``period`` is the project year, ``serial`` counts from 1 within it."""

    institution: str
    period: int
    serial: int

    def __str__(self) -> str:
        body = f"{self.institution}-{self.period:04d}-{self.serial:08d}"
        return f"{body}-{check_character(body.replace('-', ''))}"

    def on_chain(self) -> bytes:
        """Give the number as the contract's bytes32: ASCII, padded with zeros on the right."""
        return str(self).encode().ljust(32, b"\0")

    @classmethod
    def parse(cls, text: str) -> Number:
        """Read a number; raise BadInput when its shape or its check character is wrong."""
        match = _SHAPE.fullmatch(text)
        if match is None:
            zh = f"登记号 {text[:40]!r} 的形式不对,应如 14000001-2023-00000001-A"
            raise BadInput(zh, f"registration number {text[:40]!r} is not of the form 14000001-2023-00000001-A")
        number = cls(institution=match[1], period=int(match[2]), serial=int(match[3]))
        if str(number) != text:
            zh = f"登记号 {text} 的校验字符不符,请核对是否抄错"
            raise BadInput(zh, f"the check character of registration number {text} is wrong: was it miscopied?")
        return number

    @classmethod
    def from_chain(cls, word: bytes) -> Number:
        """Read the contract's bytes32."""
        return cls.parse(word.rstrip(b"\0").decode("ascii", "replace"))


def check_character(body: str) -> str:
    """Give the ISO 7064 MOD 37,36 check character of letters and digits."""
    product = _MODULUS
    for character in body:
        total = (product + _ALPHABET.index(character)) % _MODULUS or _MODULUS
        product = total * 2 % (_MODULUS + 1)
    return _ALPHABET[(_MODULUS + 1 - product) % _MODULUS]
