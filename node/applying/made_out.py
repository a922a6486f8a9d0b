"""Making the register out: of which resources, with what above and below them, and as which files."""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING

from node.applying.register import Register, head_of, lines_of
from node.applying.sheet import as_page
from node.home import NETWORK
from node.listing.formats import in_format
from node.own_anchor import trust_anchor
from storage.lots import LotRow
from storage.proofs import ProofFolder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from node.home import Home, Identity
    from storage.journal import Journal
    from storage.resources import ResourceRow

NAME = "登记清单"
MOST_OF_A_NAME = 60
"""Characters of a name that go into a folder's name; with what stands before them they fit into 255 bytes."""


def rows_of(journal: Journal, numbers: Iterable[str]) -> list[ResourceRow]:
    """Give the resources with these numbers, each once."""
    found = (journal.resources.by_number(number) for number in dict.fromkeys(numbers))
    return [row for row in found if row is not None]


def rows_from(journal: Journal, source: str, path: str) -> list[ResourceRow]:
    """Give the resources of a lot with this name, else those that came from a path; none where it is neither."""
    return list(journal.resources.of_lot(source)) or list(journal.resources.from_source(path))


def lot_of(rows: list[ResourceRow]) -> str:
    """Give the lot that all resources came in, or "" ."""
    lots = {row.lot for row in rows}
    return lots.pop() if len(lots) == 1 else ""


def made_out(
    rows: list[ResourceRow], *, identity: Identity, home: Home, journal: Journal, source: str, left: int
) -> Register:
    """Make the register out of what the journal and the proofs say now."""
    lines, name = lines_of(journal, rows), lot_of(rows)
    return Register(
        institution=identity.name,
        code=identity.code,
        fingerprint=trust_anchor(home).fingerprint,
        source=source,
        lot=(journal.lots.get(name) or LotRow(name=name, created=0)) if name else None,
        lines=lines,
        head=head_of(lines, ProofFolder(home.proofs)),
        made=int(time.time()),
        left=left,
        alone=identity.chain != NETWORK,
        demonstration=identity.demonstration,
    )


def files_of(register: Register, language: str) -> Iterator[tuple[str, bytes]]:
    """Give name and content of each file; the page is the last, since it bears the digest of the list beside it."""
    rows = [line.listed() for line in register.lines]
    lists = {form: in_format(form, rows, language=language) for form in ("csv", "jsonl", "xlsx")}
    for form, data in lists.items():
        yield f"{NAME}.{form}", data
    yield f"{NAME}.html", as_page(register, language, list_digest=hashlib.sha256(lists["csv"]).digest())


def folder_name(name: str) -> str:
    """Give the name of the folder for a lot or a delivery of this name."""
    plain = "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in name).strip(".") or "_"
    return f"{NAME}-{plain[:MOST_OF_A_NAME]}"
