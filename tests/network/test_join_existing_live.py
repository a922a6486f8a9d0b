"""A home that began alone moves onto a living network of four validators, and is killed while its records are sent."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

# The home with a history that the tests of joining move lies beside them.
sys.path.insert(0, str(Path(__file__).parents[1] / "joining"))

from network_parts.demonstration import PASSPHRASE
from old_home import Here, assert_moved, began, killed, summary

from node.founding import Institution

if TYPE_CHECKING:
    from network_parts.demonstration import Demonstration

CODE = "DEMO0033"
STEPS = ("sent", "anchored", "signed", "sent", "proved", "confirmed")


def test_a_home_moves_onto_a_living_network_whatever_kills_it(standing: Demonstration, tmp_path: Path) -> None:
    admitted = next(one for one in standing.consortium.anchor.founding.institutions if one.code == CODE)
    library = Institution(
        code=CODE, name=admitted.name, credit_code=admitted.credit_code, region=admitted.region
    )
    history = began(tmp_path, library, passphrase=PASSPHRASE, demonstration=True)
    here = Here(tmp_path, ",".join(standing.network.urls))
    here.network.mkdir()
    (here.network / "anchor.json").write_bytes(standing.consortium.anchor.to_json_bytes())
    shutil.copytree(standing.consortium_folder / "institutions" / CODE, here.network / "institutions" / CODE)
    here.well("nowhere", "anchor", "update", "--anchor", here.network / "anchor.json", "--rpc", here.url)
    for step in STEPS:
        killed(here, CODE, step)
        assert here.run("home", "backup", "half").code == 3
    assert summary(here.well("home", *here.joins(CODE), "--json"))["moved"] == 8
    assert_moved(here, history)
