"""The verdict of a verification: its answer, its numbered steps, and what a yes shows and does not show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from node.errors import Words

if TYPE_CHECKING:
    from node.receipts.header_steps import StandingThen
    from node.receipts.record import Record
    from node.receipts.transaction_step import Signed

Answer = Literal["yes", "no", "doubtful", "anchor-too-old"]
"""Doubtful: a key was declared stolen later, or the record is withdrawn or frozen. Anchor too old: the anchor does not
know a key or the validators, and the header lies above what it knows, so that neither yes nor no would be true."""
EXIT_CODES = {"yes": 0, "no": 1, "doubtful": 1, "anchor-too-old": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: its fixed number and name, whether it passed, what it showed, and the attack that it stops."""

    number: int
    name: str
    title: Words
    passed: bool
    shown: Words
    stops: Words

    @property
    def zh(self) -> str:
        """What it showed, in Chinese."""
        return self.shown.zh

    @property
    def en(self) -> str:
        """What it showed, in English."""
        return self.shown.en


@dataclass(frozen=True, slots=True, kw_only=True)
class Assurance:
    """Who vouches for the header: ``sealed`` of the ``validators`` validators in force."""

    sealed: int
    validators: int

    @property
    def words(self) -> Words:
        """Say it, and say plainly what one party is worth."""
        if self.validators == 1:
            zh = "单方日志:只有 1 个验证节点封签,其持钥人可以重写历史"
            return Words(zh, "one-party log: sealed by its only validator, whose key holder can rewrite it")
        zh = f"{self.validators} 个验证节点中有 {self.sealed} 个封签"
        return Words(zh, f"sealed by {self.sealed} of {self.validators} validators")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The outcome of `verify`.

    ``record`` is what the receipt claims, shown only by a yes; ``institution`` is the name that the anchor gives to the
    record's code ("" when it has none). ``height``, ``header_time`` (UTC seconds) and ``assurance`` are None unless the
    answer is yes or doubtful, and so are ``signed`` and, without a proof of it in the receipt, ``standing``. ``unit``
    is (identifier, resource) of a unit. ``anchored`` is (height, time) at which the receipt's chain was anchored in
    that of the anchor. ``members`` are the paths of the file in the manifest when one member of a tree of
    ``member_count`` files was verified. ``fingerprint`` is the anchor's.
    """

    answer: Answer
    steps: tuple[Step, ...]
    record: Record
    institution: str
    fingerprint: str
    demonstration: bool
    statements: tuple[Words, ...]
    height: int | None = None
    header_time: int | None = None
    assurance: Assurance | None = None
    signed: Signed | None = None
    standing: StandingThen | None = None
    anchored: tuple[int, int] | None = None
    unit: tuple[str, str] | None = None
    members: tuple[str, ...] = ()
    member_count: int | None = None

    @property
    def failed(self) -> Step | None:
        """The step at which the procedure stopped, or None."""
        return next((step for step in self.steps if not step.passed), None)

    @property
    def exit_code(self) -> int:
        """0 for yes, 1 for no and doubtful, 3 for an anchor that is too old."""
        return EXIT_CODES[self.answer]
