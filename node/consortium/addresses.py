"""Addresses as people type them into CONSORTIUM.yaml: with or without capitals, or the wish that a key be made."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from node.receipts.keccak import keccak

if TYPE_CHECKING:
    from node.consortium.yaml_reading import Place

MAKE_ONE = "make one"
PUBLIC_KEY = re.compile("0x[0-9a-fA-F]{128}", re.ASCII)
_ADDRESS = re.compile("0x[0-9a-fA-F]{40}", re.ASCII)
_LEAST_OF_A_CAPITAL = 8


def read_address(place: Place) -> bytes | None:
    """Give 20 bytes, or None for a key that is to be made; raise BadInput for anything else, also a miscopied one."""
    text = place.text()
    if text == MAKE_ONE:
        return None
    if _ADDRESS.fullmatch(text) is None:
        zh = f"应为 0x 加 40 位十六进制的地址,或 {MAKE_ONE}"
        raise place.wrong(zh, f"must be an address (0x and 40 digits), or {MAKE_ONE}")
    digits = text[2:]
    if digits not in (digits.lower(), digits.upper()) and digits != _with_checksum(digits.lower()):
        zh, en = "地址的大小写校验(EIP-55)不符,请核对是否抄错", "its checksum (EIP-55) is wrong: was it miscopied?"
        raise place.wrong(zh, en)
    address = bytes.fromhex(digits)
    if not any(address):
        raise place.wrong("地址不能全为零", "the address is zero")
    return address


def _with_checksum(digits: str) -> str:
    """Write an address's digits as EIP-55 does: a letter is a capital where its hash has 8 or more."""
    marks = keccak(digits.encode()).hex()
    return "".join(
        letter.upper() if int(mark, 16) >= _LEAST_OF_A_CAPITAL else letter
        for letter, mark in zip(digits, marks, strict=False)
    )
