"""The demonstration's tour: registered, receipts taken, and verified offline, once to fail on purpose."""

from __future__ import annotations

import json
from contextlib import aclosing
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from node.errors import OwnFault
from node.importers.description_list import read_list
from node.importers.unit_source import UnitSource
from node.offline import read_anchor, read_receipt, read_subject
from node.own_anchor import trust_anchor
from node.receipt_desk import receipt_for, unit_receipt_for
from node.receipts.verify import verify
from node.records import canonical
from node.records.kind import Kind
from node.records.metadata import Metadata
from node.registrar.outcome import Refused, Registered
from node.registrar.registrar import UnitsSummary
from node.registrar.request import RegisterRequest
from node.registrar.unit_file import UnitRequest
from node.runtime import open_for_reading
from storage.durable import write_durably

if TYPE_CHECKING:
    from node.cli.output import Output
    from node.demo.collection import Collection
    from node.home import Home
    from node.runtime import Writing
    from storage.resources import ResourceRow

PERIOD = 2023
SHOWN_PAGE = "p003.tif"


class Tour:
    """One walk through the node; a repeated walk finds everything registered and goes on."""

    def __init__(self, *, home: Home, collection: Collection) -> None:
        self._home = home
        self._collection = collection

    @cached_property
    def pages_number(self) -> str:
        """The registration number of the folder of page images, once it is registered."""
        with open_for_reading(self._home) as node:
            # by name: a home that was moved knows its sources under their old folder
            name = self._collection.resources[0].name
            numbers = [row.number for row in node.journal.resources.all() if Path(row.source_path).name == name]
        if not numbers:
            raise OwnFault("演示资源不见了", "the demonstration's resource has vanished")
        return numbers[0]

    async def register(self, node: Writing, output: Output) -> None:
        """Steps 3 and 4: the three resources, then their units."""
        numbers = await self._register_resources(node, output)
        await self._register_units(node, output, numbers)

    async def _register_resources(self, node: Writing, output: Output) -> dict[str, str]:
        wanted: list[RegisterRequest] = []
        for request in read_list(self._collection.description_list, defaults=Metadata(title="-", period=PERIOD)):
            if not isinstance(request, RegisterRequest):
                raise request
            wanted.append(request)
        done: list[Registered] = []
        async with aclosing(node.registrar.register(wanted, stored=lambda: None)) as outcomes:
            async for each in outcomes:
                if isinstance(each, Refused):
                    raise each.error
                if isinstance(each, Registered):
                    done.append(each)
        heights = sorted({outcome.act.height or 0 for outcome in done})
        span = str(heights[0]) if len(heights) == 1 else f"{heights[0]}—{heights[-1]}"
        output.say(f"[3/5] 上链 …… 已最终确认,区块高度 {span}", f"[3/5] on chain … final, height {span}")
        for outcome in done:
            row = outcome.row
            size, english = (f"({row.files} 个文件)", f" ({row.files} files)") if row.kind == Kind.TREE else ("", "")
            state, english_state = ("已登记", "registered") if outcome.fresh else ("此前已登记", "registered before")
            output.record(outcome.to_json())
            output.say(
                f"      {row.number}  {row.title}{size}  {state}",
                f"      {row.number}  {row.title}{english}  {english_state}",
            )
        # by name: a home that was moved knows its sources under their old folder
        return {Path(outcome.row.source_path).name: outcome.row.number for outcome in done}

    async def _register_units(self, node: Writing, output: Output, numbers: dict[str, str]) -> None:
        file = self._home.path / "collection-units.jsonl"
        lines = [json.loads(line) for line in self._collection.units_file.read_text(encoding="utf-8").splitlines()]
        named = [line | {"resource_id": numbers[line.pop("resource")]} for line in lines]
        write_durably(file, b"".join(canonical.encode(line) + b"\n" for line in named))
        async for outcome in node.registrar.register_units(UnitRequest(source=UnitSource(file), period=PERIOD)):
            if isinstance(outcome, Refused):
                raise outcome.error
            if isinstance(outcome, UnitsSummary):
                count = outcome.fresh + outcome.known
                before, english = ("", "") if outcome.fresh else (",此前已登记", ", registered before")
                output.say(f"[4/5] 知识单元 …… 已上链 {count} 条{before}", f"[4/5] units … {count} on chain{english}")
                output.record({"units": count, "registered": outcome.fresh, "known": outcome.known})

    def verify(self, output: Output) -> None:
        """Step 5: with nothing but files, what is true passes and what was changed by one byte does not."""
        proofs = self._home.path / "verify"
        proofs.mkdir(exist_ok=True)
        with open_for_reading(self._home) as node:
            row = node.journal.resources.by_number(self.pages_number)
            if row is None:
                raise OwnFault("演示资源不见了", "the demonstration's resource has vanished")
            write_durably(proofs / "anchor.json", trust_anchor(node.home).to_json_bytes())
            write_durably(proofs / "pages.receipt.json", receipt_for(node, row).to_json_bytes())
            unit = unit_receipt_for(node, self.pages_number, "p003")
            write_durably(proofs / "unit-p003.receipt.json", unit.to_json_bytes())
        page = self._collection.resources[0] / SHOWN_PAGE
        changed = bytearray(page.read_bytes())
        changed[len(changed) // 2] ^= 1
        write_durably(proofs / "p003-改动一字节.tif", bytes(changed))
        output.say("[5/5] 离线核验(不连网、不读数据库)", "[5/5] verified offline (no network, no database)")
        self._verify_one(page, output, expected="yes", row=row)
        self._verify_one(proofs / "p003-改动一字节.tif", output, expected="no", row=row)

    def _verify_one(self, path: Path, output: Output, *, expected: str, row: ResourceRow) -> None:
        proofs = self._home.path / "verify"
        receipt = read_receipt(proofs / "pages.receipt.json")
        verdict = verify(read_subject(path, receipt), receipt, read_anchor(proofs / "anchor.json"))
        output.record({"verified": str(path), "answer": verdict.answer})
        if verdict.answer != expected:
            raise OwnFault(f"{path.name} 的核验结果意外", f"the verification of {path.name} went another way")
        if expected == "yes":
            output.say(
                f"      通过    {path.name} 是 {row.number} 的 {verdict.member_count} 个文件之一,内容与登记一致",
                f"      passed  {path.name} is one of the {verdict.member_count} files of {row.number}, unchanged",
            )
        else:
            output.say(
                f"      不通过  {path.name}:摘要与登记不符(本行为有意演示)",
                f"      failed  {path.name}: not the registered digest (on purpose, to show it)",
            )

    def payload_folder(self) -> Path:
        """Give the folder of the page images in the storage root."""
        with open_for_reading(self._home) as node:
            return node.root.payload_path(self.pages_number)
