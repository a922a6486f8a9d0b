"""zhicang incident list | resolve: broken finality, what evidence is kept, and the operator's word that it is settled."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from node.chain.incident import IncidentFolder
from node.cli.parser import SubCommand, add_subcommands, chooser, no_options
from node.cli.session import home_of
from node.errors import BadInput, Words

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from node.cli.output import Output
    from node.home import Home


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the acts and their options."""
    add_subcommands(parser, language, ACTS)


def _configure_resolve(parser: argparse.ArgumentParser, language: str) -> None:
    say = chooser(language)
    parser.add_argument("name", nargs="?", metavar="NAME", help=say("事件名", "the incident's name"))
    parser.add_argument("--note", metavar="TEXT", help=say("如何了结的,写入证据文件", "how it was settled; kept with the evidence"))


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Do what was asked."""
    ACTS[arguments.act].run(arguments, output)


def _resolve(arguments: argparse.Namespace, output: Output) -> None:
    home, folder = _place(arguments)
    if not arguments.name or not (arguments.note or "").strip():
        zh, en = "要写明事件名和 --note 说明", "name the incident, and say with --note how it was settled"
        raise BadInput(zh, en, field="--note" if arguments.name else "NAME")
    with home.locked():
        IncidentFolder(folder).resolve(arguments.name, note=arguments.note.strip())
    output.record({"summary": {"resolved": 1}})
    output.say(f"已了结 {arguments.name};证据留在 {folder}", f"{arguments.name} is resolved; its evidence stays in {folder}")


def _list(arguments: argparse.Namespace, output: Output) -> None:
    """List what stands, exit code 3 while something does."""
    incidents = IncidentFolder(_place(arguments)[1])
    standing = incidents.standing()
    for incident in standing:
        output.record({"incident": incident.name} | asdict(incident))
        words = incident.error().words
        output.say(words.zh, words.en)
    output.record({"summary": {"standing": len(standing)}})
    if not standing:
        output.say("没有未处理的事件", "no incident stands")
    incidents.require_none()


def _place(arguments: argparse.Namespace) -> tuple[Home, Path]:
    home = home_of(arguments)
    home.identity()
    return home, home.path / "incidents"


ACTS = {
    "list": SubCommand(words=Words("列出未处理的事件", "list those that stand"), configure=no_options, run=_list),
    "resolve": SubCommand(words=Words("了结一件", "resolve one"), configure=_configure_resolve, run=_resolve),
}
