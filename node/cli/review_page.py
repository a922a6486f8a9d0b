"""The page that a reviewer reads before the passphrase: what is approved, one by one or, for thousands, in total."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from node.cli.shortened import shortened
from node.importers.columns import BY_FIELD
from node.records import canonical
from node.records.metadata import Metadata
from node.records.said import changed, texts_of
from node.registrar.stages import CODES, REASONS
from storage.cid import Cid
from storage.matters import Code

if TYPE_CHECKING:
    from node.cli.output import Output
    from node.registrar.dossier import Dossier
    from node.registrar.request_file import Request
    from storage.units import UnitBatchRow

SHOWN = 20
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
        _show_batch(dossier.batch, output)
        return
    row = dossier.resource
    if row is None:
        return
    title = shortened(dossier.title)
    output.say(f"{act.zh}  {dossier.number}  第 {dossier.version} 版  《{title.zh}》", f"{act.en}  {dossier.number}  version {dossier.version}  {title.en}")
    source = shortened(row.source_path)
    output.say(f"    {row.files} 个文件 {row.size} 字节 · {source.zh}", f"    {row.files} files {row.size} bytes · {source.en}")
    output.say(f"    SHA-256 {row.content_digest.hex()}", f"    SHA-256 {row.content_digest.hex()}")
    output.say(f"    CID {Cid.from_binary(row.cid)}", f"    CID {Cid.from_binary(row.cid)}")
    if dossier.code is Code.AMEND:
        _show_changes(dossier, output)
    _show_metadata(canonical.decode(row.metadata), output)
    if any(row.earlier_receipt):
        output.say(f"    原链凭证 SHA-256 {row.earlier_receipt.hex()}", f"    SHA-256 of the receipt on the earlier chain {row.earlier_receipt.hex()}")
    if dossier.reason.code:
        reason = REASONS[dossier.reason.code]
        paper = f" · 文件 {dossier.reason.document.hex()}" if any(dossier.reason.document) else ""
        output.say(f"    理由:{reason.zh}{paper}", f"    reason: {reason.en}{paper}")


def _show_batch(batch: UnitBatchRow, output: Output) -> None:
    act, source = CODES[Code.COMMIT_UNITS], shortened(batch.source_path)
    output.say(f"{act.zh}  {batch.claimed} 条  年度 {batch.period}  来自 {source.zh}", f"{act.en}  {batch.claimed} units  period {batch.period}  from {source.en}")
    for zh, en, text in (("项目名称", "programme", batch.programme), ("交付批次", "lot", batch.lot)):
        if text:
            output.say(f"    {zh}:{shortened(text).zh}", f"    {en}: {shortened(text).en}")
    output.say(f"    清单 SHA-256 {batch.list_digest.hex()}", f"    SHA-256 of the list {batch.list_digest.hex()}")
    output.say(f"    清单 CID {Cid.from_binary(batch.cid)}", f"    CID of the list {Cid.from_binary(batch.cid)}")
    output.say(f"    批根 {batch.root.hex()}", f"    root {batch.root.hex()}")
    if any(batch.earlier_receipt):
        output.say(f"    原链证明 SHA-256 {batch.earlier_receipt.hex()}", f"    SHA-256 of the proof on the earlier chain {batch.earlier_receipt.hex()}")


def _show_metadata(value: dict[str, Any], output: Output) -> None:
    """Show every column that the metadata's digest covers, the title apart, which stands above."""
    for column, text in texts_of(Metadata.from_json(value)).items():
        if column != "title":
            heading, shown = BY_FIELD[column], shortened(text)
            output.say(f"    {heading.zh}:{shown.zh}", f"    {heading.en}: {shown.en}")
    if "sm3" in value:
        output.say(f"    SM3 {value['sm3']}", f"    SM3 {value['sm3']}")


def _show_changes(dossier: Dossier, output: Output) -> None:
    """Show what an amendment changes; the former text is the sender's word, which no signature covers."""
    row = dossier.resource
    if row is None or not dossier.former:
        return
    former, later = (Metadata.from_json(canonical.decode(each)) for each in (dossier.former, row.metadata))
    output.say("    更正(箭头前为送审方所述的原著录,签名只管更正之后的):", "    changes (what stands before the arrow is the sender's word; what is signed stands behind it):")
    for column, (old, new) in changed(former, later).items():
        heading, before, after = BY_FIELD[column], shortened(old), shortened(new)
        output.say(f"      {heading.zh}:{before.zh} → {after.zh}", f"      {heading.en}: {before.en} → {after.en}")
