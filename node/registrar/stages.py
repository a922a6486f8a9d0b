"""The words for what a matter is and how far it has come, for people and for JSON output."""

from __future__ import annotations

from node.errors import Words
from storage.matters import Code

CODES: dict[int, Words] = {
    Code.REGISTER: Words("登记", "register"),
    Code.COMMIT_UNITS: Words("知识单元上链", "commit units"),
    Code.AMEND: Words("更正", "amend"),
    Code.SUPERSEDE: Words("换版", "supersede"),
    Code.WITHDRAW: Words("撤销登记", "withdraw"),
}
STATUSES: dict[str, Words] = {
    "numbered": Words("未存完", "not stored whole"),
    "draft": Words("草稿", "draft"),
    "review": Words("待审", "waits for review"),
    "approved": Words("已批准,待发送", "approved, to be sent"),
    "returned": Words("退回", "returned"),
    "recalled": Words("已撤回", "recalled"),
    "stored": Words("已存入,待上链", "stored, to be sent"),
    "registered": Words("已登记", "registered"),
    "committed": Words("已上链", "on chain"),
    "amended": Words("已更正", "amended"),
    "superseded": Words("已换版", "superseded"),
    "withdrawn": Words("已撤销", "withdrawn"),
}
_FINAL = {
    Code.REGISTER: "registered", Code.COMMIT_UNITS: "committed", Code.AMEND: "amended", Code.SUPERSEDE: "superseded",
    Code.WITHDRAW: "withdrawn",
}  # fmt: skip
REASONS: dict[int, Words] = {
    1: Words("登记错误", "registered in error"),
    2: Words("重复登记", "registered twice"),
    3: Words("权利争议", "rights disputed"),
    4: Words("授权到期", "licence expired"),
    5: Words("内容不宜公开", "not fit for the public"),
    6: Words("个人信息", "personal data"),
    7: Words("验收不合格", "failed acceptance"),
    8: Words("司法或行政要求", "ordered by court or authority"),
    9: Words("其他", "other"),
}
"""The registry's reason codes."""


def status_of(code: int, stage: str) -> str:
    """Give a matter's stage as JSON output says it."""
    if stage == "confirmed":
        return _FINAL[Code(code)]
    return {"submitted": "review"}.get(stage, stage)


def reason_for(word: str) -> int:
    """Give the code for a reason in Chinese, English or digits; 0 when there is none."""
    return next((code for code, words in REASONS.items() if word in (words.zh, words.en, str(code))), 0)
