"""Opening every image, PDF and sound file to its end: a step of its own, in processes of its own, timed apart.

Decoding costs a hundred times what hashing does, and decoders are large programs that meet foreign bytes here: each
runs in a child with a limit on memory, and one that dies takes only its file along.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from node.precheck.decoded import NO_IMAGE, Decoded
from node.precheck.finding import find

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from node.importers.delivery import Delivery, Entry
    from node.precheck.finding import Finding

IMAGES = frozenset({".tif", ".tiff", ".jpg", ".jpeg", ".jp2", ".png", ".bmp", ".gif", ".webp"})
SOUNDS = frozenset({".wav", ".mp3"})
DECODED = IMAGES | SOUNDS | {".pdf"}
_CRASHED = "the decoder crashed"
_IN_CHINESE = {NO_IMAGE: "不是图像", _CRASHED: "解码程序崩溃"}
"""Reasons of our own; what a decoder says is in English, and told as its words."""
LARGEST_MEMORY = 3 << 30
"""Bytes of address space that a decoder may use."""


def decode_all(delivery: Delivery, step: Callable[[int], None]) -> tuple[dict[str, Decoded], Counter[str]]:
    """Decode what can be decoded here; give the results, and how many files of which ending were left alone."""
    endings = {path: ending_of(path) for path in delivery.files}
    left = Counter(ending or "-" for ending in endings.values() if ending not in DECODED)
    wanted = {path: entry for path, entry in delivery.files.items() if endings[path] in DECODED and entry.size}
    results: dict[str, Decoded] = {}
    workers = os.cpu_count() or 1
    while wanted:
        try:
            _together(wanted, workers, results, step)
        except BrokenProcessPool:
            # one of those in work ended its process: the next ones go alone, so that it is known which
            wanted = {path: entry for path, entry in wanted.items() if path not in results}
            for path, entry in list(wanted.items())[: 2 * workers]:
                results[path] = _alone(entry, endings[path])
                step(1)
        wanted = {path: entry for path, entry in wanted.items() if path not in results}
    return results, left


def _together(
    wanted: dict[str, Entry], workers: int, results: dict[str, Decoded], step: Callable[[int], None]
) -> None:
    """Decode in parallel, putting each result into `results` at once; raise BrokenProcessPool when a child dies."""
    with _pool(workers) as pool:
        for path, decoded in zip(wanted, pool.map(_decode, wanted.values(), map(ending_of, wanted)), strict=True):
            results[path] = decoded
            step(1)


def _alone(entry: Entry, ending: str) -> Decoded:
    with _pool(1) as pool:
        try:
            return pool.submit(_decode, entry, ending).result()
        except BrokenProcessPool:
            return Decoded(fault=_CRASHED)


def _pool(workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=limit_memory)


def limit_memory() -> None:
    """Bound the address space of this process, so that a bomb fails instead of pushing others out."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (LARGEST_MEMORY, LARGEST_MEMORY))


def _decode(entry: Entry, ending: str) -> Decoded:
    from node.precheck import images, pdf, sounds

    try:
        with entry.open() as stream:
            if ending in IMAGES:
                return images.decode(stream, ending)
            return pdf.decode(stream) if ending == ".pdf" else sounds.decode(stream, ending)
    except MemoryError:
        return Decoded(too_large=True)
    except Exception as error:  # noqa: BLE001 - decoders fail in every way that there is; the file is what is at fault
        return Decoded(fault=(str(error) or type(error).__name__)[:200])


def ending_of(path: str) -> str:
    """Give the ending of a path in lower case, with its dot."""
    return PurePosixPath(path).suffix.lower()


def check_decoded(results: dict[str, Decoded], left: Counter[str]) -> Iterator[Finding]:
    """Tell what does not decode, is something else, shows the same pixels, or was not looked at."""
    pixels: dict[bytes, list[str]] = defaultdict(list)
    for path, decoded in results.items():
        here = {"file": path, "paths": (path,)}
        if decoded.fault:
            reason = _IN_CHINESE.get(decoded.fault, f"解码程序报“{decoded.fault}”")
            yield find("not-decodable", value=path, reason=reason, reason_en=decoded.fault, place=here)
        if decoded.format:
            yield find("other-format", value=path, found=decoded.format, place=here)
        if decoded.locked:
            yield find("locked-pdf", value=path, place=here)
        if decoded.too_large:
            left[f"{ending_of(path)} >250 Mpx"] += 1
        if decoded.pixels:
            pixels[decoded.pixels].append(path)
    for paths in pixels.values():
        for path in paths[1:]:
            yield find("same-pixels", value=path, other=paths[0], place={"file": path, "paths": (paths[0], path)})
    if left:
        listed = ", ".join(f"{ending} {count}" for ending, count in left.most_common())
        yield find("not-examined", value=listed, count=sum(left.values()))
