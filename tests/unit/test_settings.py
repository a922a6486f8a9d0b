"""Settings: what is refused, by name."""

from __future__ import annotations

import tomllib
from dataclasses import fields, replace
from typing import TYPE_CHECKING

import pytest

from node.errors import BadInput
from node.founding import SETTINGS
from node.settings import Settings, read_settings, with_rpc_urls

if TYPE_CHECKING:
    from pathlib import Path


def test_without_a_file_everything_is_as_documented(tmp_path: Path) -> None:
    assert read_settings(tmp_path / "zhicang.toml") == Settings()


def test_urls_are_read_in_their_order(tmp_path: Path) -> None:
    file = tmp_path / "zhicang.toml"
    file.write_text(
        'rpc_urls = ["http://127.0.0.1:8545", "https://user:word@node.example/rpc?x=1", "http://[::1]:1"]\n'
    )
    assert read_settings(file).rpc_urls == (
        "http://127.0.0.1:8545", "https://user:word@node.example/rpc?x=1", "http://[::1]:1",
    )  # fmt: skip


@pytest.mark.parametrize(
    "value",
    [
        '"http://127.0.0.1"', "1", '["ftp://host"]', '["file:///etc/passwd"]', '["http://"]', '["//host"]', "[1]",
        '["http://host:99999"]', '["http://host:x"]', '["http://a b"]', '["http://host#part"]', '["http://主机"]',
        '["http://a", "http://a"]', '["http://a\\u0000"]', '[""]',
    ],
)  # fmt: skip
def test_what_is_no_list_of_urls_is_refused_by_name(tmp_path: Path, value: str) -> None:
    file = tmp_path / "zhicang.toml"
    file.write_text(f"rpc_urls = {value}\n", encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        read_settings(file)
    assert caught.value.field in ("rpc_urls", None)
    assert caught.value.file == str(file)


def test_the_profile_is_cn_or_sha256(tmp_path: Path) -> None:
    file = tmp_path / "zhicang.toml"
    assert Settings().profile == "cn"
    file.write_text('profile = "sha256"\n', encoding="utf-8")
    assert read_settings(file).profile == "sha256"
    for wrong in ('"sm3"', "1", "true"):
        file.write_text(f"profile = {wrong}\n", encoding="utf-8")
        with pytest.raises(BadInput) as caught:
            read_settings(file)
        assert caught.value.field == "profile"


def test_kubo_is_named_by_a_url(tmp_path: Path) -> None:
    file = tmp_path / "zhicang.toml"
    file.write_text('ipfs_api = "http://127.0.0.1:5001"\n', encoding="utf-8")
    assert read_settings(file).ipfs_api == "http://127.0.0.1:5001"
    for wrong in ('"/ip4/127.0.0.1/tcp/5001"', "5001", '["http://127.0.0.1:5001"]'):
        file.write_text(f"ipfs_api = {wrong}\n", encoding="utf-8")
        with pytest.raises(BadInput) as caught:
            read_settings(file)
        assert caught.value.field == "ipfs_api"


@pytest.mark.parametrize(
    "setting", ["fixity_rate = -1", "fixity_rate = 100001", "fixity_days = 3651", "fixity_days = true"]
)
def test_numbers_out_of_their_range_are_refused(tmp_path: Path, setting: str) -> None:
    file = tmp_path / "zhicang.toml"
    file.write_text(setting + "\n", encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        read_settings(file)
    assert caught.value.field == setting.split(maxsplit=1)[0]


@pytest.mark.parametrize(
    "line",
    [
        'ipfs_api = "127.0.0.1:5001"', 'ipfs_api = "http://user:word@host:5001"', "ipfs_api = 5001", "ipfs_silence = 0",
        "ipfs_silence = 3601", "ipfs_silence = true", "ipfs_token_file = 1",
    ],
)  # fmt: skip
def test_what_names_no_kubo_is_refused_by_name(tmp_path: Path, line: str) -> None:
    file = tmp_path / "zhicang.toml"
    file.write_text(line + "\n")
    with pytest.raises(BadInput) as caught:
        read_settings(file)
    assert caught.value.field == line.split(maxsplit=1)[0]


def test_a_kubo_is_named_by_its_url(tmp_path: Path) -> None:
    file = tmp_path / "zhicang.toml"
    file.write_text('ipfs_api = "http://127.0.0.1:5001"\nipfs_token_file = "token"\nipfs_silence = 5\n')
    settings = read_settings(file)
    assert (settings.ipfs_api, settings.ipfs_token_file, settings.ipfs_silence) == ("http://127.0.0.1:5001", "token", 5)


def test_the_gateway_has_an_address_and_a_caller(tmp_path: Path) -> None:
    file = tmp_path / "zhicang.toml"
    assert (Settings().gateway, Settings().gateway_for) == ("", "public")
    for right in ('""', '"127.0.0.1:8080"', '"[::1]:0"', '"gateway.example:443"'):
        file.write_text(f"gateway = {right}\n", encoding="utf-8")
        assert read_settings(file).gateway == right.strip('"')
    for wrong in ('"8080"', '"127.0.0.1"', '":80"', '"host:99999"', '"::1:80"', "8080", '"http://host:80"'):
        file.write_text(f"gateway = {wrong}\n", encoding="utf-8")
        with pytest.raises(BadInput) as caught:
            read_settings(file)
        assert caught.value.field == "gateway"
    file.write_text('gateway_for = "own"\n', encoding="utf-8")
    with pytest.raises(BadInput):
        read_settings(file)


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "zhicang.toml"
    file.write_text('rpc_port = -1\ncolour = "red"\nprofile = "cn"\ngas_price = true\n', encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        read_settings(file)
    assert caught.value.field == "rpc_port, colour, gas_price"
    for name in ("rpc_port", "colour", "gas_price"):
        assert name in caught.value.words.zh
        assert name in caught.value.words.en


URLS = ("http://a:1", 'http://b/"\\')


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "{}\n"),
        ('# 设置\n# rpc_urls = []\nprofile = "cn"\n', '# 设置\nprofile = "cn"\n{}\n'),
        ('rpc_urls = [\n  "http://old",  # 旧\n  # 太原\n]\ngas_price = 1', "{}\n# 太原\ngas_price = 1\n"),
        ("'rpc_urls' = []\r\ngas_price = 1\r\n", "{}\ngas_price = 1\n"),
        ('programme = """\nrpc_urls = [\n"""\nrpc_urls=["http://o"]', 'programme = """\nrpc_urls = [\n"""\n{}\n'),
        ('programme = "\u2028"\n\n\n', 'programme = "\u2028"\n\n\n{}\n'),
    ],
    ids=["none", "comment", "several lines", "quoted", "inside a text", "line separator"],
)
def test_engines_are_written_in_their_place_and_nothing_else_changes(tmp_path: Path, before: str, after: str) -> None:
    file = tmp_path / "zhicang.toml"
    file.write_text(before, encoding="utf-8", newline="")
    was = read_settings(file)
    written = with_rpc_urls(before, URLS)
    file.write_text(written, encoding="utf-8")
    assert read_settings(file) == replace(was, rpc_urls=URLS)
    line = next(each for each in written.split("\n") if each.startswith('rpc_urls = ["http://a:1'))
    assert written.replace(line, "{}") == after
    assert with_rpc_urls(written, URLS) == written


def test_the_settings_of_a_new_home_name_them_all(tmp_path: Path) -> None:
    file = tmp_path / "zhicang.toml"
    file.write_text(SETTINGS, encoding="utf-8")
    assert read_settings(file) == Settings()
    said = "\n".join(line.removeprefix("# ") for line in SETTINGS.splitlines()[1:])
    assert set(tomllib.loads(said)) == {field.name for field in fields(Settings)}
    file.write_text(said, encoding="utf-8")
    read_settings(file)


@pytest.mark.parametrize(
    ("name", "least", "largest"),
    [
        ("retention_days", 180, 36_500), ("fixity_days", 0, 3650), ("fixity_rate", 0, 100_000),
        ("ipfs_silence", 1, 3600), ("rpc_port", 0, 65_535), ("gas_price", 0, 2**53 - 1),
    ],
)  # fmt: skip
def test_numbers_have_bounds(tmp_path: Path, name: str, least: int, largest: int) -> None:
    file = tmp_path / "zhicang.toml"
    for value in (least, largest):
        file.write_text(f"{name} = {value}\n", encoding="utf-8")
        assert getattr(read_settings(file), name) == value
    for wrong in (least - 1, largest + 1, "true", '"1"', 1.5):
        file.write_text(f"{name} = {wrong}\n", encoding="utf-8")
        with pytest.raises(BadInput) as caught:
            read_settings(file)
        assert caught.value.field == name
