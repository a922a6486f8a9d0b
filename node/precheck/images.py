"""Opening an image to its last pixel, and the digest of its pixels, which is the same in every lossless format."""

from __future__ import annotations

import hashlib
import warnings
from typing import IO, Any

from node.precheck.decoding import Decoded

FORMATS = {
    ".tif": "TIFF", ".tiff": "TIFF", ".jpg": "JPEG", ".jpeg": "JPEG", ".jp2": "JPEG2000", ".png": "PNG", ".bmp": "BMP",
    ".gif": "GIF", ".webp": "WEBP",
}  # fmt: skip
MOST_PIXELS = 250_000_000
"""A1 at 600 dpi has 280 million; larger images are left to a look by hand."""
BAND = 256
"""Rows hashed at a time, so that an image is not held twice."""


def decode(stream: IO[bytes], ending: str) -> Decoded:
    """Decode every frame; whatever a decoder raises says that the file is damaged."""
    from PIL import Image, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = None  # our own limit is below, and says so in words
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # remarks on odd tags, which say nothing of the pixels
        try:
            opened = Image.open(stream)
        except UnidentifiedImageError:
            return Decoded(fault="not an image")
        with opened as image:
            if image.width * image.height > MOST_PIXELS:
                return Decoded(too_large=True)
            kind = image.format or ""
            pixels = hashlib.sha256()
            for frame in range(getattr(image, "n_frames", 1)):
                image.seek(frame)
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
