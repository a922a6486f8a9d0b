"""The keys of a home: made once, kept encrypted (Web3 Secret Storage, version 3), opened by one passphrase."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from node.errors import BadInput, Unavailable, Words, chinese_reason
from storage.durable import write_durably

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from eth_keys.datatypes import PrivateKey

KEYSTORE_ROLES = ("registrar", "reviewer", "governor", "auditor", "validator")
"""The roles of a home's keys; each has its keystore, where the home has such a key."""
SCRYPT_WORK_FACTOR = 131_072
"""The N of scrypt (r 8, p 1): 128 MiB and about half a second for each guess, OWASP's first recommendation."""
SHORTEST_PASSPHRASE = 8
_CLOSED = "MAC mismatch"
"""What eth_keyfile says of a whole keystore that a passphrase does not open."""


def new_key(random_bytes: Callable[[int], bytes]) -> PrivateKey:
    """Make a secp256k1 key from 32 random bytes (drawn again in the one case of 2^128 that they do not fit)."""
    from eth_keys.datatypes import PrivateKey

    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    while not 0 < int.from_bytes(secret := random_bytes(32), "big") < order:
        continue
    return PrivateKey(secret)


def save_key(path: Path, key: PrivateKey, passphrase: bytes, *, work_factor: int = SCRYPT_WORK_FACTOR) -> None:
    """Write a keystore, mode 0600, durable."""
    from eth_keyfile import create_keyfile_json

    keystore = create_keyfile_json(key.to_bytes(), passphrase, kdf="scrypt", iterations=work_factor)
    write_durably(path, json.dumps(keystore, sort_keys=True).encode() + b"\n", mode=0o600)


def load_key(path: Path, passphrase: bytes) -> PrivateKey:
    """Open a keystore; raise Unavailable for a wrong passphrase, or a file that is damaged or cannot be read."""
    from eth_keyfile import decode_keyfile_json
    from eth_keys.datatypes import PrivateKey

    try:
        return PrivateKey(decode_keyfile_json(json.loads(path.read_bytes()), passphrase))
    except OSError as error:
        zh, en = f"读不到密钥文件 {path}:{chinese_reason(error)}", f"keystore {path} cannot be read: {error.strerror}"
        raise Unavailable(zh, en, file=str(path)) from error
    except Exception as error:  # what the library raises for a file that is no keystore is anything at all
        if str(error) != _CLOSED:
            mend = Words(
                "由封存的密钥恢复单重建,或用备份恢复", "restore it from the sealed recovery sheet or from a backup"
            )
            zh, en = f"密钥文件 {path.name} 已损坏,或不是密钥文件", f"{path.name} is damaged or is no keystore"
            raise Unavailable(zh, en, mend=mend, file=str(path)) from error
        mend = Words("请核对口令(区分大小写、不含行尾空格)", "check the passphrase (case, trailing spaces)")
        zh, en = f"口令不对,打不开 {path.name}", f"wrong passphrase: {path.name} stays closed"
        raise Unavailable(zh, en, mend=mend, file=str(path)) from error


def read_passphrase_file(path: Path) -> bytes:
    """Read a passphrase: the file's first line, without its line end."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        zh, en = f"读不到口令文件 {path}:{chinese_reason(error)}", f"passphrase file {path}: {error.strerror}"
        raise Unavailable(zh, en, file=str(path)) from error
    return lines[0] if lines else b""


def check_passphrase(passphrase: bytes, *, file: str | None = None) -> bytes:
    """Give the passphrase of keys that are to be made back; raise BadInput when it is too short to protect anything."""
    if len(passphrase) < SHORTEST_PASSPHRASE:
        zh, en = f"口令少于 {SHORTEST_PASSPHRASE} 个字节", f"the passphrase has less than {SHORTEST_PASSPHRASE} bytes"
        raise BadInput(zh, en, file=file, field="passphrase")
    return passphrase


def passphrase_path(given: Path | None, environment: Mapping[str, str]) -> Path | None:
    """Give the passphrase file: the one given, the one the environment names, or a systemd credential."""
    if given is not None:
        return given
    if named := environment.get("ZHICANG_PASSPHRASE_FILE"):
        return Path(named)
    if folder := environment.get("CREDENTIALS_DIRECTORY"):
        credential = Path(folder) / "zhicang-passphrase"
        return credential if credential.exists() else None
    return None
