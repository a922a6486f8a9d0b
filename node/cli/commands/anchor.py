"""zhicang anchor export: the trust anchor, for those who verify."""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.cli.parser import chooser, given_path
from node.cli.session import home_of, mark_demonstration, write_output
from node.runtime import trust_anchor

if TYPE_CHECKING:
    import argparse

    from node.cli.output import Output


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the options."""
    say = chooser(language)
    parser.add_argument("act", choices=["export"], help=say("导出", "export it"))
    parser.add_argument("-o", "--output", type=given_path, required=True, metavar="FILE", help=say("写到这个文件", "write this file"))


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Write the anchor and print its fingerprint."""
    home = home_of(arguments)
    identity, anchor = home.identity(), trust_anchor(home)
    write_output(arguments.output, anchor.to_json_bytes())
    mark_demonstration(identity, output)
    output.record({"file": str(arguments.output), "fingerprint": anchor.fingerprint})
    output.record({"summary": {"exported": 1}})
    output.say(f"信任锚:{arguments.output}", f"trust anchor: {arguments.output}")
    output.say(f"指纹:{anchor.fingerprint}", f"fingerprint: {anchor.fingerprint}")
    output.say("核验者应从别处(纸、网站)得到同一指纹;被审的节点自己给的锚不证明什么", "a verifier should have the fingerprint from elsewhere (paper, web page): an anchor from the node under audit proves nothing")
