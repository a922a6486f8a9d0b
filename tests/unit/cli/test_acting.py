"""Acting: what is prepared before anybody is asked, and that open work is finished before the act."""

from __future__ import annotations

import argparse
import asyncio
import os
import time
from typing import TYPE_CHECKING

import pytest

from node.cli.acting import perform
from node.cli.output import Output
from node.errors import BadInput, Unavailable
from node.founding import Institution, found

if TYPE_CHECKING:
    from pathlib import Path

    from node.runtime import Writing

PASSPHRASE = b"a long passphrase"
SEEN: list[str] = []


def prepare(arguments: argparse.Namespace) -> None:
    """The hook by its name: perform finds it in the act's module."""
    if arguments.wrong:
        raise BadInput("不行", "no")
    arguments.prepared = True


async def act(node: Writing, arguments: argparse.Namespace, output: Output) -> None:
    assert arguments.prepared
    SEEN.append(node.identity.code)
    output.fail(1)


def arguments_for(home: Path, passphrase_file: Path, *, wrong: bool = False) -> argparse.Namespace:
    return argparse.Namespace(home=home, passphrase_file=passphrase_file, wrong=wrong)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("acting") / "home"
    institution = Institution(code="14000001", name="省馆", credit_code="12140000DEM000001M", region="140000")
    founding = found(
        path, institution, passphrase=PASSPHRASE, chain_id=1_000_000_001, clock=time.time, random_bytes=os.urandom,
        demonstration=True, work_factor=2,
    )  # fmt: skip
    asyncio.run(founding)
    (path.parent / "passphrase").write_bytes(PASSPHRASE + b"\n")
    return path


def test_an_act_gets_the_open_node_and_its_prepared_arguments(home: Path) -> None:
    SEEN.clear()
    output = Output(language="en", as_json=True)
    perform(arguments_for(home, home.parent / "passphrase"), output, act)
    assert SEEN == ["14000001"]
    assert output.exit_code == 1


def test_bad_input_is_told_before_a_passphrase_is_asked_for(home: Path) -> None:
    with pytest.raises(BadInput, match="no"):
        perform(arguments_for(home, home.parent / "no such file", wrong=True), Output(language="en", as_json=True), act)


def test_a_wrong_passphrase_acts_nothing(home: Path, tmp_path: Path) -> None:
    SEEN.clear()
    (tmp_path / "wrong").write_bytes(b"another passphrase\n")
    with pytest.raises(Unavailable, match="wrong passphrase"):
        perform(arguments_for(home, tmp_path / "wrong"), Output(language="en", as_json=True), act)
    assert SEEN == []
