"""Opening an image to its last pixel, and the digest of its pixels, which is the same in every lossless format."""

from __future__ import annotations

import hashlib
import logging
import os
import warnings
from typing import IO, Any

from node.precheck.decoded import NO_IMAGE, Decoded

FORMATS = {
    ".tif": "TIFF", ".tiff": "TIFF", ".jpg": "JPEG", ".jpeg": "JPEG", ".jp2": "JPEG2000", ".png": "PNG", ".bmp": "BMP",
    ".gif": "GIF", ".webp": "WEBP",
}  # fmt: skip
MOST_PIXELS = 250_000_000
"""A1 at 600 dpi has 280 million; larger images are left to a look by hand."""
MOST_PER_BYTE = 10_000
"""Pixels of all frames for each byte of the file; a blank page in CCITT has some 7,000, a bomb more."""
BAND = 256
"""Rows hashed at a time, so that an image is not held twice."""


def decode(stream: IO[bytes], ending: str) -> Decoded:
    """Decode every frame; whatever a decoder raises says that the file is damaged."""
    from PIL import Image, UnidentifiedImageError

    logging.getLogger("PIL").setLevel(logging.CRITICAL)
    Image.MAX_IMAGE_PIXELS = None  # our own limits are below, and say so in words
    allowed = max(MOST_PIXELS, MOST_PER_BYTE * stream.seek(0, os.SEEK_END))
    stream.seek(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # remarks on odd tags, which say nothing of the pixels
        try:
            opened = Image.open(stream)
        except UnidentifiedImageError:
            return Decoded(fault=NO_IMAGE)
        with opened as image:
            kind = image.format or ""
            pixels = hashlib.sha256()
            for frame in range(getattr(image, "n_frames", 1)):
                image.seek(frame)
                allowed -= image.width * image.height
                if allowed < 0 or image.width * image.height > MOST_PIXELS:
                    return Decoded(too_large=True)
                _add(pixels, image)
    expected = {FORMATS[ending]} | ({"MPO"} if ending in (".jpg", ".jpeg") else set())
    return Decoded(format="" if kind in expected else kind, pixels=pixels.digest())


def _add(pixels: Any, image: Any) -> None:
    """Add a frame to the digest: its size, and its pixels in the plainest mode that holds them."""
    image.load()
    mode = "RGBA" if "A" in image.getbands() or "transparency" in image.info else "RGB"
    if image.mode.startswith(("I", "F")):
        mode = image.mode  # more than 8 bits a channel
    pixels.update(f"{mode} {image.width} {image.height}\n".encode())
    for top in range(0, image.height, BAND):
        band = image.crop((0, top, image.width, min(top + BAND, image.height)))
        pixels.update(band.convert(mode).tobytes())
