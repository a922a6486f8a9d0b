"""What a count came to: figures that always add up, and apart from each other what is often mixed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

GROUPS = ("institution", "resource", "lot", "level", "method")
"""What the counted units can be grouped by."""

REASONS = {
    "malformed": ("不是合规的记录", "no well-formed record"),
    "unregistered": ("所属资源没有登记", "of a resource that is not registered"),
    "other-rule": ("所在批次写明按另一规则计数", "in a batch that names another counting rule"),
    "foreign": ("属于别的机构的资源", "of another institution's resource"),
    "level": ("层级不在计数之列", "of a level that is not counted"),
    "untagged": ("除题名、类型、层级名外没有标签或主题词", "without a tag or subject beyond title, type and level"),
    "unreviewed": ("没有经他人审核", "not reviewed by another person"),
    "lot": ("所在交付批次未验收", "in a lot that is not accepted"),
    "no-position": ("没有写明在哪一部分", "without the part of the resource that it is in"),
    "several-works": ("没有写明出自哪一种", "without the source that it is about"),
    "same-id": ("标识重复", "with an identifier that was used before"),
    "resource-withdrawn": ("所属资源已撤销", "of a withdrawn resource"),
    "repeated": ("同一位置、内容相同的重复", "a repetition: same place, same substance"),
    "same-place": ("同一位置、同一层级已计一条", "at a place and level that is counted already"),
    "earlier-year": ("别的年度已申报这一位置", "at a place that was claimed for another project year before"),
    "unit-withdrawn": ("已被后来的批次撤销或替换", "withdrawn or replaced by a later batch"),
}  # fmt: skip
"""Reason → words, in the order in which they are asked: a unit is excluded for the first that holds."""


@dataclass(slots=True, kw_only=True)
class Tally:
    """The figures of a count as of a height.

    ``on_chain`` are the lines of final batches 已上链; ``accepted`` those in accepted lots 验收合格; ``counted`` those
    that count 可计数, always ``on_chain`` less all of ``excluded``. ``labels`` are the tags and subjects of the counted
    units 标引数, ``labels_each`` how many units have how many; ``nested`` are counted units whose parent is counted,
    too. ``by_period`` has the same for each project year.
    """

    rule: bytes
    as_of: int
    on_chain: int = 0
    accepted: int = 0
    counted: int = 0
    nested: int = 0
    labels: int = 0
    excluded: Counter[str] = field(default_factory=Counter)
    labels_each: Counter[int] = field(default_factory=Counter)
    by_period: Counter[int] = field(default_factory=Counter)
    by: dict[str, Counter[str]] = field(default_factory=lambda: {group: Counter() for group in GROUPS})

    def to_json(self) -> dict[str, Any]:
        """Give the figures as JSON, without floats."""
        return {
            "rule": self.rule.hex(),
            "as_of": self.as_of,
            "on_chain": self.on_chain,
            "accepted": self.accepted,
            "counted": self.counted,
            "excluded": {reason: self.excluded[reason] for reason in REASONS if self.excluded[reason]},
            "nested": self.nested,
            "labels": self.labels,
            "labels_each": {str(count): units for count, units in sorted(self.labels_each.items())},
            "by_period": {str(period): units for period, units in sorted(self.by_period.items())},
            "by": {group: dict(sorted(self.by[group].items())) for group in GROUPS if group != "resource"},
        }
