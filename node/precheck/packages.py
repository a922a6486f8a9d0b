"""Packages (VR/AR, 3D, courses): that the entry file and the files with a role, which a row names, are there."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from node.errors import BadInput
from node.precheck.cells import place
from node.precheck.finding import find
from node.records.composed import read_roles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from node.importers.delivery import Delivery
    from node.precheck.finding import Finding
    from node.precheck.matching import Listed


def check_packages(listed: list[Listed], delivery: Delivery) -> Iterator[Finding]:
    """Find what the columns 入口文件 and 文件角色 name and the resource does not have: registering would refuse it."""
    named = {
        id(item.table): [(name, texts) for name in ("entry", "file_roles") if (texts := item.table.column(name))]
        for item in {id(item.table): item for item in listed}.values()
    }
    if not any(named.values()):
        return
    folders = {str(above) for path in delivery.files for above in PurePosixPath(path).parents}
    for item in listed:
        for name, texts in named[id(item.table)]:
            for text in _names(name, texts[item.place]):
                path = _inside(item.path, text, delivery)
                if path not in delivery.files and (name == "entry" or path not in folders):
                    yield find("package-file-missing", value=text, place=place(item.table, name, [item.place]))


def _names(name: str, text: str) -> list[str]:
    if name == "entry" or not text:
        return [text] if text else []
    try:
        return [each.path for each in read_roles(text)]
    except BadInput:
        return []  # told with the meaning of the cells


def _inside(resource: str, text: str, delivery: Delivery) -> str:
    """Give the path in the delivery of a path in a resource; a resource of one file holds it by its name."""
    if resource in delivery.files:
        return resource if text == PurePosixPath(resource).name else ""
    return text if resource == "." else f"{resource}/{text}"
