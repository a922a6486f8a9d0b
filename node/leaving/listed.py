"""The list of an export's bags: each with its payload's digest, so that a bag that is gone is missed.

    lists/bags.jsonl    {"bag":"resources/2023/NUMBER","kind":"tree","sha256":"…"}

The export writes it last, of every bag that ought to be there; the verifier that runs alone holds the bags against it.
Nobody signed it: it shows loss, not malice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from node.errors import BadInput
from node.records import canonical
from storage.whole_folder import FORMER, PARTIAL

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from node.leaving.judging import Judged

LIST = "lists/bags.jsonl"
MARK = ".zhicang-export"
"""The file that makes a folder an export."""
_PLACES = ("resources/*/*", "units/*")


def line_of(bag: str, *, kind: str, digest: bytes) -> bytes:
    """Give the line of a bag, by its path in the export."""
    return canonical.encode({"bag": bag, "kind": kind, "sha256": digest.hex()}) + b"\n"


def is_unfinished(bag: Path) -> bool:
    """Tell whether a folder is what a cut run left beside a bag, which the next run removes or puts back."""
    return bag.name.endswith((PARTIAL, FORMER))


@dataclass(slots=True, kw_only=True)
class Listed:
    """The bags that an export ought to hold; ``left`` are those that were not held against it yet."""

    folder: Path
    there: bool
    left: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> Listed:
        """Read the list of an export, if there is one; raise BadInput when it is none."""
        path = folder / LIST
        if not path.is_file():
            return cls(folder=folder, there=False)
        with path.open("rb") as stream:
            values = [_value(line, row, path) for row, line in enumerate(stream, start=1)]
        left = {str(value["bag"]): (str(value["kind"]), bytes.fromhex(value["sha256"])) for value in values}
        return cls(folder=folder, there=True, left=left)

    def hold(self, bag: Path, judged: Judged) -> None:
        """Hold a bag that was judged against its line; one that the list does not name stands for itself."""
        kind, digest = self.left.pop(bag.relative_to(self.folder).as_posix(), ("", b""))
        if kind and judged.measured is not None and judged.measured.content_digest(kind) != digest:
            judged.wrong(1, f"内容不是 {LIST} 所列的", f"its payload is not the one that {LIST} names")

    def missing(self) -> Iterator[str]:
        """Give the bags that are listed, and folders where bags belong, that are no bags: in order, by their paths."""
        folders = (path for place in _PLACES for path in self.folder.glob(place) if path.is_dir())
        no_bags = {
            path.relative_to(self.folder).as_posix()
            for path in folders
            if not is_unfinished(path) and not (path / "bagit.txt").is_file()
        }
        yield from sorted(self.left.keys() | no_bags)

    @property
    def is_wanted(self) -> bool:
        """Tell whether this is an export whose list is not there."""
        return not self.there and ((self.folder / MARK).is_file() or (self.folder / "resources").is_dir())


def _value(line: bytes, row: int, path: Path) -> dict[str, Any]:
    try:
        value = canonical.decode(line.removesuffix(b"\n"))
        if {type(value[name]) for name in ("bag", "kind", "sha256")} == {str} and bytes.fromhex(value["sha256"]):
            return dict(value)
    except (BadInput, KeyError, TypeError, ValueError):
        pass
    raise BadInput("不是包的清单", "no list of bags", file=str(path), row=row)
