"""The short recording of the demonstration: twelve notes of a tune made up for it, PCM, 16 bit, one channel."""

from __future__ import annotations

import io
import math
import wave
from array import array
from sys import byteorder

RATE = 8000
SEGMENTS = 12
SEGMENT_MS = 500
_TUNE = (392, 440, 523, 587, 523, 440, 392, 330, 392, 523, 440, 392)
"""The pitch of each segment in hertz."""

_TABLE = 1024
_SINE = tuple(round(9000 * math.sin(2 * math.pi * place / _TABLE)) for place in range(_TABLE))


def recording() -> bytes:
    """Give the WAV file: 6 seconds, the same samples everywhere because only the table is made with fractions."""
    length = RATE * SEGMENT_MS // 1000
    samples = array("h")
    for pitch in _TUNE:
        for place in range(length):
            loudness = min(place * 20, length - place)  # a quick start, then fading to nothing
            phase = place * pitch * _TABLE // RATE
            tone = _SINE[phase % _TABLE] + _SINE[2 * phase % _TABLE] // 4
            samples.append(tone * loudness // length)
    if byteorder == "big":
        samples.byteswap()
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(samples.tobytes())
    return file.getvalue()
