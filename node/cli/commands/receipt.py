"""zhicang receipt: the offline proof of a resource or a unit."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from node.cli.asking import asking_home
from node.cli.parser import chooser, given_path
from node.cli.session import home_of, mark_demonstration, write_output
from node.cli.unit_lookup import taken_back_words
from node.errors import BadInput
from node.history import find, utc
from node.listing.rows import status
from node.own_anchor import trust_anchor
from node.receipt_desk import on_earlier_chain, receipt_for, unit_receipt_for
from node.records.number import Number
from node.runtime import open_for_reading
from node.unit_lookup import UnitLookup

if TYPE_CHECKING:
    import argparse

    from node.cli.output import Output
    from node.receipts.receipt import Receipt
    from node.runtime import Reading
    from node.unit_lookup import FoundUnit
    from storage.acts import ActRow
    from storage.resources import VersionRow


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the options."""
    say = chooser(language)
    parser.add_argument("id", metavar="ID", help=say("登记号(或只对应一件的 SHA-256、CID)", "registration number (or a SHA-256 or CID of one resource)"))
    parser.add_argument("--unit", metavar="UNIT_ID", help=say("该资源的一条知识单元", "a unit of that resource"))
    parser.add_argument("--version", type=int, metavar="N", help=say("第 N 版的凭证(缺省为最新一版)", "of version N (default: the newest)"))
    parser.add_argument("--status", action="store_true", help=say("附上它此刻在链上的状态及证明(未撤销、未冻结)", "add its present state on chain, with proof (not withdrawn, not frozen)"))
    parser.add_argument("--earlier", action="store_true", help=say("接入网络之前原链上的凭证", "the receipt of the chain that the home was on before it joined its network"))
    parser.add_argument("-o", "--output", type=given_path, required=True, metavar="FILE", help=say("写到这个文件", "write this file"))


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Write the receipt."""
    if arguments.unit is not None and (arguments.status or arguments.version is not None):
        field = "--status" if arguments.status else "--version"
        raise BadInput(f"知识单元没有自己的状态与版本;请对其资源用 {field}", f"a unit has neither state nor versions of its own: use {field} for its resource", field=field)
    if arguments.earlier and arguments.status:
        raise BadInput("原链已关闭,没有此刻的状态", "the earlier chain is closed: it has no present state", field="--status")
    first: ActRow | None = None
    takers: list[FoundUnit] = []
    with open_for_reading(home_of(arguments)) as node:
        mark_demonstration(node.identity, output)
        if arguments.unit is not None:
            number = str(Number.parse(arguments.id))
            receipt = unit_receipt_for(node, number, arguments.unit, earlier=arguments.earlier)
            takers = UnitLookup(node).taken_back_by(f"{number}#{arguments.unit}")
        else:
            rows = find(node.journal, arguments.id)
            if len(rows) > 1:
                numbers = ", ".join(row.number for row in rows[:5])
                raise BadInput(f"对应多件资源:{numbers};请用登记号", f"several resources: {numbers}; give a number")
            number = rows[0].number
            row: VersionRow | None = rows[0]
            if arguments.version is not None:
                row = node.journal.resources.version(number, arguments.version)
            if row is None:
                raise BadInput(f"{number} 没有第 {arguments.version} 版", f"{number} has no version {arguments.version}", field="--version")
            receipt = receipt_for(node, on_earlier_chain(node, row) if arguments.earlier else row)
            first = None if arguments.earlier else _on_earlier_chain(node, row)
            if arguments.status:
                receipt = asyncio.run(_with_status(receipt, node))
        data = receipt.to_json_bytes()
        write_output(arguments.output, data)
        fingerprint = trust_anchor(node.home).fingerprint
        resource = node.journal.resources.by_number(number)
    standing = None if resource is None else status(resource)
    output.record({"resource_id": number, "unit": arguments.unit, "status": standing, "file": str(arguments.output), "bytes": len(data), "height": receipt.height} | _earlier_json(first) | _takers_json(takers))
    output.record({"summary": {"receipts": 1}})
    output.say(f"存证凭证:{arguments.output}({len(data)} 字节,区块高度 {receipt.height})", f"receipt: {arguments.output} ({len(data)} bytes, height {receipt.height})")
    if standing == "withdrawn":
        output.say(f"注意:{number} 已撤销;这份凭证只证明当时登记过", f"note: {number} is withdrawn; this receipt only proves that it was registered")
    if first is not None:
        output.say(f"  原链上已于 {utc(first.time)} 登记(区块高度 {first.height});那张凭证:--earlier", f"  registered on its earlier chain at {utc(first.time)} (height {first.height}); that receipt: --earlier")
    _tell_takers(takers, output)
    output.say(f"核验时用的信任锚指纹:{fingerprint}", f"fingerprint of the anchor that verifies it: {fingerprint}")


def _on_earlier_chain(node: Reading, row: VersionRow) -> ActRow | None:
    """Give the act by which a version became final on the chain that the home came from."""
    place = node.journal.earlier_matters.place(row.matter)
    return None if place is None else node.journal.acts.get(place[0])


def _earlier_json(act: ActRow | None) -> dict[str, Any]:
    if act is None:
        return {}
    return {"earlier": {"tx_hash": "0x" + (act.tx_hash or b"").hex(), "height": act.height, "time": act.time}}


async def _with_status(receipt: Receipt, node: Reading) -> Receipt:
    """Add the state of its record as of the head; engines forget states, so it is captured now."""
    from node.chain.state_capture import capture_record

    founding = trust_anchor(node.home).founding
    async with asking_home(node.home, founding) as rpc:
        return replace(receipt, status=await capture_record(rpc, founding, receipt))


def _tell_takers(takers: list[FoundUnit], output: Output) -> None:
    """Say what took the unit back; its proof stays good: that it was registered, not that it still counts."""
    for taker in takers:
        words = taken_back_words(taker)
        output.say(words.zh, words.en)


def _takers_json(takers: list[FoundUnit]) -> dict[str, Any]:
    return {"taken_back_by": [taker.name for taker in takers]} if takers else {}
