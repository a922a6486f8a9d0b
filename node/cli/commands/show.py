"""zhicang show: the whole history of a resource."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from node.cli.parser import chooser
from node.cli.session import home_of, mark_demonstration
from node.history import describe, find, utc, word_for
from node.runtime import open_for_reading

if TYPE_CHECKING:
    import argparse

    from node.cli.output import Output

_EVENTS = {"stored": ("存入", "stored"), "sent": ("发送", "sent"), "registered": ("已登记(最终确认)", "registered (final)")}


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
            history["payload"] = str(node.root.payload_path(row.number))
            output.record(history)
            _print(history, output)
        output.record({"summary": {"found": len(rows)}})


def _print(history: dict[str, Any], output: Output) -> None:
    metadata, language = history["metadata"], output.language
    registered = history["status"] == "registered"
    output.say(
        f"{history['resource_id']}  《{metadata['title']}》  {'已登记' if registered else '未完成:' + history['status']}",
        f"{history['resource_id']}  {metadata['title']}  {history['status']}",
    )
    words = {field: word_for(field, metadata.get(field, ""), language) for field in ("type", "access", "rights")}
    output.say(
        f"  类型 {words['type']} · {words['access']} · {words['rights']} · 年度 {metadata['period']}",
        f"  {words['type']} · access {words['access']} · rights {words['rights']} · period {metadata['period']}",
    )
    output.say(f"  摘要(SHA-256) {history['sha256']}", f"  SHA-256   {history['sha256']}")
    output.say(f"  内容标识(CID) {history['cid']}", f"  CID       {history['cid']}")
    output.say(f"  {history['files']} 个文件,{history['size']} 字节:{history['payload']}", f"  {history['files']} file(s), {history['size']} bytes: {history['payload']}")
    if history["units"]:
        output.say(f"  知识单元 {history['units']} 条", f"  {history['units']} knowledge units")
    if history["same_content"]:
        numbers = ", ".join(history["same_content"][:5])
        output.say(f"  内容相同的登记:{numbers}", f"  same content: {numbers}")
    for event in history["events"]:
        zh, en = _EVENTS[event["event"]]
        height = f"  区块高度 {event['block_height']}" if "block_height" in event else ""
        english = f"  height {event['block_height']}" if "block_height" in event else ""
        tx_hash = "  " + event["tx_hash"] if "tx_hash" in event else ""
        output.say(f"  {utc(event['time'])}  {zh}{height}{tx_hash}", f"  {utc(event['time'])}  {en}{english}{tx_hash}")
