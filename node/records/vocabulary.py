"""The words of the metadata: each code in English, as it is stored, with the Chinese that lists and forms may use."""

from __future__ import annotations

from node.errors import BadInput, Words

VOCABULARY: dict[str, dict[str, str]] = {
    "type": {
        "text": "文本", "image": "图像", "audio": "音频", "video": "视频", "book": "图书", "serial": "期刊",
        "newspaper": "报纸", "rare-book": "古籍", "local-document": "地方文献", "course": "公开课",
        "documentary": "专题片", "three-dimensional": "三维", "vr-ar": "VR/AR", "dataset": "数据库", "web": "网页",
        "other": "其他",
    },
    "access": {"open": "公开", "consortium": "系统内", "onsite": "馆内", "closed": "不公开"},
    "rights": {"own": "自有版权", "licensed": "已获授权", "public-domain": "公有领域", "unknown": "版权不明"},
    "rights_scope": {"onsite": "馆内", "province": "省内", "consortium": "全国共享", "internet": "互联网"},
    "stock": {"existing": "存量", "new": "新增"},
    "relation": {
        "digitised": "数字化", "recognised": "文字识别", "corrected": "校对", "transcribed": "转写",
        "converted": "转换格式",
        "rescanned": "重新扫描", "restored": "修复", "translated": "翻译", "excerpted": "节选", "compiled": "汇编",
        "made": "其他加工",
    },
}  # fmt: skip
"""Column → code → Chinese word."""

SCHEMES: dict[str, str] = {
    "cdoi": "CDOI", "doi": "DOI", "isbn": "ISBN", "issn": "ISSN", "ark": "ARK", "urn": "URN", "handle": "Handle",
    "call-number": "索书号", "barcode": "条码", "local": "其他编号",
}  # fmt: skip
"""Scheme of an identifier → what it is called."""

ROLES: dict[str, str] = {
    "master": "母版", "access": "使用版", "text": "文字", "thumbnail": "缩略图", "model": "模型", "scene": "场景",
    "media": "媒体", "subtitles": "字幕", "metadata": "元数据", "rights": "权利文件",
}  # fmt: skip
"""Role of a file or folder within a many-file resource → its Chinese word."""


def code_for(field: str, word: str) -> str:
    """Give the code for a word in Chinese or English; raise BadInput that lists the accepted words."""
    return code_among(VOCABULARY[field], word, field=field)


def code_among(words: dict[str, str], word: str, *, field: str) -> str:
    """Give the code for a word of some vocabulary, written as its code or in Chinese; raise BadInput."""
    for code, chinese in words.items():
        if word in (code, chinese):
            return code
    raise unknown_word(words, word, field=field)


def unknown_word(words: dict[str, str], word: str, *, field: str) -> BadInput:
    """Build the error for a word that a vocabulary does not have."""
    mend = Words("可用:" + "、".join(words.values()), "one of: " + ", ".join(words))
    return BadInput(f"{field} 没有“{word[:40]}”这个取值", f"{field} has no value {word[:40]!r}", mend=mend, field=field)
