"""A delivery that was answered already: who was asked decides, not how it stands."""

from __future__ import annotations

import asyncio
import io
from types import SimpleNamespace
from typing import Any

import pytest

from contracts.exchange import ACCEPTED, DELIVERED, RETURNED
from node.cli.delivering import bring_about
from node.cli.output import Output
from node.errors import BadInput

SENDER, OTHER, RECIPIENT = b"14000001", b"14000002", b"14000003"


def standing(status: int) -> Any:
    """A node whose registry says that the package went to RECIPIENT; it cannot send."""

    async def call(**_: object) -> bytes:
        words = (RECIPIENT.ljust(32, b"\0"), *(number.to_bytes(32) for number in (status, 7, 1_700_000_000)))
        return b"".join(words)

    identity = SimpleNamespace(registry="11" * 20, demonstration=False)
    return SimpleNamespace(identity=identity, engine=SimpleNamespace(call=call))


def ask(*, recipient: bytes, status: int, wanted: int) -> str:
    out = io.StringIO()
    asyncio.run(
        bring_about(
            standing(status), Output(language="zh", as_json=True, stdout=out, stderr=io.StringIO()), kind="act",
            institution=SENDER, recipient=recipient, package_digest=bytes(32), calldata=b"", wanted=wanted,
        )
    )  # fmt: skip
    return out.getvalue()


@pytest.mark.parametrize("wanted", [DELIVERED, ACCEPTED, RETURNED])
def test_done_before_is_said_only_of_the_recipient(wanted: int) -> None:
    assert '"fresh":false' in ask(recipient=RECIPIENT, status=wanted, wanted=wanted)
    with pytest.raises(BadInput, match=RECIPIENT.decode()) as refused:
        ask(recipient=OTHER, status=wanted, wanted=wanted)
    assert refused.value.exit_code == 2
    assert refused.value.field == "recipient"
