"""The key-recovery sheet: what must be printed and sealed when a node is founded."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eth_keys.datatypes import PrivateKey

    from node.home import Identity

_DUTIES = {
    "governor": "治理方 governor:接纳机构、增换密钥 / admits institutions, changes keys",
    "registrar": "登记员 registrar:签署登记 / signs registrations",
    "reviewer": "审核员 reviewer:批准登记 / approves registrations",
    "auditor": "核查员 auditor:签署核查意见 / signs findings",
    "validator": "验证节点 validator:签封区块头 / seals headers",
}


def recovery_sheet(identity: Identity, keys: dict[str, PrivateKey]) -> str:
    """Give the sheet's text; each key with a check value: the first 8 digits of the SHA-256 of its 64 digits."""
    lines = [
        "知仓 密钥恢复单 / Zhicang key-recovery sheet",
        "",
        "打印两份,分别装入信封密封,存入两处保险柜;随后删除本文件。",
        "Print two copies, seal them in envelopes, keep them in two safes; then delete this file.",
        "凭此单可重建密钥;任何人得到它都能以本机构名义行事,有封块密钥的还能改写本机链。",
        "Whoever holds it can act in the institution's name, and with a sealing key rewrite its embedded chain.",
        "",
        f"机构 institution    {identity.name}({identity.code},{identity.credit_code})",
        f"链号 chain id       {identity.chain_id}",
        f"创世头 genesis      {identity.genesis_hash}",
        f"登记合约 registry   0x{identity.registry}",
    ]
    for role, key in keys.items():
        secret = key.to_bytes().hex()
        check = hashlib.sha256(secret.encode()).hexdigest()[:8]
        groups = " ".join(secret[start : start + 8] for start in range(0, len(secret), 8))
        address = key.public_key.to_canonical_address().hex()
        lines += ["", _DUTIES[role]]
        lines += [f"  地址 address   0x{address}", f"  密钥 key       {groups}", f"  校验 check     {check}"]
    return "\n".join([*lines, ""])
