"""What a unit says, apart from who said it, how, how surely, and under which identifier."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from node.counting.rule import plain
from node.records import canonical

if TYPE_CHECKING:
    from node.counting.rule import CountingRule


def substance_digest(unit: dict[str, Any], rule: CountingRule) -> bytes:
    """Give the SHA-256 of a unit without what the rule leaves out: a changed confidence makes no other substance."""
    return canonical.digest({name: value for name, value in unit.items() if name not in rule.left_out_of_substance})


def labels_of(unit: dict[str, Any], rule: CountingRule) -> set[str]:
    """Give the different tags and subjects of a unit that say more than its title, type and level do."""
    labels = {plain(label) for field in rule.label_fields for label in _texts(unit.get(field))}
    if not labels:
        return labels
    said = {plain(text) for field in (*rule.title_fields, *rule.type_fields) for text in _texts(unit.get(field))}
    return labels - said - rule.no_labels - {""}


def _texts(value: Any) -> list[str]:
    """Give the texts of a field: one text, texts, or objects with a label."""
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list):
        return []
    texts = (item.get("label", item.get("code")) if isinstance(item, dict) else item for item in value)
    return [text for text in texts if isinstance(text, str)]
