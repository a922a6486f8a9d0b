"""The 登记清单 as a page that prints well on A4: totals, lot, head, fingerprint, the lines, and where people sign.

One HTML file without scripts, links or pictures; everything that came from outside is escaped.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from node.errors import Words
from node.listing.rows import HEADINGS, beijing, in_words
from node.registrar.stages import STATUSES

if TYPE_CHECKING:
    from node.applying.register import Line, Register

MOST_LINES = 2000
"""Lines that are printed, some 100 pages; of more the page says that the list has them, and gives its digest."""
_PRINTED = ("resource_id", "title", "files", "size", "status")
_LABELS = {
    "title": Words("登记清单", "Register of resources"),
    "institution": Words("登记机构", "institution"),
    "source": Words("来源", "source"),
    "lot": Words("交付批次", "lot"),
    "contract": Words("合同号", "contract"),
    "contractor": Words("承建单位", "contractor"),
    "disk": Words("硬盘号", "disk"),
    "delivered": Words("交付日期", "delivered on"),
    "totals": Words("合计", "totals"),
    "left": Words("未登记", "not registered"),
    "head": Words("截至区块头", "as of header"),
    "fingerprint": Words("信任锚指纹", "fingerprint of the trust anchor"),
    "list": Words("随附清单(CSV)的 SHA-256", "SHA-256 of the list beside it (CSV)"),
    "made": Words("制表时间", "made on"),
    "place": Words("序", "no."),
}
_SIGNED = (
    Words("交付方(盖章)", "contractor (seal)"), Words("登记员", "registrar"), Words("审核员", "reviewer"),
    Words("登记机构(盖章)", "institution (seal)"),
)  # fmt: skip
_REMARK = Words(
    "本清单证明:表中各项已由登记机构在所列区块头之前写入链上登记合约;不证明权属。凭存证凭证与信任锚可离线核验(zhicang verify),"
    "核验前请与联盟公布的指纹核对。",
    "This register says that the institution wrote each item into the registry of the chain by the header named; it proves "
    "no ownership. With a receipt and the trust anchor anyone can verify offline (zhicang verify); compare the "
    "fingerprint with the one that the consortium publishes first.",
)
_OWN_CHAIN = Words(
    "本清单所据为本机构自己的链,只有一个验证节点:其分量与一方签名的日志相当,不等于联盟链上的登记。",
    "This register rests on the institution's own chain with one validator: it is worth as much as a signed log of one "
    "party, and is no registration on a chain of several.",
)
_FINAL = {"registered", "withdrawn"}
_NOT_YET = Words(
    "本清单尚不证明登记:表中有尚未最终确认的项(见“状态”一列)。全部最终确认之后请重出登记清单。",
    "This register does not prove a registration yet: items in it are not final (see the column “status”). Make it out "
    "again when all are.",
)
_STYLE = """
@page { size: A4; margin: 16mm 14mm 18mm; @bottom-right { content: counter(page) " / " counter(pages); font-size: 8pt; }
  @bottom-left { content: "ON EVERY PAGE"; font-size: 8pt; } }
* { box-sizing: border-box; }
body { font: 9.5pt/1.45 "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", "SimSun", sans-serif; color: #000;
  max-width: 182mm; margin: 0 auto; }
h1 { font-size: 17pt; text-align: center; margin: 4mm 0; }
h1:lang(zh) { letter-spacing: .3em; text-indent: .3em; }
h1 small { display: block; font-size: 10pt; letter-spacing: 0; text-indent: 0; color: #b00; }
table { border-collapse: collapse; width: 100%; }
th, td { border: .3pt solid #555; padding: 1mm 1.5mm; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
.about th { width: 34mm; font-weight: 600; background: #f2f2f2; }
.lines { margin-top: 5mm; font-size: 8pt; }
.lines thead { display: table-header-group; }
.lines th { background: #f2f2f2; white-space: nowrap; }
.lines tbody { break-inside: avoid; }
.lines .below td { font-size: 7pt; border-top: none; padding-top: 0; color: #333; }
.lines .below span { margin-left: 4mm; white-space: nowrap; }
.lines .item td { border-bottom: none; padding-bottom: .4mm; }
.lines .item .place { border-bottom: .3pt solid #555; }
code { font-family: "DejaVu Sans Mono", "Noto Sans Mono", monospace; font-size: 90%; overflow-wrap: anywhere; }
.right { text-align: right; white-space: nowrap; }
.short { white-space: nowrap; }
.remark { font-size: 8pt; margin: 4mm 0; }
.signed { display: grid; grid-template-columns: 1fr 1fr; gap: 9mm 12mm; margin-top: 8mm; break-inside: avoid; }
.signed div { border-bottom: .5pt solid #000; height: 12mm; display: flex; justify-content: space-between;
  align-items: flex-end; padding-bottom: 1mm; }
.date { padding-right: 2mm; white-space: pre; }
"""


_ALONE = """<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">\n"""
"""The page fetches nothing, whatever stands in it."""


def as_page(register: Register, language: str, *, list_digest: bytes) -> bytes:
    """Give the page; ``list_digest`` is the SHA-256 of the CSV that goes with it."""

    def say(name: str) -> str:
        return escape(_LABELS[name].in_language(language))

    marked = ("演示,不作凭证" if language == "zh" else "demonstration, no evidence") if register.demonstration else ""
    title = say("title") + (f"<small>{marked}</small>" if marked else "")
    about = "".join(
        f"<tr><th>{label}</th><td>{text}</td></tr>" for label, text in _about(register, language, list_digest)
    )
    heads = "".join(f"<th>{_head(name, language)}</th>" for name in _PRINTED)
    lines = "".join(_line(place, line, language) for place, line in enumerate(register.lines[:MOST_LINES], start=1))
    signed = "".join(
        f'<div><span>{escape(words.in_language(language))}:</span><span class="date">{_date(language)}</span></div>'
        for words in _SIGNED
    )
    style = _STYLE.replace("ON EVERY PAGE", f"{register.code}  CSV SHA-256 {list_digest.hex()[:16]}…")
    remark = _REMARK if register.head and set(register.statuses) <= _FINAL else _NOT_YET
    alone = f'<p class="remark">{escape(_OWN_CHAIN.in_language(language))}</p>\n' if register.alone else ""
    return (
        f'<!doctype html>\n<html lang="{"zh-CN" if language == "zh" else "en"}">\n<head>\n<meta charset="utf-8">\n{_ALONE}'
        f"<title>{say('title')} {escape(register.code)}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        f'<h1>{title}</h1>\n<table class="about">\n{about}</table>\n'
        f'<table class="lines">\n<thead><tr><th>{say("place")}</th>{heads}</tr></thead>\n{lines}</table>\n'
        f"{_more(register, language)}"
        f'<p class="remark">{escape(remark.in_language(language))}</p>\n{alone}<div class="signed">{signed}</div>\n</body>\n</html>\n'
    ).encode(errors="backslashreplace")


def _about(register: Register, language: str, list_digest: bytes) -> list[tuple[str, str]]:
    """Give label and text, both as HTML, of what stands above the lines."""
    zh, lot = language == "zh", register.lot
    said: list[tuple[str, str]] = [("institution", escape(f"{register.institution} ({register.code})"))]
    said.append(("source", escape(register.source)))
    if lot is not None:
        said += [("lot", escape(lot.name))]
        said += [
            (name, escape(text))
            for name in ("contract", "contractor", "disk", "delivered")
            if (text := getattr(lot, name))
        ]
    count = len(register.lines)
    states = ("、" if zh else ", ").join(
        f"{STATUSES[status].in_language(language)} {n}" for status, n in register.statuses.items()
    )
    totals = (
        f"{count} 件,{register.files:,} 个文件,{register.size:,} 字节;{states}"
        if zh
        else f"{count} resource(s), {register.files:,} file(s), {register.size:,} bytes; {states}"
    )
    said.append(("totals", escape(totals)))
    if register.left:
        said.append(
            (
                "left",
                f"{register.left} 件(见预检与拒绝的说明)" if zh else f"{register.left} (see the findings and refusals)",
            )
        )
    if register.head is not None:
        height, block_hash = register.head
        said.append(("head", f"{height} <code>0x{block_hash.hex()}</code>"))
    said.append(("fingerprint", f"<code>{escape(register.fingerprint)}</code>"))
    said.append(("list", f"<code>{list_digest.hex()}</code>"))
    said.append(("made", escape(_time(beijing(register.made), language))))
    return [(escape(_LABELS[name].in_language(language)), text) for name, text in said]


def _line(place: int, line: Line, language: str) -> str:
    texts = {name: escape(_printed(name, value, language)) for name, value in in_words(line.listed(), language).items()}
    kinds = {"title": "", "files": "right", "size": "right"}
    cells = "".join(f'<td class="{kinds.get(name, "short")}">{texts.get(name, "")}</td>' for name in _PRINTED)
    height, when = (
        f"<span>{_head(name, language)} {texts[name]}</span>" if name in texts else ""
        for name in ("height", "header_time")
    )
    return (
        f'<tbody><tr class="item"><td class="right place" rowspan="2">{place}</td>{cells}</tr>'
        f'<tr class="below"><td colspan="{len(_PRINTED)}">SHA-256 <code>{texts["content_sha256"]}</code>{height}{when}'
        "</td></tr></tbody>\n"
    )


def _head(name: str, language: str) -> str:
    return escape(HEADINGS[name].in_language(language).replace("_", " "))


def _printed(name: str, value: Any, language: str) -> str:
    if name in ("files", "size"):
        return f"{value:,}"
    return _time(value, language) if name == "header_time" else str(value)


def _time(text: str, language: str) -> str:
    """Give an ISO time of Beijing as a person writes it."""
    return text.replace("T", " ").removesuffix("+08:00") + (" 北京时间" if language == "zh" else " +08")


def _more(register: Register, language: str) -> str:
    more = len(register.lines) - MOST_LINES
    if more <= 0:
        return ""
    text = f"另有 {more} 件,见随附清单" if language == "zh" else f"{more} more are in the list beside it"
    return f'<p class="remark">{text}</p>\n'


def _date(language: str) -> str:
    return "\u3000\u3000\u3000年\u3000\u3000月\u3000\u3000日" if language == "zh" else "date:" + "\u2003" * 6
