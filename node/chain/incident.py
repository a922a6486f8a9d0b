"""Incidents: finality that was broken, each with its evidence in a file of the home until an operator resolves it.

HOME/incidents/20261125T101500Z-two-headers.json            writing stands still while such a file is here
HOME/incidents/20261125T101500Z-two-headers.resolved.json   kept for ever as evidence

The file is durable before the error is told, so a crash in between leaves the home stopped, not running.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from node.chain.errors import BrokenFinality
from node.errors import BadInput, Words
from node.records import canonical
from storage.durable import sync_folder, write_durably

if TYPE_CHECKING:
    from pathlib import Path

FORMAT, VERSION = "zhicang-incident", 1
TWO_HEADERS, HEAD_BELOW = "two-headers", "head-below-proof"
_RESOLVED = ".resolved.json"
_WORDS = {
    TWO_HEADERS: Words(
        "同一高度有两个封签齐全而内容不同的区块头",
        "two different headers at one height, both sealed",
    ),
    HEAD_BELOW: Words(
        "链的最新高度低于本库已有证明的高度",
        "the chain's head is below a header that this home has proof of",
    ),
}
_MEND = Words(
    "停止写入,保留 incidents 目录作证据,与联盟治理方核对;处理后运行 zhicang incident resolve NAME --note 说明",
    "keep the folder incidents as evidence and ask the governors; then run zhicang incident resolve NAME --note TEXT",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """What was found: the proven header and what now stands in its place, as 0x RLP ("" where there is none)."""

    kind: str
    found: int
    """UTC seconds, this machine's clock."""
    chain_id: int
    height: int
    proven: str
    now: str
    head: int
    """The engine's head when it was found."""
    note: str = ""
    """What the operator who resolved it says."""

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime(self.found))}-{self.kind}"

    def error(self) -> BrokenFinality:
        """Give the error that stops whoever wants to write."""
        words = _WORDS[self.kind]
        zh = f"最终性被破坏:{words.zh}(高度 {self.height}),事件 {self.name}"
        en = f"finality is broken: {words.en} (height {self.height}), incident {self.name}"
        return BrokenFinality(zh, en, mend=_MEND)


class IncidentFolder:
    """The incidents of one home; the folder is made with the first of them."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def report(self, incident: Incident) -> BrokenFinality:
        """Keep an incident, durable, and give the error to raise. One that stands already is not written again."""
        if not any(_same(standing, incident) for standing in self.standing()):
            self._path.mkdir(exist_ok=True)
            sync_folder(self._path.parent)
            write_durably(self._path / f"{incident.name}.json", _encode(incident))
        return incident.error()

    def standing(self) -> list[Incident]:
        """Give the incidents that nobody has resolved, oldest first."""
        paths = sorted(self._path.glob("*.json")) if self._path.is_dir() else []
        return [_decode(path) for path in paths if not path.name.endswith(_RESOLVED)]

    def trouble(self) -> BrokenFinality | None:
        """Say what stops the writing, for `/healthz` and `audit`; None while all is well."""
        try:
            standing = self.standing()
        except BrokenFinality as damaged:
            return damaged
        return standing[0].error() if standing else None

    def require_none(self) -> None:
        """Raise BrokenFinality while an incident stands."""
        if (trouble := self.trouble()) is not None:
            raise trouble

    def resolve(self, name: str, *, note: str) -> None:
        """Take an incident as resolved, with what the operator says; raise BadInput when there is none of that name."""
        for incident in self.standing():
            if incident.name == name:
                path = self._path / f"{name}.json"
                resolved = Incident(**(asdict(incident) | {"note": note}))
                write_durably(path.with_name(name + _RESOLVED), _encode(resolved))
                path.unlink()
                sync_folder(self._path)
                return
        raise BadInput(f"没有未处理的事件 {name}", f"no incident {name} stands", field="NAME")


def _same(first: Incident, second: Incident) -> bool:
    return (first.kind, first.height) == (second.kind, second.height)


def _encode(incident: Incident) -> bytes:
    return canonical.encode({"format": FORMAT, "version": VERSION} | asdict(incident)) + b"\n"


def _decode(path: Path) -> Incident:
    """Read an incident's file; one that cannot be read still stops the writing."""
    try:
        fields: dict[str, Any] = canonical.decode(path.read_bytes().rstrip(b"\n"))
        if (fields.pop("format"), fields.pop("version")) != (FORMAT, VERSION):
            raise ValueError(path.name)  # noqa: TRY301 - told below, like every other damage
        incident = Incident(**fields)
        _ = _WORDS[incident.kind], incident.name
    except (BadInput, KeyError, TypeError, ValueError, AttributeError) as error:
        zh, en = "事件文件已损坏,写入保持停止", "an incident's file is damaged; writing stands still"
        raise BrokenFinality(zh, en, mend=_MEND, file=str(path)) from error
    return incident
