"""What a verifier reads from disk: the subject, the receipt and the anchor, without any node."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from node.errors import BadInput, MissingAnchor, Words, chinese_reason
from node.receipts.anchor import LARGEST as LARGEST_ANCHOR
from node.receipts.anchor import TrustAnchor
from node.receipts.founding import Profile
from node.receipts.receipt import LARGEST as LARGEST_RECEIPT
from node.receipts.receipt import Receipt
from node.receipts.record import CommittedRecord
from node.receipts.subject import FileSubject, Subject, TreeSubject, UnitSubject
from node.records import canonical
from node.records.manifest import manifest_of
from storage.sm3 import new_sm3, sm3

if TYPE_CHECKING:
    from pathlib import Path

LARGEST_UNIT = 1 << 20
"""Bytes of a unit's JSON."""
_PIECE = 1 << 20


def read_receipt(path: Path) -> Receipt:
    """Read a receipt; raise MalformedReceipt, or BadInput when the file cannot be read."""
    try:
        return Receipt.from_json_bytes(_read(path, LARGEST_RECEIPT))
    except BadInput:
        raise
    except Exception as error:
        if hasattr(error, "file"):
            error.file = str(path)
        raise


def read_anchor(path: Path | None) -> TrustAnchor:
    """Read a trust anchor; raise MissingAnchor when none is given, MalformedAnchor when it is none."""
    if path is None:
        mend = Words(
            "用 --anchor 指明信任锚文件;它的指纹应从纸面或网站得到,而不是从被审节点",
            "name the anchor's file with --anchor; have its fingerprint from paper or a web page, not from the node",
        )
        zh, en = "没有信任锚,无从核验:凭证不能为自己作证", "no trust anchor: a receipt cannot vouch for itself"
        raise MissingAnchor(zh, en, mend=mend)
    try:
        return TrustAnchor.from_json_bytes(_read(path, LARGEST_ANCHOR))
    except BadInput as error:
        error.file = str(path)
        raise


def read_profile(path: Path) -> Profile:
    """Read an institution's profile, a JSON object {name, credit_code, region}; raise BadInput when it is none."""
    try:
        return Profile.from_json(canonical.decode(_read(path, LARGEST_UNIT)), where="")
    except BadInput as error:
        error.file = str(path)
        raise


def read_subject(path: Path, receipt: Receipt) -> Subject:
    """Take the facts of what is to be verified: a folder's manifest, a file's SHA-256, or a unit's object.

    Raises:
        BadInput: it cannot be read, or it is no unit where the receipt is a unit's.
        BadSource: a folder with a name or a file that no resource can have.
    """
    if isinstance(receipt.record, CommittedRecord):
        return _unit(path)
    with_sm3 = "sm3" in (receipt.metadata or {})
    if path.is_dir():
        return _tree(path, with_sm3=with_sm3)
    sha256, second = digests_of(path, with_sm3=with_sm3)
    return FileSubject(sha256=sha256, sm3=second)


def _unit(path: Path) -> UnitSubject:
    """Read one unit's object; who gives a folder or a whole list is told which line of it is meant."""
    mend = Words(
        "这是知识单元的凭证:请给这一条的 JSON,即清单里的那一行,单独存成一个文件",
        "this receipt is of a unit: give its JSON, the one line of the list, in a file of its own",
    )
    if path.is_dir():
        raise BadInput("这是文件夹,不是知识单元", "a folder is no unit", mend=mend, file=str(path))
    data = _read(path, LARGEST_UNIT)
    try:
        return UnitSubject.parse(data)
    except BadInput as error:
        if b"\n" in data.strip() or len(data) > LARGEST_UNIT:
            error.file, error.mend = str(path), mend
        raise


def _tree(folder: Path, *, with_sm3: bool) -> TreeSubject:
    from storage.walk import walk

    first: dict[str, bytes] = {}
    second: dict[str, bytes] = {}
    for file in walk(folder).files:
        first[file.path], digest = digests_of(folder / file.path, with_sm3=with_sm3)
        if digest is not None:
            second[file.path] = digest
    return TreeSubject(manifest=manifest_of(first), sm3=sm3(manifest_of(second)) if with_sm3 else None)


def digests_of(path: Path, *, with_sm3: bool) -> tuple[bytes, bytes | None]:
    """Give the SHA-256 and, where asked for, the SM3 of a file, in one reading."""
    try:
        with path.open("rb") as stream:
            if not with_sm3:
                return hashlib.file_digest(stream, "sha256").digest(), None
            first, second = hashlib.sha256(), new_sm3()
            while piece := stream.read(_PIECE):
                first.update(piece)
                second.update(piece)
            return first.digest(), second.digest()
    except OSError as error:
        raise _unreadable(path, error) from error


def _read(path: Path, limit: int) -> bytes:
    """Read a file, but never more than a little over its limit: the reader of its format says that it is too large."""
    try:
        with path.open("rb") as stream:
            return stream.read(limit + 1)
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> BadInput:
    return BadInput(f"读不到:{chinese_reason(error)}", f"cannot be read: {error.strerror}", file=str(path))


def whole_fingerprint(text: str) -> str:
    """Take a fingerprint as somebody typed it: case, spaces and hyphens do not matter; raise BadInput for a part.

    A part is no wrong fingerprint but none: an anchor could be made to meet it.
    """
    if re.fullmatch("[0-9a-f]{64}", re.sub(r"[\s-]", "", text).lower()) is None:
        mend = Words("照纸上或联盟网页抄全 16 组", "copy all 16 groups from paper or from the consortium's web page")
        zh, en = "指纹应为 64 位十六进制数字", "a fingerprint has 64 hexadecimal digits"
        raise BadInput(zh, en, mend=mend, field="--fingerprint")
    return text
