"""Recovery of a public key from a secp256k1 signature in plain Python.

Source: SEC 1, section 4.1.6, on the curve of SEC 2, section 2.4.1. Nothing here is secret, so nothing is constant-time.
"""

from __future__ import annotations

_P = 2**256 - 2**32 - 977
_N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
_G = (
    0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
    0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8,
    1,
)
_Point = tuple[int, int, int]
"""Jacobian coordinates; z = 0 is the point at infinity."""
_INFINITY: _Point = (0, 1, 0)


class PublicKey:
    """A public key with the part of coincurve's interface that verifying uses."""

    def __init__(self, x: int, y: int) -> None:
        self._x, self._y = x, y

    @classmethod
    def from_signature_and_message(cls, signature: bytes, message: bytes, hasher: None = None) -> PublicKey:
        """Recover who signed a digest; the signature is r, s and the parity; raise ValueError when nobody can have."""
        del hasher
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big")
        square = (pow(r, 3, _P) + 7) % _P
        y = pow(square, (_P + 1) // 4, _P)
        if y * y % _P != square:
            raise ValueError("no such point")
        if y & 1 != signature[64]:
            y = _P - y
        inverse = pow(r, -1, _N)
        from_digest = _times(-int.from_bytes(message, "big") * inverse % _N, _G)
        x, y, z = _sum(from_digest, _times(s * inverse % _N, (r, y, 1)))
        if z == 0:
            raise ValueError("no such key")
        back = pow(z, -1, _P)
        return cls(x * back**2 % _P, y * back**3 % _P)

    def format(self, *, compressed: bool) -> bytes:
        """Give the 65 bytes of the uncompressed form."""
        if compressed:
            raise NotImplementedError
        return b"\4" + self._x.to_bytes(32, "big") + self._y.to_bytes(32, "big")


def _times(factor: int, point: _Point) -> _Point:
    result = _INFINITY
    while factor:
        if factor & 1:
            result = _sum(result, point)
        point = _doubled(point)
        factor >>= 1
    return result


def _doubled(point: _Point) -> _Point:
    x, y, z = point
    if z == 0:
        return _INFINITY
    square = y * y % _P
    four = 4 * x * square % _P
    slope = 3 * x * x % _P
    new_x = (slope * slope - 2 * four) % _P
    return new_x, (slope * (four - new_x) - 8 * square * square) % _P, 2 * y * z % _P


def _sum(one: _Point, other: _Point) -> _Point:
    if one[2] == 0:
        return other
    if other[2] == 0:
        return one
    square_one, square_other = one[2] ** 2 % _P, other[2] ** 2 % _P
    u, v = one[0] * square_other % _P, other[0] * square_one % _P
    s, t = one[1] * square_other * other[2] % _P, other[1] * square_one * one[2] % _P
    if u == v:
        return _doubled(one) if s == t else _INFINITY
    across, rise = v - u, t - s
    square = across * across % _P
    cube, base = square * across % _P, u * square % _P
    x = (rise * rise - cube - 2 * base) % _P
    return x, (rise * (base - x) - s * cube) % _P, across * one[2] * other[2] % _P
