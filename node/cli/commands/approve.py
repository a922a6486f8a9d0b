"""zhicang approve: 批准, a reviewer's signatures over what waits for review, here or from a request file elsewhere."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from node.cli.acting import perform
from node.cli.keystores import add_keystore, address_in, keystore_of, open_keystore
from node.cli.matters import NEXT_SEND
from node.cli.parser import add_passphrase, chooser, given_path
from node.cli.review_page import show_page
from node.cli.session import home_of, mark_demonstration, write_output
from node.errors import BadInput, Words, chinese_reason
from node.own_anchor import trust_of
from node.registrar.request_file import LARGEST, Approvals, Request
from node.registrar.review import Review, open_matter
from node.registrar.reviewer_key import require_reviewer
from node.runtime import open_for_reading
from node.wiring import place_of

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from node.cli.output import Output
    from node.runtime import Desk
    from storage.journal import Journal
    from storage.matters import MatterRow

ROLE = "reviewer"
DEFAULT_DAYS, MOST_DAYS = 30, 366
_DAY = 86_400


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the options."""
    say = chooser(language)
    parser.add_argument("what", nargs="*", metavar="REQUEST.json|ID", help=say("送审单,或本库待审的登记号", "a request file, or registration numbers that wait for review here"))
    parser.add_argument("--all", action="store_true", help=say("本库全部待审的", "all that waits for review here"))
    parser.add_argument("-o", "--output", type=given_path, metavar="APPROVALS.json", help=say("批准写到这个文件(缺省直接记入本库)", "write the approvals to this file (default: into this home)"))
    parser.add_argument("--valid-days", type=int, default=DEFAULT_DAYS, metavar="N", help=say("批准在多少天内有效(缺省 30)", "days that the approvals are good for (default 30)"))
    add_keystore(parser, language, ROLE)
    add_passphrase(parser, language)


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Show the page, ask for the passphrase once, sign everything, and hand the signatures over."""
    if not 1 <= arguments.valid_days <= MOST_DAYS:
        raise BadInput(f"--valid-days 应在 1—{MOST_DAYS} 之间", f"--valid-days must be from 1 to {MOST_DAYS}", field="valid_days")
    home = home_of(arguments)
    request, travels = _request(arguments, output)
    if not request.dossiers:
        output.record({"summary": {"approved": 0}})
        output.say("没有待审的", "nothing waits for review")
        return
    if travels and arguments.output is None:
        mend = Words("加上 -o 批准.json", "add -o approvals.json")
        raise BadInput("批准送审单要写明批准文件", "approving a request needs a file for the approvals", mend=mend)
    keystore = keystore_of(arguments, home, ROLE)
    trust = trust_of(home) if home.anchor.is_file() else None
    unchecked = require_reviewer(trust, address_in(keystore), request.place)
    show_page(request, output)
    key = open_keystore(arguments, output, home, keystore)
    if unchecked is not None:
        output.note(unchecked.zh, unchecked.en)
    expires = int(time.time()) + arguments.valid_days * _DAY
    approvals = Approvals(place=request.place, approved=request.approve(key, expires=expires))
    reviewer = "0x" + key.public_key.to_canonical_address().hex()
    for dossier in request.dossiers:
        output.record({"id": dossier.number, "act": dossier.code.name.lower(), "version": dossier.version, "title": dossier.title, "sha256": dossier.digest.hex(), "expires": expires, "reviewer": reviewer})
    if arguments.output is not None:
        write_output(arguments.output, approvals.to_json_bytes())
        output.record({"summary": {"approved": len(request.dossiers), "file": str(arguments.output)}})
        output.say(f"批准 {len(request.dossiers)} 项,写在 {arguments.output};登记员:zhicang send {arguments.output}", f"{len(request.dossiers)} approved, in {arguments.output}; the registrar: zhicang send {arguments.output}")
        return
    perform(arguments, output, act, keys=False, carried={"approvals": approvals.to_json()})


async def act(node: Desk, arguments: argparse.Namespace, output: Output) -> None:
    """Keep the approvals in the journal."""
    approved = refused = 0
    approvals = Approvals.from_json(arguments.carried["approvals"])
    for taken in node.registrar.approving.take(approvals, sender=bytes.fromhex(node.identity.registrar)):
        if taken.error is not None:
            refused += 1
            output.refuse(taken.error, source=taken.name)
        else:
            approved += 1
    output.record({"summary": {"approved": approved, "refused": refused, "next": "zhicang send"}})
    output.say(f"批准 {approved} 项", f"{approved} approved")
    output.say(*NEXT_SEND)


def _request(arguments: argparse.Namespace, output: Output) -> tuple[Request, bool]:
    """Give what is to be approved, and whether it came by a request file."""
    what: list[str] = arguments.what
    file = given_path(what[0]) if len(what) == 1 else None
    if file is not None and file.suffix == ".json":
        if arguments.all:
            raise BadInput("--all 不能与送审单同用", "--all does not go with a request file", field="all")
        return _read(file), True
    if bool(what) == arguments.all:
        mend = Words("zhicang approve 送审单.json | 登记号… | --all", "zhicang approve REQUEST.json | ID… | --all")
        raise BadInput("请写明批准哪些", "say what is to be approved", mend=mend)
    with open_for_reading(home_of(arguments)) as node:
        mark_demonstration(node.identity, output)
        review = Review(journal=node.journal, place=place_of(node.identity), clock=time.time)
        matters = list(node.journal.matters.at("submitted")) if arguments.all else [_waiting(node.journal, name) for name in what]
        return review.request(matters), False


def _waiting(journal: Journal, name: str) -> MatterRow:
    matter = open_matter(journal, name)
    if matter.stage not in ("submitted", "approved") or matter.act is not None:
        mend = Words(f"先送审:zhicang submit {name}", f"submit it first: zhicang submit {name}")
        raise BadInput(f"{name} 不在待审", f"{name} does not wait for review", mend=mend)
    return matter


def _read(file: Path) -> Request:
    try:
        with file.open("rb") as stream:
            return Request.from_json_bytes(stream.read(LARGEST + 1))
    except OSError as error:
        zh, en = f"读不到送审单:{chinese_reason(error)}", f"the request cannot be read: {error.strerror}"
        raise BadInput(zh, en, file=str(file)) from error
    except BadInput as error:
        error.file = str(file)
        raise
