"""The unified social credit code 统一社会信用代码 of an institution.

Source: GB 32100-2015: 18 characters, the last a check character over the first 17 with weights 3^i mod 31.
"""

from __future__ import annotations

from node.errors import BadInput, Words

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_LENGTH = 18


def check_credit_code(code: str) -> str:
    """Give the code back when it is well-formed; raise BadInput that says what is wrong with it."""
    mend = Words("请对照法人证书核对 18 位代码", "compare the 18 characters with the institution's certificate")
    if len(code) != _LENGTH or any(character not in _ALPHABET for character in code):
        zh = f"统一社会信用代码 {code[:40]!r} 应为 18 位数字和大写字母(不含 I、O、S、V、Z)"
        en = f"credit code {code[:40]!r} must be 18 digits and capital letters (without I, O, S, V, Z)"
        raise BadInput(zh, en, mend=mend, field="credit_code")
    total = sum(_ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(code[:-1]))
    expected = _ALPHABET[-total % 31]
    if code[-1] != expected:
        zh = f"统一社会信用代码 {code} 的校验字符不符(GB 32100)"
        en = f"the check character of credit code {code} is wrong (GB 32100)"
        raise BadInput(zh, en, mend=mend, field="credit_code")
    return code
