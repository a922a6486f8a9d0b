"""The demonstration collection on disk: three resources, the table that describes them, and their units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from node.demo.lists import PAGES_FOLDER, RECORDING_FILE, TEXTS_FOLDER, description_table, units
from node.demo.pages import page_image
from node.demo.recording import recording
from node.demo.texts import PAGES, page_text

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """Where the parts of a generated collection lie; `units` is how many units `units_file` holds."""

    root: Path
    pages: tuple[Path, ...]
    texts: tuple[Path, ...]
    recording: Path
    description_list: Path
    units_file: Path
    units: int

    @property
    def resources(self) -> tuple[Path, Path, Path]:
        """The three resources: the folder of page images, the folder of texts, the recording."""
        return self.root / PAGES_FOLDER, self.root / TEXTS_FOLDER, self.recording


def generate(folder: Path) -> Collection:
    """Write the collection into a folder, which is made if it is missing; the same bytes at every run.

    A file that holds these bytes already is left as it is, so a repeated run changes nothing. An interrupted run
    leaves some of the files; the next one completes them. Raises OSError where the folder cannot be written.
    """
    contents: dict[str, bytes] = {}
    for number in range(1, len(PAGES) + 1):
        contents[f"{PAGES_FOLDER}/p{number:03}.tif"] = page_image(number)
        contents[f"{TEXTS_FOLDER}/p{number:03}.txt"] = page_text(number).encode()
    unit_lines = units()
    contents[RECORDING_FILE] = recording()
    contents["著录.csv"] = description_table().encode()
    contents["知识单元.jsonl"] = unit_lines.encode()
    for name, content in contents.items():
        _write(folder / name, content)
    return Collection(
        root=folder,
        pages=tuple(folder / name for name in contents if name.startswith(PAGES_FOLDER)),
        texts=tuple(folder / name for name in contents if name.startswith(TEXTS_FOLDER)),
        recording=folder / RECORDING_FILE,
        description_list=folder / "著录.csv",
        units_file=folder / "知识单元.jsonl",
        units=unit_lines.count("\n"),
    )


def _write(path: Path, content: bytes) -> None:
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
