"""Creating the registry on a chain that runs: the signed transaction sent, and the outcome held against the anchor.

The chain is believed with proof alone: its genesis is the anchor's, its head and the header of the transaction are
sealed by a quorum of the anchor's validators. A crash leaves nothing: the same command does it again, and finds out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import contracts.deploy
from node.errors import BadInput, OwnFault, Words
from node.receipts.folding import fold
from node.receipts.transaction import decode_transaction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from node.chain.engine import Landed
    from node.consortium.deployment import Deployment
    from node.receipts.anchor import TrustAnchor

PATIENCE = 120.0


async def deploy(
    deployment: Deployment, anchor: TrustAnchor, urls: Sequence[str], *, patience: float = PATIENCE
) -> tuple[Landed, bool]:
    """Send the deployment unless the chain has it; give where it landed, and whether it was sent just now.

    Raises:
        BadInput: the transaction is not the anchor's, a URL is none, or the transaction failed.
        EndpointFailure: no URL leads to the anchor's chain, or what it says does not hold.
        Unavailable: no header took the transaction in `patience` seconds.
    """
    from web3 import AsyncWeb3

    from node.chain.checked import Checked
    from node.chain.engine import Engine
    from node.chain.remote.endpoint import Endpoint
    from node.chain.remote.introduction import Introduction
    from node.chain.remote.provider import RemoteProvider

    founding = anchor.founding
    _check_that_they_belong_together(deployment, anchor)
    checked = Checked(fold(anchor).validators_at)
    meant = Introduction(chain_id=founding.chain_id, genesis_hash=founding.genesis_hash, checked=checked)
    provider = RemoteProvider([Endpoint(url) for url in urls], introduction=meant)
    engine = Engine(
        AsyncWeb3(provider), chain_id=founding.chain_id, poll=0.2, checked=checked, distrust=provider.distrust
    )
    try:
        landed = await engine.find(deployment.tx_hash)
        sent = landed is None
        if landed is None:
            await engine.send(deployment.transaction)
            landed = await engine.wait(deployment.tx_hash, limit=patience)
        if not landed.succeeded:
            mend = Words("引擎的规则与创世文件不符;请核对", "the engine's rules are not the genesis file's")
            raise BadInput("部署登记合约失败", "the creation of the registry failed", mend=mend)
        code_hash = await engine.code_hash(founding.registry)
    finally:
        await provider.disconnect()
    if code_hash != founding.registry_code_hash:
        raise OwnFault("链上合约代码与信任锚不符", "the code on chain is not the trust anchor's")
    return landed, sent


def _check_that_they_belong_together(deployment: Deployment, anchor: TrustAnchor) -> None:
    transaction = decode_transaction(deployment.transaction)
    registry = contracts.deploy.registry_address(transaction.sender(), transaction.nonce)
    founding = anchor.founding
    said = (deployment.tx_hash, deployment.registry, founding.registry, founding.chain_id)
    if said != (transaction.tx_hash, registry, registry, transaction.chain_id):
        mend = Words("两个文件应出自同一次建立", "both files must come from the same founding")
        zh, en = "部署交易与信任锚不是一回事", "the deployment is not of this trust anchor"
        raise BadInput(zh, en, mend=mend, file="deployment.json")
