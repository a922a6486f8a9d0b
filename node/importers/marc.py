"""Descriptions in CNMARC or MARC 21, as ISO 2709 or MARCXML: each record one row.

pymarc guesses MARC-8 when nothing is said and gives rubbish without an error, for GB18030 and for UTF-8 alike. So the
encoding is always said, UTF-8 first and then GB18030, for the file as a whole; the one that decodes every record holds.
"""

from __future__ import annotations

import io
import logging
from typing import TYPE_CHECKING, Any

from node.errors import BadInput, Words
from node.importers.table import make_table

if TYPE_CHECKING:
    from node.importers.mapping import Mapping
    from node.importers.table import Table

CNMARC = {
    "title": ("200$a",), "alternative": ("200$e", "200$d", "517$a"), "creator": ("200$f", "701$a", "702$a"),
    "contributor": ("200$g",), "publisher": ("210$c",), "date": ("210$d",), "isbn": ("010$a", "011$a"),
    "language": ("101$a",), "description": ("330$a",), "subject": ("606$a", "606$x", "610$a"), "spatial": ("607$a",),
    "clc": ("690$a",), "call_number": ("905$d", "905$s"), "client_ref": ("001",), "path": ("856$f", "856$u"),
    "order": ("200$h",),
}  # fmt: skip
MARC_21 = {
    "title": ("245$a",), "alternative": ("245$b", "246$a"), "creator": ("100$a", "110$a", "245$c"),
    "contributor": ("700$a", "710$a"), "publisher": ("264$b", "260$b"), "date": ("264$c", "260$c"),
    "isbn": ("020$a", "022$a"), "language": ("041$a",), "description": ("520$a",), "subject": ("650$a", "653$a"),
    "spatial": ("651$a",), "clc": ("084$a",), "call_number": ("090$a",), "client_ref": ("001",),
    "path": ("856$f", "856$u"), "order": ("245$n",),
}  # fmt: skip
"""Field → the subfields that say it; the first that is there counts, but for those of `_ALL`, which are joined."""
_ALL = frozenset({"subject", "contributor", "isbn"})
_TITLE = {"200": CNMARC, "245": MARC_21}
_END = b"\x1d"
_TRIMMED = " /:;,=.[]"


def read_marc(name: str, data: bytes, mapping: Mapping) -> list[Table]:
    """Read ISO 2709; raise BadInput with the record that is none, or is in neither encoding."""
    # the library also speaks through its logger; what it finds is told by us, once
    logging.getLogger("pymarc").setLevel(logging.CRITICAL)
    chunks = [chunk.lstrip(b"\r\n\x1a") + _END for chunk in data.split(_END) if chunk.strip(b"\r\n\x1a")]
    bad = 0
    for encoding in ("utf-8", "gb18030"):
        records: list[Any] = []
        for chunk in chunks:
            record = _decoded(chunk, encoding)
            if record is None:
                break
            records.append(record)
        if len(records) == len(chunks):
            return [_table(name, records, mapping, f"iso2709 {encoding}")]
        bad = max(bad, len(records))
    mend = Words("请从编目系统重新导出,编码选 UTF-8", "export it again from the catalogue, in UTF-8")
    zh, en = "这条记录读不出:ISO 2709 结构不对,或编码不是 UTF-8/GB18030", "no readable record (structure or encoding)"
    raise BadInput(zh, en, mend=mend, file=name, row=bad + 1)


def read_marc_xml(name: str, data: bytes, mapping: Mapping) -> list[Table]:
    """Read MARCXML, without entities and external references; raise BadInput."""
    import defusedxml.sax
    from defusedxml.common import DefusedXmlException
    from pymarc import XmlHandler

    handler = XmlHandler()  # type: ignore[no-untyped-call]
    try:
        parser = defusedxml.sax.make_parser()
        parser.setContentHandler(handler)
        parser.setFeature("http://xml.org/sax/features/namespaces", 1)
        parser.parse(io.BytesIO(data))
    except DefusedXmlException as error:
        raise BadInput("XML 里有实体或外部引用", "the XML has entities or external references", file=name) from error
    except Exception as error:
        # the handler takes whatever stands in a record for granted, and so fails in many ways on what does not
        zh, en = f"不是合法的 MARCXML:{str(error)[:80]}", f"not MARCXML: {str(error)[:80]}"
        raise BadInput(zh, en, file=name) from error
    return [_table(name, handler.records, mapping, "marcxml")]


def _decoded(chunk: bytes, encoding: str) -> Any:
    """Give a record, or None when it is none in this encoding."""
    from pymarc import Record

    utf_8 = encoding == "utf-8"
    if not utf_8:
        # the leader may claim UTF-8 ("a" in place 9) though the text is GB18030
        chunk = chunk[:9] + b" " + chunk[10:]
    try:
        record = Record(chunk, force_utf8=utf_8, file_encoding=encoding, utf8_handling="strict")
    except Exception:  # noqa: BLE001 - pymarc fails in many ways on what is no record
        return None
    return record if record.fields else None


def _table(name: str, records: list[Any], mapping: Mapping, encoding: str) -> Table:
    if not records:
        raise BadInput("没有一条记录", "not one record", file=name)
    tags = {field.tag for record in records for field in record.fields}
    known = next((known for tag, known in _TITLE.items() if tag in tags), None)
    if known is None:
        zh, en = "既没有 CNMARC 的 200 字段,也没有 MARC 21 的 245 字段", "neither field 200 (CNMARC) nor 245 (MARC 21)"
        raise BadInput(zh, en, file=name)
    said = {place: field for field, places in known.items() for place in places}
    said |= {place: field for place, field in mapping.columns.items() if place[:3].isdigit()}
    places: dict[str, list[str]] = {}
    for place, field in said.items():
        # what a mapping file says of a field goes before what is usual
        usual = place in known.get(field, ()) and place not in mapping.columns
        places[field] = [*places.get(field, []), place] if usual else [place, *places.get(field, [])]
    rows = [[_said(record, field, places[field]) for field in places] for record in records]
    numbers = range(1, len(rows) + 1)
    return make_table(rows, numbers, headings=list(places), mapping=mapping, file=name, encoding=encoding)


def _said(record: Any, field: str, places: list[str]) -> str:
    texts: list[str] = []
    for place in places:
        tag, _, code = place.partition("$")
        for found in record.get_fields(tag):
            values = found.get_subfields(code) if code and not found.control_field else [found.data or ""]
            texts += [text.strip().strip(_TRIMMED) for text in values if text]
        if texts and field not in _ALL:
            return texts[0]
    return ";".join(dict.fromkeys(filter(None, texts)))
