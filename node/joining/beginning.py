"""Beginning to move: all that must hold before a home leaves its chain is looked at here; then joining.json is written.

Nothing has changed before that, so whatever is raised here leaves the home as it was.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from node.errors import BadInput, Words
from node.home import EMBEDDED, NETWORK
from node.joining.admission import require_admitted
from node.joining.moving import Moving
from node.joining.new_home import address_of
from node.keys import KEYSTORE_ROLES
from node.own_anchor import trust_anchor
from node.settings import read_settings
from storage.durable import write_durably
from storage.journal import Journal
from storage.purges import BEGUN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eth_keys.datatypes import PrivateKey

    from node.home import Home, Identity
    from node.joining.new_home import Network
    from node.receipts.founding import Founding

OWN_KEY = Words(
    "zhicang keys new registrar -o 目录/registrar.json,把地址交给治理方加入本机构(govern add-key),"
    "更新信任锚(anchor update --anchor 文件 --rpc URL)后以 --keystores 目录 再接入",
    "zhicang keys new registrar -o DIR/registrar.json, have the governors add its address to your institution (govern "
    "add-key), bring the anchor forward (anchor update --anchor FILE --rpc URL), then join with --keystores DIR",
)


async def begin(home: Home, network: Network, keys: Mapping[str, PrivateKey]) -> None:
    """Write joining.json; raise what does not hold before it. The caller holds the home's lock."""
    home.require_confirmed()
    earlier, founding = home.identity(), network.anchor.founding
    _require_same_earnest(home, earlier, founding)
    addresses: dict[str, Any] = {role: address_of(keys.get(role)) for role in KEYSTORE_ROLES}
    read_settings(home.settings)
    _require_new_key(addresses["registrar"], earlier)
    _require_settled(home)
    await require_admitted(network, earlier.code, bytes.fromhex(addresses["registrar"]), home.incidents)
    later = replace(
        earlier, chain=NETWORK, chain_id=founding.chain_id, genesis_hash=founding.genesis_hash.hex(),
        registry=founding.registry.hex(), registry_code_hash=founding.registry_code_hash.hex(),
        demonstration=founding.demonstration, **addresses,
    )  # fmt: skip
    moving = Moving(earlier=earlier, later=later, old_anchor=trust_anchor(home), fingerprint=network.anchor.fingerprint)
    write_durably(home.joining, moving.to_bytes())


def _require_same_earnest(home: Home, earlier: Identity, founding: Founding) -> None:
    if earlier.chain != EMBEDDED:
        raise BadInput("这个节点已在网络上", "this home is on a network already", file=str(home.path))
    if earlier.demonstration and not founding.demonstration:
        zh, en = "演示节点不能接入正式网络", "a demonstration cannot join a network in earnest"
        raise BadInput(zh, en, file=str(home.path))
    if founding.demonstration and not earlier.demonstration:
        zh, en = "正式节点不能接入演示网络", "a home in earnest cannot join a demonstration's network"
        raise BadInput(zh, en, file=str(home.path))


def _require_new_key(registrar: str, earlier: Identity) -> None:
    """A key is of one chain: nonces, and "was that sent already", go by the key in the journal."""
    if not registrar:
        zh, en = "接入网络要有登记员密钥", "a registrar's key is needed to join a network"
        raise BadInput(zh, en, mend=OWN_KEY, field="keystores")
    if registrar in (earlier.registrar, earlier.reviewer, earlier.governor, earlier.auditor):
        zh, en = "接入网络要用另一把登记员密钥", "on a network another registrar's key is needed: a key is of one chain"
        raise BadInput(zh, en, mend=OWN_KEY, field="keystores")


def _require_settled(home: Home) -> None:
    journal = Journal.open(home.journal, read_only=True)
    try:
        if journal.acts.open():
            mend = Words("先运行 zhicang send", "run zhicang send first")
            raise BadInput("还有未完成的事务", "an act is not final yet", mend=mend, file=str(home.journal))
        _require_purged(home, journal)
    finally:
        journal.close()


def _require_purged(home: Home, journal: Journal) -> None:
    """A list 销毁清册 is of one chain: on another, what it has begun could never be ended."""
    half = next((row for row in journal.purges.all() if row.stage == BEGUN), None)
    if half is not None:
        mend = Words("先用这份清册运行 zhicang purge run", "run zhicang purge run with this list first")
        zh, en = f"{half.number} 的载荷只销毁了一半", f"the payload of {half.number} is half purged"
        raise BadInput(zh, en, mend=mend, file=str(home.purges / f"{half.list_digest.hex()}.json"))
