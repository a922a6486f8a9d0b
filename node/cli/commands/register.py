"""zhicang register: register files and folders."""

from __future__ import annotations

import os
import time
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from node.cli.acting import perform
from node.cli.matters import NEXT_REVIEW, tell_resource
from node.cli.parser import add_passphrase, chooser, given_path
from node.cli.saying import add_set, said_with_set
from node.cli.session import home_of, mark_demonstration
from node.errors import BadInput, Words, ZhicangError
from node.importers.description_list import HEADINGS, read_list
from node.records.beijing import year_of
from node.records.metadata import Metadata
from node.records.said import described, read_period
from node.registrar.outcome import Refused, Waiting
from node.registrar.request import RegisterRequest
from node.settings import read_settings

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from pathlib import Path

    from node.cli.output import Output
    from node.home import Home
    from node.runtime import Writing

_TEXT_OPTIONS = {
    "creator": Words("责任者", "creator"), "date": Words("日期", "date"), "description": Words("说明", "description"),
    "programme": Words("项目名称", "programme"), "lot": Words("交付批次", "lot"),
    "replaces": Words("所替代的登记号", "registration number that it replaces"),
}  # fmt: skip


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the options."""
    configure_sources(parser, language)
    add_passphrase(parser, language)


def configure_sources(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the options that say what is to be stored, and how it is described."""
    say = chooser(language)
    parser.add_argument("paths", nargs="*", type=given_path, metavar="PATH", help=say("文件或文件夹;一个文件夹是一件多文件资源", "files or folders; a folder is one many-file resource"))
    parser.add_argument("--each", action="store_true", help=say("文件夹里每个文件各为一件资源", "every file of a folder is a resource of its own"))
    parser.add_argument("--list", type=given_path, metavar="LIST.csv", help=say("著录表(CSV,UTF-8),每行一件,路径相对于表所在目录", "description list (CSV, UTF-8), a row a resource, paths relative to the list's folder"))
    parser.add_argument("--title", help=say("题名(缺省为文件名)", "title (default: the file's name)"))
    parser.add_argument("--type", default="other", help=say("资源类型,如 图像、文本、音频", "type, such as image, text, audio"))
    parser.add_argument("--access", default="closed", help=say("公开级别:公开、系统内、馆内、不公开(缺省)", "open, consortium, onsite, closed (default)"))
    parser.add_argument("--rights", default="unknown", help=say("权利:自有版权、已获授权、公有领域、版权不明(缺省)", "own, licensed, public-domain, unknown (default)"))
    parser.add_argument("--client-ref", default="", help=say("自有编号;同号重来不会重复登记", "your own identifier; the same one again never doubles"))
    parser.add_argument("--period", help=say("项目年度(缺省今年)", "project year (default: this year)"))
    for name, words in _TEXT_OPTIONS.items():
        parser.add_argument(f"--{name}", default="", help=words.in_language(language))
    add_set(parser, language)


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Register everything that was named; one that is refused holds up no other."""
    perform(arguments, output, act)


def prepare(arguments: argparse.Namespace) -> None:
    """Turn what was named into requests, and leave them on the arguments."""
    home = home_of(arguments)
    arguments.programme = arguments.programme or read_settings(home.settings).programme
    arguments.requests = [_outside(home, request) for request in requests_of(arguments)]


async def act(node: Writing, arguments: argparse.Namespace, output: Output) -> None:
    """Register what was prepared; tell each outcome when it is final."""
    requests: list[RegisterRequest | ZhicangError] = arguments.requests
    mark_demonstration(node.identity, output)
    done = known = waiting = refused = 0
    for request in requests:
        if isinstance(request, ZhicangError):
            refused += 1
            output.refuse(request)
    wanted = [request for request in requests if isinstance(request, RegisterRequest)]
    with output.progress("登记", "register", 2 * len(requests)) as progress:
        async with aclosing(node.registrar.register(wanted, stored=progress.step)) as outcomes:
            async for outcome in outcomes:
                progress.step()
                if isinstance(outcome, Refused):
                    refused += 1
                    output.refuse(outcome.error, source=outcome.source)
                    continue
                if isinstance(outcome, Waiting):
                    waiting += 1
                else:
                    done, known = done + outcome.fresh, known + (not outcome.fresh)
                tell_resource(outcome, output)
    summary: dict[str, Any] = {"registered": done, "known": known, "refused": refused}
    if waiting:
        summary |= {"review": waiting, "next": "zhicang approve --all"}
    output.record({"summary": summary})
    output.say(f"新登记 {done} 件,此前已登记 {known} 件,拒绝 {refused} 件", f"{done} registered, {known} registered before, {refused} refused")
    if waiting:
        output.say(f"已存入、待审 {waiting} 件", f"{waiting} stored, they wait for review")
        output.say(*NEXT_REVIEW)


def _outside(home: Home, request: RegisterRequest | ZhicangError) -> RegisterRequest | ZhicangError:
    """Refuse the node's own files as payload: they hold its keys."""
    if not isinstance(request, RegisterRequest) or not home.touches(request.source):
        return request
    zh, en = "这是节点目录或其中一部分,不能作为载荷", "this is the node's own home or a part of it, no payload"
    field = "path" if request.row is not None else None
    return BadInput(zh, en, file=request.list_file or str(request.source), row=request.row, field=field)


def requests_of(arguments: argparse.Namespace) -> Iterator[RegisterRequest | ZhicangError]:
    """Turn the command line into requests, each bad one into its error."""
    defaults = _defaults(arguments)
    if arguments.list is not None:
        for name in ("title", "client_ref", "each"):
            if getattr(arguments, name):
                option = name.replace("_", "-")
                zh, en = f"--{option} 不能与 --list 同用:写在表里", f"--{option} does not go with --list: put it in the list"
                raise BadInput(zh, en, field=name)
        yield from read_list(arguments.list, defaults=defaults, only=arguments.paths)
        return
    if not arguments.paths:
        mend = Words("zhicang register 文件… 或 --list 著录表.csv", "zhicang register PATH… or --list LIST.csv")
        raise BadInput("没有指明要登记什么", "nothing to register was named", mend=mend)
    sources: list[Path] = []
    for path in arguments.paths:
        found = _sources(path, each=arguments.each)
        sources += found
        if not found:
            yield BadInput(f"文件夹 {path} 里没有文件", f"folder {path} has no file", file=str(path))
    if len(sources) > 1 and (arguments.title or arguments.client_ref):
        zh, en = "多件资源不能共用一个题名或自有编号", "several resources cannot share one title or client_ref"
        mend = Words("逐件登记,或用 --list 著录表", "register them one by one, or use --list")
        raise BadInput(zh, en, mend=mend)
    for source in sources:
        name = source.absolute().name
        try:
            yield RegisterRequest(source=source, metadata=_with_title(defaults, arguments.title or name))
        except ZhicangError as error:
            error.file = str(source)
            yield error


def _sources(path: Path, *, each: bool) -> list[Path]:
    if not each or not path.is_dir() or path.is_symlink():
        return [path]
    return sorted((entry for entry in path.rglob("*") if not entry.is_dir() or entry.is_symlink()), key=os.fsencode)


def _with_title(defaults: Metadata, title: str) -> Metadata:
    from dataclasses import replace

    # a name that is not UTF-8 is refused by the storage, by name; its title must not fail before
    return replace(defaults, title=title.encode(errors="replace").decode())


def _defaults(arguments: argparse.Namespace) -> Metadata:
    period = read_period(arguments.period) if arguments.period else year_of(time.time())
    options = ("title", "type", "access", "rights", "client_ref", *_TEXT_OPTIONS)
    said = {field: text for field in options if (text := getattr(arguments, field))}
    also = said_with_set(arguments, HEADINGS.keys() - {"path"})
    return described(Metadata(title="-", period=period), said | also)
