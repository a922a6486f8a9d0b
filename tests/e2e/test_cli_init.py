"""`zhicang init`: a whole home or none, its secrets readable by their owner only."""

from __future__ import annotations

import re
import stat
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Desk

GOOD = {"--name": "示例省图书馆", "--code": "14000001", "--credit-code": "12140000DEM000001M", "--region": "140000"}
FINGERPRINT = re.compile(r"(?:[0-9a-f]{4}-){15}[0-9a-f]{4}")


def init_arguments(**changed: str) -> list[str]:
    options = GOOD | {f"--{name.replace('_', '-')}": value for name, value in changed.items()}
    return ["init", *(word for option in options.items() for word in option)]


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def left_behind(desk: Desk) -> list[str]:
    kept = {"passphrase", "user", "state", "data"}
    inside = [str(path) for name in ("user", "state", "data") for path in (desk.folder / name).iterdir()]
    return [path.name for path in desk.folder.iterdir() if path.name not in kept] + inside


def test_a_home_is_founded_and_its_secrets_are_its_owners(empty_desk: Desk) -> None:
    ran = empty_desk.well(*init_arguments(), "--json")
    founded = ran.results[0]
    assert ran.summary == {"founded": 1}
    assert founded["home"] == str(empty_desk.home)
    assert FINGERPRINT.fullmatch(founded["fingerprint"])
    assert 1_000_000_000 <= founded["chain_id"] < 2_000_000_000
    assert mode_of(empty_desk.home) == 0o700
    keystores = sorted((empty_desk.home / "keystores").iterdir())
    assert [path.name for path in keystores] == ["governor.json", "registrar.json", "validator.json"]
    sheet = empty_desk.home / "key-recovery-sheet.txt"
    assert founded["recovery_sheet"] == str(sheet)
    assert {mode_of(path) for path in (*keystores, sheet)} == {0o600}
    assert "示例省图书馆" in sheet.read_text()
    secrets = re.findall(r"\b(?:0x)?[0-9a-f]{64}\b", sheet.read_text().replace(" ", ""))
    assert not any(secret in ran.said for secret in secrets)
    anchor = empty_desk.well("anchor", "export", "-o", "a.json", "--json").results[0]
    assert anchor["fingerprint"] == founded["fingerprint"]
    assert empty_desk.listed() == []
    empty_desk.well("audit")


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh", ("信任锚指纹", "密钥恢复单", "打印", "单方日志")),
     ("en", ("fingerprint", "key-recovery sheet", "print", "one-party log"))],
)  # fmt: skip
def test_what_must_be_done_next_is_said(empty_desk: Desk, language: str, words: tuple[str, ...]) -> None:
    ran = empty_desk.well("--lang", language, *init_arguments())
    for word in words:
        assert word in ran.out
    assert FINGERPRINT.search(ran.out)
    assert ran.err == ""


def test_secrets_stay_private_under_an_open_umask(empty_desk: Desk) -> None:
    done = empty_desk.run(*init_arguments(), prefix=("sh", "-c", 'umask 000; exec "$@"', "sh"))
    assert done.code == 0, done.said
    secrets = [*(empty_desk.home / "keystores").iterdir(), empty_desk.home / "key-recovery-sheet.txt"]
    assert {mode_of(path) for path in secrets} == {0o600}
    assert mode_of(empty_desk.home) == 0o700


def test_an_existing_home_is_never_overwritten(desk: Desk) -> None:
    before = {path: path.read_bytes() for path in desk.home.rglob("*") if path.is_file()}
    for language, words in (("zh", "不会被覆盖"), ("en", "never overwritten")):
        ran = desk.run("--lang", language, *init_arguments())
        assert ran.code == 2
        assert words in ran.err
        assert str(desk.home) in ran.err
    assert {path: path.read_bytes() for path in desk.home.rglob("*") if path.is_file()} == before


def test_a_folder_with_something_in_it_or_a_file_is_no_place_for_a_home(empty_desk: Desk) -> None:
    empty_desk.write(f"{empty_desk.home.name}/holiday.jpg", "x")
    assert empty_desk.run(*init_arguments()).code == 2
    assert [path.name for path in empty_desk.home.iterdir()] == ["holiday.jpg"]
    ran = empty_desk.run(*init_arguments(), "--home", "passphrase", "--json")
    assert ran.code == 2
    assert ran.errors[0]["file"] == str(empty_desk.passphrase)
    assert left_behind(empty_desk) == [empty_desk.home.name]


BAD = (
    ("credit_code", "12140000DEM000001A", "credit_code"),
    ("credit_code", "12140000DEM00000", "credit_code"),
    ("credit_code", "12140000DEM000001I", "credit_code"),
    ("code", "1400001", "code"),
    ("code", "demo0001", "code"),
    ("code", "14000001\n", "code"),
    ("region", "14", "region"),
    ("region", "1４0000", "region"),
    ("name", " ", "name"),
)


@pytest.mark.parametrize(("option", "value", "field"), BAD)
def test_a_wrong_particular_is_refused_by_field_and_leaves_nothing(
    empty_desk: Desk, option: str, value: str, field: str
) -> None:
    ran = empty_desk.run(*init_arguments(**{option: value}), "--json")
    assert ran.code == 2
    assert ran.errors[0]["field"] == field
    assert left_behind(empty_desk) == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_wrong_check_character_is_explained(empty_desk: Desk, language: str) -> None:
    ran = empty_desk.run("--lang", language, *init_arguments(credit_code="12140000DEM000001A"))
    assert ran.code == 2
    assert {"zh": "校验", "en": "check"}[language] in ran.err


def test_a_short_or_missing_passphrase_leaves_nothing(empty_desk: Desk) -> None:
    empty_desk.passphrase.write_text("short\n")
    short = empty_desk.run(*init_arguments(), "--json")
    assert short.code == 2
    assert short.errors[0]["field"] == "passphrase"
    nobody = empty_desk.run(*init_arguments(), "--json", without=("ZHICANG_PASSPHRASE_FILE",))
    assert nobody.code == 3
    assert "--passphrase-file" in nobody.errors[0]["mend"]
    nowhere = empty_desk.run(*init_arguments(), "--json", "--passphrase-file", "nowhere")
    assert nowhere.code == 3
    assert nowhere.errors[0]["file"] == "nowhere"
    assert left_behind(empty_desk) == []


def test_a_home_that_cannot_be_finished_leaves_no_half_home(empty_desk: Desk) -> None:
    limit = ("sh", "-c", 'ulimit -f 32; exec "$@"', "sh")
    ran = empty_desk.run(*init_arguments(), prefix=limit)
    assert ran.code == 3, ran.said
    assert left_behind(empty_desk) == []
    empty_desk.well(*init_arguments())


def test_a_place_that_cannot_be_made_is_named(empty_desk: Desk) -> None:
    ran = empty_desk.run(*init_arguments(), "--home", "passphrase/below")
    assert ran.code in (2, 3)
    assert "passphrase" in ran.err
    assert left_behind(empty_desk) == []
