"""GUIDE.md: what the engineers of the validators do with the files of a founding, in Chinese and English.

Its words stand in guide.template.md. What they say of Besu follows Besu's documentation; Besu itself was not run by the
makers of this software, and the guide says so.
"""

from __future__ import annotations

import string
from pathlib import Path
from typing import TYPE_CHECKING

from node.receipts.seals import quorum

if TYPE_CHECKING:
    from node.consortium.founded import Consortium

TEMPLATE = Path(__file__).with_name("guide.template.md")


def guide(consortium: Consortium) -> str:
    """Write the guide of one founding."""
    founding = consortium.anchor.founding
    rows = [
        f"| {place} | {one.keeper} | `0x{one.address.hex()}` | {f'`{one.enode}`' if one.enode else '待补 missing'} |"
        for place, one in enumerate(consortium.validators, start=1)
    ]
    count = len(founding.validators)
    return string.Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        mark="**演示 / demonstration**\n\n" if founding.demonstration else "",
        chain_id=founding.chain_id,
        genesis=founding.genesis_hash.hex(),
        registry=founding.registry.hex(),
        code=founding.registry_code_hash.hex(),
        fingerprint=founding.fingerprint,
        threshold=founding.threshold,
        governors=len(founding.governors),
        validators="\n".join(rows),
        failures=count - quorum(count),
        quorum=quorum(count),
    )
