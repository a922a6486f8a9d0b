"""zhicang submit: 送审, drafts to the reviewer, on this machine or by a request file that travels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.cli.acting import perform
from node.cli.matters import NEXT_REVIEW, tell_matter
from node.cli.parser import chooser, given_path
from node.cli.session import mark_demonstration, write_output
from node.errors import BadInput, Words

if TYPE_CHECKING:
    import argparse

    from node.cli.output import Output
    from node.runtime import Desk


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the options."""
    say = chooser(language)
    parser.add_argument("ids", nargs="*", metavar="ID", help=say("登记号,或知识单元清单号", "registration numbers, or ids of unit lists"))
    parser.add_argument("--all", action="store_true", help=say("全部草稿;连同已在待审的", "every draft, with what waits for review already"))
    parser.add_argument("-o", "--output", type=given_path, metavar="REQUEST.json", help=say("送审单写到这个文件,带给另一台机器上的审核员", "write the request to this file, for a reviewer on another machine"))


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Submit; nothing is signed and nobody's passphrase is asked for."""
    perform(arguments, output, act, keys=False)


def prepare(arguments: argparse.Namespace) -> None:
    """Refuse a command that names nothing, or everything and something."""
    if bool(arguments.ids) == arguments.all:
        mend = Words("zhicang submit 登记号… 或 zhicang submit --all", "zhicang submit ID… or zhicang submit --all")
        raise BadInput("请写明送审哪些", "say what is to be submitted", mend=mend)
    if arguments.output is not None:
        arguments.output = arguments.output.absolute()


async def act(node: Desk, arguments: argparse.Namespace, output: Output) -> None:
    """Submit, and write the request where one was asked for."""
    mark_demonstration(node.identity, output)
    review = node.registrar.review
    matters = review.submit_all() if arguments.all else review.submit(arguments.ids)
    if arguments.output is not None:
        write_output(arguments.output, review.request(matters).to_json_bytes())
    for matter in matters:
        tell_matter(matter, output)
    file = None if arguments.output is None else str(arguments.output)
    output.record({"summary": {"submitted": len(matters), "request": file}})
    output.say(f"待审 {len(matters)} 项", f"{len(matters)} wait for review")
    if file is not None:
        output.say(f"送审单:{file};审核员在自己的机器上:zhicang approve {file} --keystore 密钥文件 -o 批准.json", f"request: {file}; the reviewer, elsewhere: zhicang approve {file} --keystore FILE -o approvals.json")
    elif matters:
        output.say(*NEXT_REVIEW)
