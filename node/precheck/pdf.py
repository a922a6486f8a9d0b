"""Opening a PDF: every page, its content, and the images that it shows."""

from __future__ import annotations

import logging
from typing import IO

from node.precheck.decoded import Decoded


def decode(stream: IO[bytes]) -> Decoded:
    """Read every page; whatever the reader raises says that the file is damaged."""
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, FileNotDecryptedError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    if b"%PDF-" not in stream.read(1024):
        raise ValueError("no PDF header")
    stream.seek(0)
    reader = PdfReader(stream, strict=False)
    try:
        if reader.is_encrypted and not reader.decrypt(""):
            return Decoded(locked=True)
        if not reader.pages:
            raise ValueError("no page")
        for page in reader.pages:
            content = page.get_contents()
            if content is not None:
                content.get_data()
            for name in page.images.keys():  # noqa: SIM118 - no mapping
                try:
                    page.images[name].image.load()  # type: ignore[union-attr]
                except NotImplementedError:
                    continue  # a filter that the library does not know says nothing of the file
    except (DependencyError, FileNotDecryptedError):
        return Decoded(locked=True)
    return Decoded()
