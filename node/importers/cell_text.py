"""What text a cell can hold, and how a text that looks like a formula stands in a CSV.

Of a workbook openpyxl refuses control characters, Excel more than 32,767 characters.
"""

from __future__ import annotations

import re

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_LONGEST = 32_767
_COMPUTED = re.compile("'*[=+\\-@\t\r]")


def cell_text(text: str) -> str:
    """Give the text as a workbook's cell holds it: a replacement character for each that it cannot hold, cut to length.

    What looks like an escape (ISO/IEC 29500-1, 22.9.2.19: ``_x0041_`` is A) is escaped, so that it is read as it was.
    """
    return _ESCAPE.sub("_x005F_", _ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", text)[:_LONGEST])


def guarded(text: str) -> str:
    """Give the text as a CSV holds it, with an apostrophe before what a spreadsheet would compute.

    One that has apostrophes there already gets one more, so that `unguarded` gives back exactly this text.
    """
    return f"'{text}" if _COMPUTED.match(text) else text


def unguarded(text: str) -> str:
    """Take off the apostrophe that `guarded` put before a text, or that somebody typed for the same reason."""
    return text[1:] if text.startswith("'") and _COMPUTED.match(text) else text
