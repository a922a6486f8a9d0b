"""The transaction that creates the registry: signed once when the consortium is founded, sent whenever it may be.

Its key is made for it, signs it and is forgotten: the registry's address follows from that key and the nonce 0, and
nobody can ever sign anything else with it. So the file may be sent by anybody, again and again, with one outcome.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import contracts.artefact
import contracts.deploy
from contracts.parties import Admission
from node.errors import BadInput, Words
from node.keys import new_key
from node.receipts.fields import Fields, read_document, to_hex
from node.records import canonical

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from node.receipts.founding import AnchoredInstitution

FORMAT, VERSION = "zhicang-deployment", 1
LARGEST = 4 << 20
GAS, GAS_A_PARTY = 6_000_000, 150_000
"""Gas for the registry's code, and for each governor, institution and key that it begins with. With 16 of them it took
4.8 million; more is allowed than is ever needed, because what is signed here cannot be signed again."""
LARGEST_TRANSACTION = 64 << 10
"""Bytes that engines take by default: about 80 institutions with three keys each."""
_FIELDS = ("format", "version", "registry", "tx_hash", "transaction")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """The signed transaction, its hash, and the address (20 bytes) that the registry gets by it."""

    registry: bytes
    tx_hash: bytes
    transaction: bytes

    def to_json_bytes(self) -> bytes:
        """Give its file (canonical JSON)."""
        values = {name: to_hex(getattr(self, name)) for name in ("registry", "tx_hash", "transaction")}
        return canonical.encode({"format": FORMAT, "version": VERSION} | values)

    @classmethod
    def read(cls, path: Path) -> Deployment:
        """Read its file; raise BadInput unless it is in its one form."""
        try:
            fields = Fields(read_document(path.read_bytes(), limit=LARGEST), _FIELDS)
            fields.fixed("format", FORMAT)
            fields.fixed("version", VERSION)
            return cls(
                registry=fields.hexadecimal("registry", width=20),
                tx_hash=fields.hexadecimal("tx_hash", width=32),
                transaction=fields.hexadecimal("transaction"),
            )
        except FileNotFoundError:
            zh, en = "没有这个文件:这里没有建立过联盟", "it is not there: no consortium was founded here"
            raise BadInput(zh, en, file=str(path)) from None
        except BadInput as error:
            raise BadInput(error.words.zh, error.words.en, file=str(path), field=error.field) from error


def sign_deployment(
    *,
    chain_id: int,
    governors: Sequence[bytes],
    threshold: int,
    institutions: Sequence[AnchoredInstitution],
    random_bytes: Callable[[int], bytes],
) -> Deployment:
    """Sign the creation of a registry with these parties, by a key that nobody keeps."""
    from eth_account import Account

    admissions = [
        Admission(
            institution=one.code.encode(), profile_digest=one.profile.digest, one_person=one.one_person,
            registrars=one.registrars, reviewers=one.reviewers, auditors=one.auditors,
        )
        for one in institutions
    ]  # fmt: skip
    keys = sum(len(one.registrars) + len(one.reviewers) + len(one.auditors) for one in institutions)
    founder = new_key(random_bytes)
    transaction: dict[str, Any] = {
        "nonce": 0, "gasPrice": 0, "value": 0, "chainId": chain_id,
        "gas": GAS + GAS_A_PARTY * (len(governors) + len(institutions) + keys),
        "data": contracts.deploy.creation_calldata(governors, threshold, admissions),
    }  # fmt: skip
    signed = Account.sign_transaction(transaction, founder.to_bytes())
    if len(signed.raw_transaction) > LARGEST_TRANSACTION:
        mend = Words("先以一部分机构建立,其余由治理方接纳", "found it with some of them; governors admit the others")
        zh, en = "机构和密钥太多,一笔交易装不下", "too many institutions and keys for one transaction"
        raise BadInput(zh, en, mend=mend, field="institutions")
    return Deployment(
        registry=contracts.deploy.registry_address(founder.public_key.to_canonical_address(), 0),
        tx_hash=bytes(signed.hash),
        transaction=bytes(signed.raw_transaction),
    )
