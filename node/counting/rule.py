"""The counting rule 计数规则: a versioned data file whose digest stands on chain with each batch that is counted by it.

Shipped rules are never changed: another way of counting is another file with another digest. What each entry does is
said where it is used; the whole in words stands in this package's README.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from node.errors import BadInput
from node.records import canonical

FORMAT = 1
LATEST = 1
_LISTS = (
    "levels", "label_fields", "no_labels", "title_fields", "type_fields", "left_out_of_substance", "rendition_folders",
)  # fmt: skip
_STEPS = ("seconds", "percent", "pixels")


@dataclass(frozen=True, slots=True, kw_only=True)
class CountingRule:
    """A rule as read, and the SHA-256 of its canonical bytes.

    ``steps`` are the widths to which places are rounded: seconds of sound and film, per cent or pixels of a page.
    """

    digest: bytes
    version: int
    levels: frozenset[str]
    label_fields: tuple[str, ...]
    no_labels: frozenset[str]
    title_fields: tuple[str, ...]
    type_fields: tuple[str, ...]
    left_out_of_substance: frozenset[str]
    rendition_folders: frozenset[str]
    steps: dict[str, int]


def read_rule(data: bytes) -> CountingRule:
    """Read a rule from its file; raise BadInput for anything that is not exactly of this form."""
    value = canonical.decode(data)
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise BadInput(f"计数规则的 format 应为 {FORMAT}", f"a counting rule's format must be {FORMAT}", field="format")
    wanted = {"format", "name", "version", "steps", *_LISTS}
    for name in wanted ^ value.keys():
        raise BadInput(f"计数规则缺少或多出“{name}”", f"a counting rule lacks or has too many: {name!r}", field=name)
    lists = {name: _texts(value, name) for name in _LISTS}
    return CountingRule(
        digest=canonical.digest(value),
        version=_whole(value, "version"),
        levels=frozenset(lists["levels"]),
        label_fields=lists["label_fields"],
        no_labels=frozenset(map(plain, lists["no_labels"])),
        title_fields=lists["title_fields"],
        type_fields=lists["type_fields"],
        left_out_of_substance=frozenset(lists["left_out_of_substance"]),
        rendition_folders=frozenset(map(plain, lists["rendition_folders"])),
        steps={name: _whole(value["steps"], name) for name in _STEPS},
    )


@cache
def shipped_rule(version: int = LATEST) -> CountingRule:
    """Give a rule that comes with this software."""
    return read_rule(Path(__file__).with_name(f"rule-{version}.json").read_bytes())


def plain(text: str) -> str:
    """Give a text without what makes no difference between labels: width, case, spaces and punctuation."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return folded if folded.isalnum() else "".join(filter(str.isalnum, folded))


def _texts(value: dict[str, Any], name: str) -> tuple[str, ...]:
    texts = value[name]
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise BadInput(f"“{name}”应为文字的数组", f"{name} must be an array of texts", field=name)
    return tuple(texts)


def _whole(value: Any, name: str) -> int:
    number = value.get(name) if isinstance(value, dict) else None
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise BadInput(f"“{name}”应为正整数", f"{name} must be a positive integer", field=name)
    return number
