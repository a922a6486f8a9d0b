"""What text a workbook's cell can hold: openpyxl refuses control characters, Excel more than 32,767 characters."""

from __future__ import annotations

import re

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST = 32_767


def cell_text(text: str) -> str:
    """Give the text as a cell holds it: a replacement character for each that it cannot hold, cut to its length."""
    return _ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", text)[:_LONGEST]
