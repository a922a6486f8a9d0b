"""What `zhicang replay` says: its progress bar, what was reached, and a difference in JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from node.cli.output import error_text

if TYPE_CHECKING:
    from node.chain.replay.difference import Difference
    from node.chain.replay.reached import Reached
    from node.cli.output import Output
    from node.cli.progress import Progress
    from node.errors import ZhicangError
    from node.receipts.anchor import TrustAnchor


class Bars:
    """The progress bar, made anew for each endpoint, and what is said beside it."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._bar: Progress | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *given: object) -> None:
        if self._bar is not None:
            self._bar.__exit__(*given)

    def begin(self, reached: int, head: int) -> None:
        """Draw the bar, a part of it done already."""
        self._bar = self._output.progress("重放", "replay", head)
        self._bar.step(reached)

    def step(self) -> None:
        """Count a block."""
        if self._bar is not None:
            self._bar.step()

    def slow(self, height: int, seconds: float) -> None:
        """Say that a block takes long."""
        self._output.note(f"高度 {height} 附近已执行 {seconds:.0f} 秒", f"about height {height}, executing for {seconds:.0f} s")

    def turned(self, name: str, error: ZhicangError) -> None:
        """Say why an endpoint is given up."""
        self.__exit__()
        self._output.note(f"{name}:{error_text(error, 'zh')}", f"{name}: {error_text(error, 'en')}")


def say_reached(reached: Reached, anchor: TrustAnchor, seconds: float, output: Output) -> None:
    """Say what was replayed and found as it should be."""
    if anchor.founding.demonstration:
        output.say("[演示] 此信任锚属于演示链", "[demonstration] the anchor is of a demonstration chain")
    when = datetime.fromtimestamp(reached.time, UTC).isoformat().replace("+00:00", "Z")
    output.say(f"重放到高度 {reached.height}(区块头时间 {when},为出块者所称)", f"replayed to height {reached.height} (header time {when}, as asserted by its proposer)")
    output.say(f"  区块头哈希 0x{reached.block_hash.hex()}", f"  header hash 0x{reached.block_hash.hex()}")
    output.say(f"  状态根相符 0x{reached.state_root.hex()}", f"  state root equal 0x{reached.state_root.hex()}")
    output.say(f"  交易 {reached.transactions} 笔,逐笔重新执行", f"  {reached.transactions} transactions, each executed anew")
    if reached.unprotected:
        output.say(f"  其中 {reached.unprotected} 笔未绑定链号", f"  {reached.unprotected} of them name no chain")
    for one in reached.sets:
        names = " ".join("0x" + address.hex() for address in one.addresses)
        output.say(f"  自高度 {one.height} 的验证节点 {len(one.addresses)} 个:{names}", f"  {len(one.addresses)} validators from height {one.height}: {names}")
    registry = f"0x{anchor.founding.registry.hex()}"
    output.say(f"  登记合约 {registry} 代码与信任锚一致", f"  registry {registry}, its code is the anchor's")
    for name, count in sorted(reached.acts.items()):
        output.say(f"  {name} {count}", f"  {name} {count}")
    output.say(f"信任锚指纹:{anchor.fingerprint}", f"fingerprint of the anchor: {anchor.fingerprint}")
    output.record(_report(reached, anchor, seconds))
    output.record({"summary": {"yes": 1}})


def _report(reached: Reached, anchor: TrustAnchor, seconds: float) -> dict[str, Any]:
    return {
        "height": reached.height,
        "header_time": reached.time,
        "block_hash": reached.block_hash.hex(),
        "state_root": reached.state_root.hex(),
        "transactions": reached.transactions,
        "unprotected": reached.unprotected,
        "validators": [
            {"from_height": one.height, "addresses": [address.hex() for address in one.addresses]} for one in reached.sets
        ],
        "registry": anchor.founding.registry.hex(),
        "registry_code_hash": anchor.founding.registry_code_hash.hex(),
        "acts": reached.acts,
        "fingerprint": anchor.fingerprint,
        "demonstration": anchor.founding.demonstration,
        "seconds": round(seconds, 3),
    }


def difference_to_json(error: Difference, language: str) -> dict[str, Any]:
    """Give a difference by its parts."""
    return {
        "height": error.height,
        "field": error.name,
        "expected": error.expected.in_language(language),
        "found": error.found.in_language(language),
        "sealed": error.sealed,
    }
