"""The composed parts of the metadata as the texts of a list: identifiers, lineage, roles of files; and the way back.

Several of one kind stand behind semicolons. The columns of the lineage hold either one text for all sources or as many
as there are sources.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from node.errors import BadInput
from node.records.parts import FileRole, Identifier, Source
from node.records.vocabulary import ROLES, SCHEMES, VOCABULARY, code_among, code_for

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

IDENTIFIERS = {"cdoi": ("cdoi",), "isbn": ("isbn", "issn"), "call_number": ("call-number",)}
"""Column of its own → the schemes that it is for; `identifiers` (``scheme:value``) holds the others."""
LINEAGE = ("derived_from", "relation", "tool", "tool_version", "confidence")
_ISSN_LENGTH = 8
_SEMICOLON = re.compile("[;；]")


def parts(text: str) -> tuple[str, ...]:
    """Split what stands behind semicolons."""
    return tuple(part.strip() for part in _SEMICOLON.split(text) if part.strip())


def read_count(text: str) -> int:
    """Read a number of up to nine digits."""
    if not re.fullmatch("[0-9]{1,9}", text.strip()):
        raise BadInput(f"“{text[:40]}”应为整数", f"{text[:40]!r} must be an integer")
    return int(text)


def read_identifiers(before: tuple[Identifier, ...], said: Mapping[str, str]) -> tuple[Identifier, ...]:
    """Take out what each column said is for, and put in what it says."""
    own = {scheme for schemes in IDENTIFIERS.values() for scheme in schemes}
    replaced = {scheme for column in IDENTIFIERS.keys() & said.keys() for scheme in IDENTIFIERS[column]}
    if "identifiers" in said:
        replaced |= SCHEMES.keys() - own
    found = {each for each in before if each.scheme not in replaced}
    for column, schemes in IDENTIFIERS.items():
        for value in parts(said.get(column, "")):
            found.add(
                Identifier(scheme=schemes[-1] if column == "isbn" and _is_issn(value) else schemes[0], value=value)
            )
    for part in parts(said.get("identifiers", "")):
        scheme, colon, value = part.replace("：", ":", 1).partition(":")
        if not colon or not value.strip():
            zh, en = f"标识符“{part[:60]}”应写成“种类:标识”", f"identifier {part[:60]!r} must be scheme:value"
            raise BadInput(zh, en, field="identifiers")
        code = code_among(SCHEMES, scheme.strip(), field="identifiers")
        found.add(Identifier(scheme=code, value=value.strip()))
    return tuple(sorted(found, key=lambda each: (each.scheme, each.value)))


def write_identifiers(identifiers: tuple[Identifier, ...]) -> dict[str, str]:
    """Give the texts of the columns for identifiers."""
    texts: dict[str, list[str]] = {}
    for each in identifiers:
        isbn = each.scheme in IDENTIFIERS["isbn"] and _is_issn(each.value) == (each.scheme == "issn")
        column = {"cdoi": "cdoi", "call-number": "call_number"}.get(each.scheme, "isbn" if isbn else "identifiers")
        texts.setdefault(column, []).append(f"{each.scheme}:{each.value}" if column == "identifiers" else each.value)
    return {column: ";".join(values) for column, values in texts.items()}


def read_lineage(said: Mapping[str, str], number_of: Callable[[str], str]) -> tuple[Source, ...]:
    """Read the sources; one without a number is an original that is not registered."""
    cells = {column: [part.strip() for part in _SEMICOLON.split(said[column])] for column in LINEAGE if column in said}
    many = max(max((place for place, text in enumerate(texts, 1) if text), default=1) for texts in cells.values())
    found: list[Source] = []
    for index in range(many):
        one: dict[str, str] = {}
        for column, texts in cells.items():
            if 1 < len(texts) < many:
                zh, en = f"有 {len(texts)} 项,来源有 {many} 项", f"{len(texts)} items for {many} sources"
                raise BadInput(zh, en, field=column)
            one[column] = texts[index if len(texts) > 1 else 0]
        found.append(_source(one, number_of))
    return tuple(found)


def _source(said: dict[str, str], number_of: Callable[[str], str]) -> Source:
    number, confidence = said.get("derived_from", ""), said.get("confidence", "")
    column = "derived_from"
    try:
        number = number_of(number) if number else ""
        column = "confidence"
        share = read_count(confidence) if confidence else None
    except BadInput as error:
        error.field = error.field or column
        raise
    relation = said.get("relation") or ("made" if number else "digitised")
    tool, version = said.get("tool", ""), said.get("tool_version", "")
    return Source(number=number, relation=code_for("relation", relation), tool=tool, version=version, confidence=share)


def write_lineage(sources: tuple[Source, ...]) -> dict[str, str]:
    """Give the texts of the columns for the lineage."""
    columns = {
        "derived_from": [source.number for source in sources],
        "relation": [VOCABULARY["relation"][source.relation] for source in sources],
        "tool": [source.tool for source in sources],
        "tool_version": [source.version for source in sources],
        "confidence": ["" if source.confidence is None else str(source.confidence) for source in sources],
    }
    return {column: ";".join(texts) for column, texts in columns.items() if any(texts)}


def read_roles(text: str) -> tuple[FileRole, ...]:
    """Read ``path=role`` of files and folders."""
    found: list[FileRole] = []
    for part in parts(text):
        path, _, role = part.rpartition("=")
        code = code_among(ROLES, role.strip(), field="file_roles")
        found.append(FileRole(path=path.strip().rstrip("/"), role=code))
    return tuple(found)


def write_roles(roles: tuple[FileRole, ...]) -> str:
    """Give the text of the column for roles."""
    return ";".join(f"{each.path}={ROLES[each.role]}" for each in roles)


def _is_issn(value: str) -> bool:
    return len(value.replace("-", "")) == _ISSN_LENGTH
