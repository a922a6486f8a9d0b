"""Metadata as qualified Dublin Core in XML.

Source: DCMI, "Guidelines for implementing Dublin Core in XML". The terms are those of `columns.tsv`; a column without a
term is left out, which is why a bag holds the metadata as JSON too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from node.importers.columns import BY_FIELD
from node.records.composed import parts
from node.records.said import NAMES, texts_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from node.records.metadata import Metadata

_SPACES = {
    "dc": "http://purl.org/dc/elements/1.1/", "dcterms": "http://purl.org/dc/terms/",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}  # fmt: skip
_FORBIDDEN = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF])
"""Characters that XML 1.0 cannot hold."""


def dublin_core(records: Iterable[tuple[str, Metadata, str]]) -> Iterator[bytes]:
    """Give one XML document of records (registration number, metadata, SHA-256 in hex), piece by piece."""
    for prefix, space in _SPACES.items():
        ET.register_namespace(prefix, space)
    yield b"<?xml version='1.0' encoding='utf-8'?>\n<records>\n"
    for number, metadata, sha256 in records:
        record = ET.Element("record")
        _add(record, "dc:identifier", number)
        _add(record, "dc:identifier", f"urn:sha256:{sha256}")
        for column, text in texts_of(metadata).items():
            if term := BY_FIELD[column].dc:
                for value in parts(text) if column in NAMES else (text,):
                    _add(record, term, value)
        for identifier in metadata.identifiers:
            _add(record, "dc:identifier", f"{identifier.scheme}:{identifier.value}")
        ET.indent(record)
        yield ET.tostring(record, encoding="utf-8", xml_declaration=False) + b"\n"
    yield b"</records>\n"


def _add(record: ET.Element, term: str, text: str) -> None:
    prefix, _, name = term.partition(":")
    ET.SubElement(record, f"{{{_SPACES[prefix]}}}{name}").text = text.translate(_FORBIDDEN)
