"""Makes lists in every format that the readers take."""

from __future__ import annotations


def iso_2709(fields: list[tuple[str, str]], encoding: str, *, leader_9: str = " ") -> bytes:
    """Give one record; a field is (tag, text with indicators and $-marked subfields)."""
    body, directory = b"", b""
    for tag, text in fields:
        data = text.replace("$", "\x1f").encode(encoding) + b"\x1e"
        directory += f"{tag}{len(data):04d}{len(body):05d}".encode()
        body += data
    base = 24 + len(directory) + 1
    leader = f"{base + len(body) + 1:05d}nam {leader_9}22{base:05d}   450 "
    return leader.encode() + directory + b"\x1e" + body + b"\x1d"
