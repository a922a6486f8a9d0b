"""What a file is: by its name, else by its first bytes. The same everywhere: the system's own tables are not asked."""

from __future__ import annotations

import codecs
import mimetypes

_BY_NAME = mimetypes.MimeTypes(filenames=())
_TEXT = frozenset({"application/json", "application/javascript", "application/xml", "image/svg+xml"})
_MAGIC = (
    (b"%PDF-", "application/pdf"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"),
    (b"II*\0", "image/tiff"), (b"MM\0*", "image/tiff"), (b"GIF8", "image/gif"), (b"PK\x03\x04", "application/zip"),
    (b"ID3", "audio/mpeg"), (b"OggS", "application/ogg"), (b"fLaC", "audio/flac"), (b"\0\0\0\x0cjP  ", "image/jp2"),
)  # fmt: skip
_BOXES = {b"WEBP": "image/webp", b"WAVE": "audio/x-wav", b"AVI ": "video/x-msvideo"}
_PACKED = {"gzip": "application/gzip", "bzip2": "application/x-bzip2", "xz": "application/x-xz"}
UNKNOWN = "application/octet-stream"


def media_type(name: str, beginning: bytes) -> str:
    """Give the media type of a file, text with its character set where it is known."""
    guessed, packed = _BY_NAME.guess_type(name, strict=False) if "." in name else (None, None)
    if packed is not None:
        return _PACKED.get(packed, UNKNOWN)
    found = guessed or _sniffed(beginning)
    if (found.startswith("text/") or found in _TEXT) and _is_utf8(beginning):
        return f"{found}; charset=utf-8"
    return found


def _sniffed(beginning: bytes) -> str:
    for magic, found in _MAGIC:
        if beginning.startswith(magic):
            return found
    if beginning[:4] == b"RIFF" and beginning[8:12] in _BOXES:
        return _BOXES[beginning[8:12]]
    if beginning[4:8] == b"ftyp":
        return "video/mp4"
    return "text/plain" if _is_utf8(beginning) and not _has_controls(beginning) else UNKNOWN


def _is_utf8(beginning: bytes) -> bool:
    """Tell whether bytes are UTF-8, the last character perhaps cut."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(beginning)
    except UnicodeDecodeError:
        return False
    return True


def _has_controls(beginning: bytes) -> bool:
    return any(byte < 32 and byte not in b"\t\n\r\f" for byte in beginning)  # noqa: PLR2004 - C0 controls
