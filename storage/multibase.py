"""How the bytes of a CID are written: the multibase forms that IPFS tools give and take.

Source: the multibase table (b base32, f base16, z base58btc, k base36; B and F their upper-case kin) and the CID
specification, by which a text of 46 characters that begins with "Qm" is a CIDv0 in base58btc without a prefix.
"""

from __future__ import annotations

from storage.errors import MalformedId

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"
_V0_LENGTH = 46
_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
_DIGITS = {ord(c): "." for c in map(chr, range(128))} | dict(zip(map(ord, _BASE32), BASE36, strict=False))
"""From base32 to the digits of `int`; a full stop for what is no digit."""
_OTHER_CASE = {ord(c): c.swapcase() for c in map(chr, range(128)) if c.isalpha()}
LONGEST = 256
"""Characters of a CID that is looked at."""


def decode_cid_text(text: str) -> bytes:
    """Give the binary form of a CID in any of the forms; raise MalformedId."""
    if len(text) > LONGEST or not text.isascii():
        raise malformed(text)
    if len(text) == _V0_LENGTH and text.startswith("Qm"):
        return _from_number(text, BASE58)
    try:
        match text[:1]:
            case "b":
                return _from_base32(text[1:])
            case "B":
                return _from_base32(text[1:].translate(_OTHER_CASE))
            case "f" | "F":
                return bytes.fromhex(text[1:])
            case "z":
                return _from_number(text[1:], BASE58)
            case "k":
                return _from_number(text[1:], BASE36)
    except ValueError as error:
        raise malformed(text) from error
    raise malformed(text)


def base58(data: bytes) -> str:
    """Write bytes in base58btc, without a prefix."""
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = BASE58[digit] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text


def malformed(text: str) -> MalformedId:
    """Give the error for what is no CID."""
    zh, en = f"不是 CID:{text[:80]}", f"no CID: {text[:80]}"
    return MalformedId(zh, en)


def _from_base32(text: str) -> bytes:
    """Read lower-case base32 by the number that it is, many times faster than the library does digit by digit."""
    if not text:
        return b""
    digits = text.translate(_DIGITS)
    if not digits.isalnum() or len(text) % 8 in (1, 3, 6):
        raise ValueError(text)
    bits = 5 * len(text)
    return (int(digits, 32) >> bits % 8).to_bytes(bits // 8, "big")


def _from_number(text: str, alphabet: str) -> bytes:
    number = 0
    for character in text:
        digit = alphabet.find(character)
        if digit < 0:
            raise malformed(text)
        number = number * len(alphabet) + digit
    zeros = len(text) - len(text.lstrip(alphabet[0]))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")
