"""The keys of a home: what a keystore that does not open is said to be."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from node.errors import BadInput, Unavailable
from node.keys import check_passphrase, load_key, new_key, save_key

if TYPE_CHECKING:
    from pathlib import Path

PASSPHRASE = b"the passphrase"


@pytest.fixture
def keystore(tmp_path: Path) -> Path:
    path = tmp_path / "registrar.json"
    save_key(path, new_key(os.urandom), PASSPHRASE, work_factor=2)
    return path


@pytest.mark.parametrize("passphrase", [b"another passphrase", b"short", b"", "口令".encode("gb18030")])
def test_a_wrong_passphrase_is_called_wrong_however_short(keystore: Path, passphrase: bytes) -> None:
    load_key(keystore, PASSPHRASE)
    with pytest.raises(Unavailable) as caught:
        load_key(keystore, passphrase)
    assert "口令不对" in caught.value.words.zh
    assert "wrong passphrase" in caught.value.words.en


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\xa5" * 500, b"{", b"[]", b"1", b"null", b"{}", b'{"version": 3}', b'{"version": 9}',
        b'{"version": 3, "crypto": 1}', b'{"version": 3, "crypto": {"kdf": "none"}}',
    ],
)  # fmt: skip
def test_a_file_that_is_no_keystore_is_called_damaged(keystore: Path, content: bytes) -> None:
    keystore.write_bytes(content)
    _is_called_damaged(keystore)


@pytest.mark.parametrize("field", ["kdfparams", "cipherparams", "ciphertext", "mac"])
def test_a_keystore_with_a_spoiled_field_is_called_damaged(keystore: Path, field: str) -> None:
    whole = json.loads(keystore.read_bytes())
    whole["crypto"][field] = "not hexadecimal"
    keystore.write_text(json.dumps(whole))
    _is_called_damaged(keystore)


def test_a_passphrase_for_new_keys_has_to_be_long_enough() -> None:
    assert check_passphrase(PASSPHRASE) == PASSPHRASE
    with pytest.raises(BadInput):
        check_passphrase(b"short")


def _is_called_damaged(keystore: Path) -> None:
    with pytest.raises(Unavailable) as caught:
        load_key(keystore, PASSPHRASE)
    assert "损坏" in caught.value.words.zh
    assert "passphrase" not in caught.value.words.en
    assert caught.value.file == str(keystore)
    assert caught.value.mend is not None
    assert "recovery sheet" in caught.value.mend.en
