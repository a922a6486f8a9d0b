"""Sound files: WAVE is read to its last sample; of MP3 every frame's header is followed to the end of the file."""

from __future__ import annotations

import wave
from typing import IO

from node.precheck.decoded import Decoded

_PIECE = 1 << 16
_BITRATES = {
    (3, 1): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (3, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (2, 1): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""(MPEG version as in the header, layer III as 1, II as 2) → kbit/s by index; version 2.5 has those of 2."""
_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_TAG, _APE = b"TAG", b"APETAGEX"


def decode(stream: IO[bytes], ending: str) -> Decoded:
    """Read a sound file to its end; raise whatever says that it is damaged."""
    if ending == ".mp3":
        _follow_frames(stream.read())
        return Decoded()
    with wave.open(stream) as sound:
        width = sound.getsampwidth() * sound.getnchannels()
        read = 0
        while piece := sound.readframes(_PIECE):
            read += len(piece) // width
        if read != sound.getnframes():
            raise ValueError(f"{read} of {sound.getnframes()} frames")
    return Decoded()


def _follow_frames(data: bytes) -> None:
    """Go from frame to frame of an MP3; raise ValueError where the chain breaks before the end."""
    place, frames = _behind_id3(data), 0
    while place < len(data) and not data.startswith((_TAG, _APE), place):
        if not data[place:].strip(b"\0"):
            break  # players pad the end with zeros
        length = _frame_length(data[place : place + 4])
        if not length or place + length > len(data) + 1:
            raise ValueError(f"frame {frames + 1} at byte {place} is broken off")
        place, frames = place + length, frames + 1
    if not frames:
        raise ValueError("no frame")


def _behind_id3(data: bytes) -> int:
    if not data.startswith(b"ID3") or len(data) < 10:  # noqa: PLR2004 - length of the tag's header
        return 0
    size = 0
    for byte in data[6:10]:
        size = size << 7 | byte & 0x7F
    return 10 + size + (10 if data[5] & 0x10 else 0)


def _frame_length(header: bytes) -> int:
    """Give a frame's bytes by ISO 11172-3 and 13818-3, layers II and III; 0 when the header is none."""
    word = int.from_bytes(header, "big")
    version, layer = word >> 19 & 3, word >> 17 & 3
    rates = _BITRATES.get((3 if version == 3 else 2, layer))  # noqa: PLR2004 - MPEG 1
    index, rate = word >> 12 & 15, word >> 10 & 3
    if word >> 21 != 0x7FF or version == 1 or rates is None or not 0 < index < len(rates) or rate == 3:  # noqa: PLR2004
        return 0
    samples = 144 if version == 3 or layer == 2 else 72  # noqa: PLR2004
    return samples * rates[index] * 1000 // _RATES[version][rate] + (word >> 9 & 1)
