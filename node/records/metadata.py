"""The metadata of a resource, schema 1: what is said of it, as the bytes that its metadata digest covers.

Codes are stored in English; the words that a list or a form may use in their place stand in `VOCABULARY`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import Any

from node.errors import BadInput, Words
from node.records import canonical

SCHEMA = 1

VOCABULARY: dict[str, dict[str, str]] = {
    "type": {
        "text": "文本", "image": "图像", "audio": "音频", "video": "视频", "book": "图书", "serial": "期刊",
        "newspaper": "报纸", "rare-book": "古籍", "local-document": "地方文献", "course": "公开课",
        "three-dimensional": "三维", "vr-ar": "VR/AR", "dataset": "数据库", "web": "网页", "other": "其他",
    },
    "access": {"open": "公开", "consortium": "系统内", "onsite": "馆内", "closed": "不公开"},
    "rights": {"own": "自有版权", "licensed": "已获授权", "public-domain": "公有领域", "unknown": "版权不明"},
}  # fmt: skip
"""Field → code → Chinese word."""

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
LONGEST_TEXT, LONGEST_REFERENCE = 20_000, 200
EARLIEST_PERIOD, LATEST_PERIOD = 1900, 2999


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What is said of a resource. Not public unless `access` says "open"; rights unknown unless said.

    ``period`` is the project year; ``client_ref`` the institution's own identifier; ``programme`` and ``lot`` are plain
    text here and SHA-256 digests on chain; empty text means: not said.
    """

    title: str
    period: int
    type: str = "other"
    access: str = "closed"
    rights: str = "unknown"
    client_ref: str = ""
    creator: str = ""
    date: str = ""
    description: str = ""
    programme: str = ""
    lot: str = ""
    replaces: str = ""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, str) and len(value) > LONGEST_TEXT:
                zh, en = f"超过 {LONGEST_TEXT} 字", f"longer than {LONGEST_TEXT} characters"
                raise BadInput(zh, en, field=field.name)
        if not self.title.strip():
            raise BadInput("题名为空", "the title is empty", field="title")
        if not EARLIEST_PERIOD <= self.period <= LATEST_PERIOD:
            zh, en = f"年度 {self.period} 不是四位年份", f"period {self.period} is not a year of four digits"
            raise BadInput(zh, en, field="period")
        for name, words in VOCABULARY.items():
            if getattr(self, name) not in words:
                raise unknown_word(name, getattr(self, name))

    def check_as_input(self) -> None:
        """Refuse what may not come in anew, though it can be read back: control characters, a long client_ref."""
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, str) and field.name != "description" and _CONTROL.search(value):
                raise BadInput("含有控制字符", "it has a control character", field=field.name)
        if len(self.client_ref) > LONGEST_REFERENCE:
            zh, en = f"超过 {LONGEST_REFERENCE} 字", f"it is longer than {LONGEST_REFERENCE} characters"
            raise BadInput(zh, en, field="client_ref")

    @property
    def is_open(self) -> bool:
        """Whether anyone may see it; what is not open is salted."""
        return self.access == "open"

    def to_json(self, salt: str = "") -> dict[str, Any]:
        """Give the JSON object that the metadata digest covers: said fields only, with `schema` and, if any, `salt`."""
        said = {name: value for name in _NAMES if (value := getattr(self, name)) != ""}
        return said | {"schema": SCHEMA} | ({"salt": salt} if salt else {})

    def digest(self, salt: str = "") -> bytes:
        """Give the metadata digest: SHA-256 of the RFC 8785 bytes."""
        return canonical.digest(self.to_json(salt))

    def differing_fields(self, other: Metadata) -> list[str]:
        """Name the fields in which two descriptions differ."""
        return [field.name for field in fields(self) if getattr(self, field.name) != getattr(other, field.name)]

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Metadata:
        """Read what `to_json` gave, leaving out schema and salt."""
        return cls(**{name: item for name, item in value.items() if name not in ("schema", "salt")})


_NAMES = tuple(field.name for field in fields(Metadata))


def code_for(field: str, word: str) -> str:
    """Give the code for a word in Chinese or English; raise BadInput that lists the accepted words."""
    words = VOCABULARY[field]
    for code, chinese in words.items():
        if word in (code, chinese):
            return code
    raise unknown_word(field, word)


def unknown_word(field: str, word: str) -> BadInput:
    """Build the error for a word that the vocabulary of a field does not have."""
    words = VOCABULARY[field]
    mend = Words("可用:" + "、".join(words.values()), "one of: " + ", ".join(words))
    return BadInput(f"{field} 没有“{word[:40]}”这个取值", f"{field} has no value {word[:40]!r}", mend=mend, field=field)
