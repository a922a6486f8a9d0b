"""Every sentence for a user stands in the code in both languages: Chinese first, with no Chinese in the English one."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
CHINESE = re.compile("[\u4e00-\u9fff]")
ENGLISH = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}")
SPOKEN = {"Words", "say", "note", "BadInput", "Unavailable", "Doubtful", "OwnFault", "BadProof", "Declined"}


def text_of(node: ast.expr) -> str | None:
    """Give the constant parts of a string or f-string; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
    return None


def pairs() -> list[tuple[str, str, str]]:
    """Give every pair that is written out in a call: (place, Chinese, English)."""
    found = []
    for package in ("node", "storage", "contracts"):
        for path in sorted((ROOT / package).rglob("*.py")):
            for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(call, ast.Call) or len(call.args) < 2:
                    continue
                name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
                zh, en = text_of(call.args[0]), text_of(call.args[1])
                if name in SPOKEN and zh is not None and en is not None and zh != en:  # commands have no language
                    found.append((f"{path.relative_to(ROOT)}:{call.lineno}", zh, en))
    return found


def test_what_is_said_in_chinese_is_chinese_and_in_english_english() -> None:
    said = pairs()
    assert len(said) > 500
    assert [pair for pair in said if ENGLISH.search(pair[1]) and not CHINESE.search(pair[1])] == []
    assert [pair for pair in said if CHINESE.search(pair[2].replace("zhicang", ""))] == []


def test_no_finding_and_no_difference_of_a_replay_is_a_sentence_of_one_language() -> None:
    alone = []
    for path in [*(ROOT / "node" / "auditor").rglob("*.py"), *(ROOT / "node" / "chain" / "replay").rglob("*.py")]:
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") in ("Finding", "Difference"):
                given = {word.arg: text_of(word.value) for word in call.keywords if word.arg in ("expected", "found")}
                alone += [(path.name, call.lineno, text) for text in given.values() if text and ENGLISH.search(text)]
    assert alone == []
