"""Headers of answers that take some writing: how long to keep, under which name to save, whether it is known already.

Source: Path Gateway, Response Headers; RFC 9110 section 13.1.2 (If-None-Match), RFC 6266 and RFC 8187 (names).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from node.gateway.accept import Form

if TYPE_CHECKING:
    from node.gateway.content_path import ContentPath

FOREVER = "public, max-age=29030400, immutable"
WHILE = "public, max-age=604800, stale-while-revalidate=2678400"
"""For what this software makes of a folder and another version may make otherwise."""
_NOT_PLAIN = re.compile(r'[^ -~]|["\\%]')
_ENDINGS = {Form.RAW: "bin", Form.CAR: "car"}


def saved_as(path: ContentPath, cid: str, form: Form) -> dict[str, str]:
    """Give Content-Disposition: always for a block or a CAR; for a file when a name or `download` was asked for."""
    given = path.query.get("filename", "")
    name = given.replace("/", "_").replace("\\", "_")[:255]
    if form is not Form.FILE:
        return {"Content-Disposition": _disposition("attachment", name or f"{cid}.{_ENDINGS[form]}")}
    download = path.query.get("download") == "true"
    if not name and not download:
        return {}
    name = name or (path.segments[-1] if path.segments else cid)
    return {"Content-Disposition": _disposition("attachment" if download else "inline", name)}


def is_known(header: str | None, *etags: str) -> bool:
    """Tell whether If-None-Match names what would be sent, compared weakly, or anything."""
    if header is None:
        return False
    names = {each.strip().removeprefix("W/") for each in header.split(",")}
    return "*" in names or any(etag.removeprefix("W/") in names for etag in etags)


def _disposition(kind: str, name: str) -> str:
    return f"{kind}; filename=\"{_NOT_PLAIN.sub('_', name)}\"; filename*=UTF-8''{quote(name, safe='')}"
