"""zhicang show: the whole history of a resource."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from node.cli.parser import chooser
from node.cli.session import home_of, mark_demonstration
from node.cli.shortened import shortened
from node.history import describe, find, utc, word_for
from node.importers.columns import BY_FIELD
from node.records.metadata import Metadata
from node.records.said import texts_of
from node.registrar.stages import CODES, REASONS, STATUSES
from node.registrar.statements import KINDS, VERDICTS, word_of
from node.runtime import open_for_reading
from storage.matters import Code

if TYPE_CHECKING:
    import argparse

    from node.cli.output import Output

_EVENTS = {
    "stored": ("存入", "stored"), "draft": ("存为草稿", "draft"), "submitted": ("送审", "submitted"),
    "approved": ("批准", "approved"), "returned": ("退回", "returned"), "recalled": ("撤回", "recalled"),
    "sent": ("发送", "sent"), "registered": ("已登记(最终确认)", "registered (final)"),
    "amended": ("已更正(最终确认)", "amended (final)"), "superseded": ("已换版(最终确认)", "superseded (final)"),
    "withdrawn": ("已撤销(最终确认)", "withdrawn (final)"),
    "attested": ("签名陈述", "attested"),
}  # fmt: skip


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the options."""
    say = chooser(language)
    parser.add_argument("id", metavar="ID", help=say("登记号、SHA-256、CID 或交易号", "registration number, SHA-256, CID or tx_hash"))


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Print every resource that the identifier finds."""
    with open_for_reading(home_of(arguments)) as node:
        mark_demonstration(node.identity, output)
        rows = find(node.journal, arguments.id)
        for row in rows:
            history = describe(node.journal, row)
            history["payload"] = str(node.root.payload_path(row.payload_id))
            output.record(history)
            _print(history, output)
        output.record({"summary": {"found": len(rows)}})


def _print_said(metadata: dict[str, Any], output: Output) -> None:
    """Print every column that was said, but those that stand above."""
    for column, text in texts_of(Metadata.from_json(metadata)).items():
        if column not in ("title", "type", "access", "rights", "period"):
            heading, shown = BY_FIELD[column], " ".join(text.split())
            output.say(f"  {heading.zh} {shown}", f"  {heading.en}: {shown}")
    if "sm3" in metadata:
        output.say(f"  摘要(SM3) {metadata['sm3']}", f"  SM3       {metadata['sm3']}")


def _print(history: dict[str, Any], output: Output) -> None:
    metadata, language = history["metadata"], output.language
    state = STATUSES[history["status"]]
    frozen, english = (" · 冻结中", " · frozen") if history["frozen"] else ("", "")
    version, version_en = (f" · 第 {history['version']} 版", f" · version {history['version']}") if len(history["versions"]) > 1 else ("", "")
    output.say(
        f"{history['resource_id']}  《{metadata['title']}》  {state.zh}{version}{frozen}",
        f"{history['resource_id']}  {metadata['title']}  {state.en}{version_en}{english}",
    )
    words = {field: word_for(field, metadata.get(field, ""), language) for field in ("type", "access", "rights")}
    output.say(
        f"  类型 {words['type']} · {words['access']} · {words['rights']} · 年度 {metadata['period']}",
        f"  {words['type']} · access {words['access']} · rights {words['rights']} · period {metadata['period']}",
    )
    _print_said(metadata, output)
    output.say(f"  摘要(SHA-256) {history['sha256']}", f"  SHA-256   {history['sha256']}")
    output.say(f"  内容标识(CID) {history['cid']}", f"  CID       {history['cid']}")
    output.say(f"  {history['files']} 个文件,{history['size']} 字节:{history['payload']}", f"  {history['files']} file(s), {history['size']} bytes: {history['payload']}")
    if (purged := history["purged"]) is not None:
        output.say(f"  载荷已销毁 {utc(purged['time'])},清册 {purged['list']}", f"  payload purged {utc(purged['time'])}, list {purged['list']}")
    if history["units"]:
        output.say(f"  知识单元 {history['units']} 条", f"  {history['units']} knowledge units")
    if history["same_content"]:
        numbers = ", ".join(history["same_content"][:5])
        output.say(f"  内容相同的登记:{numbers}", f"  same content: {numbers}")
    for matter in history["waiting"]:
        act, waits = CODES[Code[matter["act"].upper()]], STATUSES[matter["status"]]
        note = f":{matter['note']}" if matter["note"] else ""
        output.say(f"  待办 {act.zh}  {waits.zh}{note}", f"  under way: {act.en}  {waits.en}{note}")
    for event in history["events"]:
        _print_event(event, output)


def _print_event(event: dict[str, Any], output: Output) -> None:
    zh, en = _EVENTS[event["event"]]
    if "kind_code" in event:
        kind, verdict = word_of(event["kind_code"], KINDS), word_of(event["verdict_code"], VERDICTS)
        zh, en = f"{zh}:{kind.zh}({verdict.zh})", f"{en}: {kind.en} ({verdict.en})"
    if "chain" in event:
        zh, en = f"{zh} · 原链", f"{en} · earlier chain"
    if "height" in event:
        zh, en = f"{zh}  区块高度 {event['height']}", f"{en}  height {event['height']}"
    if event.get("reason"):
        reason = REASONS[event["reason"]]
        zh, en = f"{zh}  理由 {reason.zh}", f"{en}  reason: {reason.en}"
    if event.get("reviewer"):
        zh, en = f"{zh}  审核员 {event['reviewer']}", f"{en}  reviewer {event['reviewer']}"
    if "kind_code" in event:
        zh = f"{zh}  密钥 {event['account']}  所据文件 {event['sha256']}"
        en = f"{en}  key {event['account']}  based on {event['sha256']}"
    told = "".join(f"  {event[name]}" for name in ("tx_hash", "note") if event.get(name))
    output.say(f"  {utc(event['time'])}  {zh}{told}", f"  {utc(event['time'])}  {en}{told}")
    for column, change in event.get("changes", {}).items():
        heading, old, new = BY_FIELD[column], shortened(change["from"]), shortened(change["to"])
        output.say(f"      {heading.zh}:{old.zh} → {new.zh}", f"      {heading.en}: {old.en} → {new.en}")
