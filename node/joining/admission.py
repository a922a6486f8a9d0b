"""Admission: what anchor and registry must say of a registrar's key before a home moves with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts import views
from contracts.parties import ADMITTED, KEY_ACTIVE, ROLE_REGISTRAR
from node.chain.incident import IncidentFolder
from node.chain.remote.attach import attached
from node.errors import BadInput, Words
from node.joining.new_home import chain_identity
from node.receipts.folding import fold

if TYPE_CHECKING:
    from pathlib import Path

    from node.joining.new_home import Network


async def require_admitted(network: Network, institution: str, registrar: bytes, incidents: Path) -> None:
    """Look at the network; raise BadInput unless anchor and registry know the key as the institution's registrar's."""
    trust, registry = fold(network.anchor), network.anchor.founding.registry
    known = trust.key(registrar)
    if known is None or (known.institution, known.role) != (institution, ROLE_REGISTRAR):
        mend = Words(
            f"请治理方把 0x{registrar.hex()} 加入 {institution}(govern admit 或 add-key),再更新信任锚:"
            "zhicang anchor update --anchor 文件 --rpc URL",
            f"have the governors add 0x{registrar.hex()} to {institution} (govern admit or add-key), then bring the "
            "anchor forward: zhicang anchor update --anchor FILE --rpc URL",
        )
        zh = f"信任锚不认识 {institution} 的这把登记员密钥"
        raise BadInput(zh, f"the anchor knows no such registrar's key of {institution}", mend=mend, field="keystores")
    way = attached(
        network.urls, chain_identity(network.anchor.founding), validators_at=trust.validators_at,
        known_up_to=trust.sets_known, incidents=IncidentFolder(incidents),
    )  # fmt: skip
    async with way as chain:
        answer = await chain.engine.call(to=registry, calldata=views.encode_key_of(registrar))
        key = views.decode_key_of(answer)
        calldata = views.encode_institution_of(institution.encode())
        party = views.decode_institution_of(await chain.engine.call(to=registry, calldata=calldata))
    if key is None or key.status != KEY_ACTIVE:
        raise BadInput("登记员密钥已停用", "the registrar's key is not active", field="keystores")
    if party is None or party.standing != ADMITTED:
        zh, en = f"{institution} 在网络上已被暂停", f"{institution} is suspended on the network"
        raise BadInput(zh, en, field="keystores")
