"""What a request that comes again says otherwise than the first time, and the words that refuse it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.errors import BadInput, Words
from node.records import canonical
from node.records.metadata import FIXED, Metadata
from node.registrar.outcome import Refused

if TYPE_CHECKING:
    from node.registrar.request import RegisterRequest
    from storage.errors import StorageError
    from storage.resources import ResourceRow
    from storage.root import Staged


def changed_fields(earlier: ResourceRow, request: RegisterRequest, staged: Staged) -> list[str]:
    """Name what differs from the earlier request: "content", and fields of the metadata."""
    content = earlier.content_digest != staged.content_digest or earlier.kind != staged.kind
    return (["content"] if content else []) + changed_metadata(earlier, request)


def changed_metadata(earlier: ResourceRow, request: RegisterRequest) -> list[str]:
    """Name the fields of the metadata that differ from the earlier request."""
    return Metadata.from_json(canonical.decode(earlier.metadata)).differing_fields(request.metadata)


def changed_since_checked(request: RegisterRequest) -> BadInput:
    """Say that a source is not what the pre-check read."""
    mend = Words("查明谁动了它;确认无误后再办一次", "find out who touched it; when it is right, do it again")
    zh, en = f"“{request.shown}”预检之后变了,没有登记", f"{request.shown!r} changed after the check: not registered"
    return BadInput(zh, en, mend=mend)


def contradiction(earlier: ResourceRow, changed: list[str], *, twice: bool) -> BadInput:
    """Say in what a request with an earlier one's key differs from it, and which act is meant for that."""
    if "content" in changed:
        zh = f"自有编号 {earlier.client_ref} 已登记为 {earlier.number},内容却不同"
        en = f"client_ref {earlier.client_ref} is registered as {earlier.number} with other content"
        mend = Words(
            f"内容变了应办“换版”:zhicang supersede {earlier.number} 文件;或改用新的自有编号",
            f"supersede it: zhicang supersede {earlier.number} PATH; or give a new client_ref",
        )
        field = "client_ref"
    else:
        zh = f"{earlier.number} 的著录与原登记不同:{'、'.join(changed)}"
        en = f"{earlier.number} was registered with other {', '.join(changed)}"
        mend, field = _mend_of(earlier, changed), changed[0]
    if twice:
        zh = f"{earlier.number} 在本次中出现两次,内容或著录不同"
        en = f"{earlier.number} comes twice in this run with other content or metadata"
        mend = Words("改好清单,每件只留一行", "mend the list: one row a resource")
    return BadInput(zh, en, mend=mend, field=field)


def _mend_of(earlier: ResourceRow, changed: list[str]) -> Words:
    fixed = [name for name in changed if name in FIXED]
    if fixed:
        return Words(
            f"{'、'.join(fixed)} 写在链上,不能更正;照原样填写,或撤销后用 --replaces {earlier.number} 重新登记",
            f"{', '.join(fixed)} stand(s) on chain and cannot be amended: give what was registered, or withdraw it and "
            f"register anew with --replaces {earlier.number}",
        )
    return Words(
        f"著录变了应办“更正”:zhicang amend {earlier.number}",
        f"corrected metadata is an act of its own: zhicang amend {earlier.number}",
    )


def done_with(earlier: ResourceRow) -> BadInput:
    """Say that what a request brings was withdrawn, and how it is registered anew."""
    mend = Words(
        f"要重新登记同一内容,请写明替代:--replaces {earlier.number}",
        f"to register the content anew say so: --replaces {earlier.number}",
    )
    zh = f"它曾登记为 {earlier.number},该登记已撤销"
    en = f"it was registered as {earlier.number}, and that record is withdrawn"
    return BadInput(zh, en, mend=mend, field="replaces")


def other_year(earlier: ResourceRow) -> BadInput:
    """Say that a number keeps its year."""
    mend = Words("照原年度办理;或撤回后换一个自有编号", "keep the year, or recall it and give another client_ref")
    zh, en = f"年度写在登记号 {earlier.number} 里,不能改", f"the year is part of {earlier.number} and stays"
    return BadInput(zh, en, mend=mend, field="period")


def refused(error: BadInput, request: RegisterRequest) -> Refused:
    """Refuse a request, and say where it stood: in its list, or by its source."""
    error.file, error.row = request.list_file or request.shown, request.row
    return Refused(source=request.shown, error=error)


def unstorable(error: StorageError, request: RegisterRequest) -> Refused:
    """Refuse a request whose source cannot be stored, and say in which row of a list it stood."""
    if request.list_file is not None:
        words = error.words
        error.words = type(words)(f"{error.file}:{words.zh}", f"{error.file}: {words.en}")
        error.file, error.row, error.field = request.list_file, request.row, "path"
    return Refused(source=request.shown, error=error)
