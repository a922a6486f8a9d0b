"""What the registry must say before a home moves: the key is admitted, and its institution acts by one person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts import views
from contracts.parties import KEY_ACTIVE, ROLE_REGISTRAR
from node.chain.incident import IncidentFolder
from node.chain.remote.attach import attached
from node.errors import BadInput, Words
from node.joining.new_home import chain_identity
from node.receipts.trust import Trust

if TYPE_CHECKING:
    from pathlib import Path

    from node.joining.new_home import Network


async def require_acting_alone(network: Network, institution: str, registrar: bytes, incidents: Path) -> None:
    """Look at the network; raise BadInput unless anchor and registry know the key, and it may register alone."""
    trust, registry = Trust.of(network.anchor), network.anchor.founding.registry
    known = trust.key(registrar)
    if known is None or (known.institution, known.role) != (institution, ROLE_REGISTRAR):
        mend = Words("先用 zhicang anchor update 更新信任锚", "bring the anchor forward first: zhicang anchor update")
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
    if party is None or not party.one_person:
        zh = "两人制机构的原有登记还不能一并接入"
        raise BadInput(zh, "an institution of two persons cannot bring an existing home yet", field="code")
