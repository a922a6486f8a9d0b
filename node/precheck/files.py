"""What is said of the files: faults of names, gaps, what list and files have in common, and what a resource is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from node.precheck.cells import place
from node.precheck.finding import find
from node.precheck.matching import Owners, check_presence
from node.precheck.packages import check_packages
from node.precheck.sequences import check_sequences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from node.importers.delivery import Delivery
    from node.precheck.brought import Brought
    from node.precheck.finding import Finding
    from node.precheck.matching import Listed

_NOT_ON_WINDOWS = re.compile(
    r'[<>:"|?*\\]|[. ](?:/|$)|(?:^|/)(?:CON|PRN|AUX|NUL|COM[1-9]|LPT[1-9])(?:\.[^/]*)?(?:/|$)', re.IGNORECASE
)
SPLITS = ("one", "entries", "files")
"""How a folder without a list may become resources: as one, one an entry of its top level, one a file."""


def check_files(
    brought: Brought, listed: list[Listed], split: str | None, findings: list[Finding]
) -> tuple[Owners, int | None]:
    """Compare list and files; settle, or ask, what is a resource.

    Give which resource each file belongs to, and how many resources there are (None: somebody must answer first).
    """
    delivery = brought.delivery
    findings += _faults(delivery)
    findings += check_sequences(delivery.files)
    if brought.tables:
        findings += check_presence(listed, delivery)
        owners = Owners(item.path for item in listed)
        findings += _of_rows(listed, delivery, owners)
        findings += check_packages(listed, delivery)
        return owners, len(listed) or sum(map(len, brought.tables))
    entries = delivery.entries()
    if brought.question is not None:
        findings.append(brought.question)
        return Owners(entries), None
    if split is None and len(delivery.files) > 1:
        counts: dict[str, Any] = {"entries": len(entries), "files": len(delivery.files)}
        findings.append(find("as-question", place={"file": str(delivery.place)}, **counts))
        return Owners(entries), None
    chosen = {"one": ["."], "entries": list(entries), "files": list(delivery.files)}[split or "files"]
    for path in chosen:
        if path in delivery.files and delivery.files[path].size == 0:
            findings.append(find("file-empty", value=path, place={"file": path, "paths": (path,)}))
    return Owners(chosen), len(chosen)


def _faults(delivery: Delivery) -> Iterator[Finding]:
    for fault in delivery.faults:
        reasons = {"reason": "没有权限或介质出错", "reason_en": "no permission, or the medium fails"}
        if fault.error is not None:
            reasons = {"reason": fault.error.words.zh, "reason_en": fault.error.words.en}
        here = {"file": fault.path, "paths": (fault.path,)}
        yield find(fault.rule, value=fault.path, place=here, **reasons)
    if unkept := tuple(path for path in delivery.files if _NOT_ON_WINDOWS.search(path)):
        yield find("name-windows", value=unkept[0], count=len(unkept), place={"file": unkept[0], "paths": unkept})
    if delivery.ignored:
        count = len(delivery.ignored)
        yield find("file-ignored", value=delivery.ignored[0], count=count, place={"paths": delivery.ignored})


def _of_rows(listed: list[Listed], delivery: Delivery, owners: Owners) -> Iterator[Finding]:
    """Check what rows say of their files as a whole: page counts, and that no resource is one empty file."""
    inside: dict[str, int] = {}
    for path in delivery.files:
        if (owner := owners.of(path)) is not None and owner != path:
            inside[owner] = inside.get(owner, 0) + 1
    pages = {id(item.table): item.table.column("pages") for item in listed}
    for item in listed:
        entry = delivery.files.get(item.path)
        if entry is not None and entry.size == 0:
            yield find("file-empty", value=item.path, place=place(item.table, "path", [item.place]))
        texts = pages[id(item.table)]
        if item.path not in inside or texts is None:
            continue
        text, found = texts[item.place], inside[item.path]
        if text.isascii() and text.isdigit() and int(text) != found:
            where = place(item.table, "pages", [item.place])
            yield find("pages-differ", value=item.path, listed=int(text), found=found, place=where)
