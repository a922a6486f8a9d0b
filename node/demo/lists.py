"""The two lists that come beside the demonstration's payloads: the description table and the units."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from typing import TYPE_CHECKING

from node.demo.recording import SEGMENT_MS, SEGMENTS
from node.demo.texts import PAGES, page_text

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGES_FOLDER, TEXTS_FOLDER, RECORDING_FILE = "页图", "OCR文本", "录音.wav"

_MADE_UP = "为演示而虚构"
_HEADINGS = ("路径", "题名", "类型", "公开级别", "权利", "年度", "自有编号", "责任者", "日期", "说明")
_ROWS = (
    (PAGES_FOLDER, "晋绥文献（虚构）页图", "图像", "公开", "DEMO-JS-001", f"十二页，二值 TIFF，{_MADE_UP}"),
    (TEXTS_FOLDER, "晋绥文献（虚构）OCR 文本", "文本", "公开", "DEMO-JS-002", f"十二页的文字，UTF-8，{_MADE_UP}"),
    (RECORDING_FILE, "晋绥文献（虚构）录音", "音频", "系统内", "DEMO-JS-003", f"合成音六秒，{_MADE_UP}"),
)


def description_table() -> str:
    """Give the table as CSV (RFC 4180), one row for each of the three resources."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_HEADINGS)
    for path, title, kind, access, reference, description in _ROWS:
        made = ("自有版权", "2023", reference, "演示图书馆（虚构）", "2023-05-18")
        writer.writerow((path, title, kind, access, *made, description))
    return out.getvalue()


def units() -> str:
    """Give the units as JSON Lines: of each page its image and three sentences, and the parts of the recording.

    `resource` names the resource as the description table does. Positions in a text count Unicode characters from 0,
    the end excluded; times are in seconds.
    """
    lines = (*_page_units(), *_recording_units())
    return "".join(json.dumps(unit, ensure_ascii=False, separators=(",", ":")) + "\n" for unit in lines)


def _page_units() -> Iterator[dict[str, object]]:
    for number, page in enumerate(PAGES, start=1):
        described = {"tags": [page.tag, "虚构"], "subjects": [page.subject]}
        yield {
            "unit_id": f"p{number:03}", "resource": PAGES_FOLDER, "title": page.title, "level": "页",
            "file": f"p{number:03}.tif", "selector": _fragment(f"page={number}"), **described,
        }  # fmt: skip
        text = page_text(number)
        for place, sentence in enumerate(page.sentences, start=1):
            start = text.index(sentence)
            inside = {"type": "TextPositionSelector", "start": start, "end": start + len(sentence)}
            selector = _fragment(f"page={number}") | {"refinedBy": inside}
            yield {
                "unit_id": f"p{number:03}-s{place}", "resource": TEXTS_FOLDER, "title": f"{page.title}（{place}）",
                "level": "段", "file": f"p{number:03}.txt", "selector": selector, "abstract": sentence, **described,
            }  # fmt: skip


def _recording_units() -> Iterator[dict[str, object]]:
    for place in range(SEGMENTS):
        start, end = (Decimal(moment * SEGMENT_MS) / 1000 for moment in (place, place + 1))
        yield {
            "unit_id": f"a{place + 1:02}", "resource": RECORDING_FILE, "title": f"合成音第{place + 1}段",
            "level": "音频段", "selector": _fragment(f"t={start},{end}"), "tags": ["合成音", "虚构"],
            "subjects": ["录音"],
        }  # fmt: skip


def _fragment(value: str) -> dict[str, object]:
    return {"type": "FragmentSelector", "conformsTo": "http://www.w3.org/TR/media-frags/", "value": value}
