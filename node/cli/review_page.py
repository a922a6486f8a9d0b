"""The page that a reviewer reads before the passphrase: what is approved, one by one or, for thousands, in total."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from node.history import word_for
from node.records import canonical
from node.registrar.stages import CODES, REASONS

if TYPE_CHECKING:
    from node.cli.output import Output
    from node.registrar.dossier import Dossier
    from node.registrar.request_file import Request

SHOWN = 40
"""Matters that are shown one by one; of more, the first of them and totals."""


def show_page(request: Request, output: Output) -> None:
    """Show a request."""
    dossiers, place = request.dossiers, request.place
    counts = Counter(dossier.code for dossier in dossiers)
    zh = " · ".join(f"{CODES[code].zh} {count}" for code, count in sorted(counts.items()))
    en = " · ".join(f"{CODES[code].en} {count}" for code, count in sorted(counts.items()))
    output.say(f"送审:{place.name}({place.institution}) 共 {len(dossiers)} 项:{zh}", f"for review: {place.name} ({place.institution}), {len(dossiers)} matters: {en}")
    files = sum(dossier.resource.files for dossier in dossiers if dossier.resource is not None)
    size = sum(dossier.resource.size for dossier in dossiers if dossier.resource is not None)
    units = sum(dossier.batch.claimed for dossier in dossiers if dossier.batch is not None)
    output.say(f"合计 {files} 个文件,{size} 字节;知识单元 {units} 条", f"in total {files} files, {size} bytes; {units} units")
    for dossier in dossiers[:SHOWN]:
        _show(dossier, output)
    if len(dossiers) > SHOWN:
        output.say(f"…… 另有 {len(dossiers) - SHOWN} 项,逐项见送审单", f"… and {len(dossiers) - SHOWN} more, one by one in the request file")


def _show(dossier: Dossier, output: Output) -> None:
    act = CODES[dossier.code]
    if dossier.batch is not None:
        batch = dossier.batch
        output.say(f"{act.zh}  {batch.claimed} 条  年度 {batch.period}  来自 {batch.source_path}", f"{act.en}  {batch.claimed} units  period {batch.period}  from {batch.source_path}")
        output.say(f"    清单 SHA-256 {batch.list_digest.hex()}", f"    SHA-256 of the list {batch.list_digest.hex()}")
        return
    row = dossier.resource
    if row is None:
        return
    output.say(f"{act.zh}  {dossier.number}  第 {dossier.version} 版  《{dossier.title}》", f"{act.en}  {dossier.number}  version {dossier.version}  {dossier.title}")
    metadata = canonical.decode(row.metadata)
    said = " · ".join(word_for(field, metadata.get(field, ""), output.language) for field in ("type", "access", "rights"))
    output.say(f"    {said} · {row.files} 个文件 {row.size} 字节 · {row.source_path}", f"    {said} · {row.files} files {row.size} bytes · {row.source_path}")
    output.say(f"    SHA-256 {row.content_digest.hex()}", f"    SHA-256 {row.content_digest.hex()}")
    if dossier.reason.code:
        reason = REASONS[dossier.reason.code]
        paper = f" · 文件 {dossier.reason.document.hex()}" if any(dossier.reason.document) else ""
        output.say(f"    理由:{reason.zh}{paper}", f"    reason: {reason.en}{paper}")
