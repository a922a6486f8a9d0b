"""A new home on a network: the chain is looked at first, then the home is made, whole or not at all.

Whether the institution and its keys are admitted is the governors' matter: a home whose keys the registry does not know
yet can be made, and its acts are refused until they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from node.building import building, refuse_taken
from node.chain.incident import IncidentFolder
from node.chain.remote.attach import ChainIdentity, attached
from node.errors import BadInput, Words
from node.founding import SETTINGS, Institution, found_parts
from node.home import FORMAT, NETWORK, Home, Identity
from node.keys import KEYSTORE_ROLES, SCRYPT_WORK_FACTOR, load_key, save_key
from node.receipts.folding import fold
from node.recovery_sheet import recovery_sheet
from node.settings import with_rpc_urls
from storage.durable import write_durably

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from eth_keys.datatypes import PrivateKey

    from node.receipts.anchor import TrustAnchor
    from node.receipts.founding import Founding

PURPOSE = "joining"
"""By this word the folder is known that a killed joining leaves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """The network to join: its trust anchor and the URLs of its engines."""

    anchor: TrustAnchor
    urls: tuple[str, ...]

    async def check(self, incidents: Path) -> None:
        """Look at genesis, sealed head and the registry's code; raise what does not hold, before anything is made."""
        trust = fold(self.anchor)
        way = attached(
            self.urls, chain_identity(self.anchor.founding), validators_at=trust.validators_at,
            known_up_to=trust.sets_known, incidents=IncidentFolder(incidents),
        )  # fmt: skip
        async with way:
            pass


def chain_identity(founding: Founding) -> ChainIdentity:
    """Give the chain that an anchor's founding part is of."""
    return ChainIdentity(
        chain_id=founding.chain_id,
        genesis_hash=founding.genesis_hash,
        registry=founding.registry,
        registry_code_hash=founding.registry_code_hash,
    )


async def join_new(
    path: Path,
    network: Network,
    institution: Institution,
    keys: Mapping[str, PrivateKey],
    *,
    passphrase: bytes,
    random_bytes: Callable[[int], bytes],
    work_factor: int = SCRYPT_WORK_FACTOR,
) -> Identity:
    """Make a home on a network, with the given keys by their roles; raise BadInput when something is at `path`."""
    refuse_taken(path)
    founding = network.anchor.founding
    with building(path, PURPOSE, random_bytes=random_bytes) as hidden:
        home = Home(hidden)
        await network.check(home.incidents)
        identity = Identity(
            format=FORMAT, code=institution.code, name=institution.name, credit_code=institution.credit_code,
            region=institution.region, chain=NETWORK, chain_id=founding.chain_id,
            genesis_hash=founding.genesis_hash.hex(), registry=founding.registry.hex(),
            registry_code_hash=founding.registry_code_hash.hex(), demonstration=founding.demonstration,
            **{role: address_of(keys.get(role)) for role in KEYSTORE_ROLES},
        )  # fmt: skip
        home.keystores.mkdir(mode=0o700)
        for role, key in keys.items():
            save_key(home.keystores / f"{role}.json", key, passphrase, work_factor=work_factor)
        found_parts(home)
        write_durably(home.anchor, network.anchor.to_json_bytes())
        write_durably(home.settings, with_rpc_urls(SETTINGS, network.urls).encode())
        write_durably(home.recovery_sheet, recovery_sheet(identity, dict(keys)).encode(), mode=0o600)
        write_durably(home.identity_file, identity.to_bytes())
    return identity


def given_keys(folder: Path, passphrase: bytes) -> dict[str, PrivateKey]:
    """Open the keystores of a folder, such as `network found` writes, by their roles; raise BadInput, Unavailable."""
    present = [role for role in KEYSTORE_ROLES if (folder / f"{role}.json").is_file()]
    if not present:
        mend = Words("文件名应为 registrar.json、reviewer.json 等", "they are named registrar.json, reviewer.json …")
        raise BadInput("这里没有密钥文件", "there is no keystore here", mend=mend, file=str(folder), field="keystores")
    return {role: load_key(folder / f"{role}.json", passphrase) for role in present}


def institution_in(anchor: TrustAnchor, code: str) -> Institution | None:
    """Give an institution's profile as the anchor has it, or None."""
    found = fold(anchor).institution(code)
    if found is None:
        return None
    profile = found.profile
    return Institution(code=code, name=profile.name, credit_code=profile.credit_code, region=profile.region)


def code_of_keys(anchor: TrustAnchor, keys: Mapping[str, PrivateKey]) -> str | None:
    """Give the code of the institution that the anchor says the keys belong to, or None where it knows none of them.

    Raises:
        BadInput: they belong to several.
    """
    trust = fold(anchor)
    known = [trust.key(key.public_key.to_canonical_address()) for key in keys.values()]
    codes = sorted({key.institution for key in known if key is not None})
    if len(codes) > 1:
        names = ", ".join(codes)
        zh, en = f"这些密钥属于不同的机构:{names}", f"the keys are of several institutions: {names}"
        raise BadInput(zh, en, field="keystores")
    return codes[0] if codes else None


def address_of(key: PrivateKey | None) -> str:
    """Give a key's address as home.json has it."""
    return "" if key is None else key.public_key.to_canonical_address().hex()
