from __future__ import annotations

import pytest

from node.precheck.matching import Owners, as_posix, is_unsafe
from node.precheck.personal import kind_of, masked
from node.precheck.sequences import missing_of, ranges
from node.records.dates import read_date


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("1940-09-18", "1940-09-18"), ("1940/9/8", "1940-09-08"), ("1940.9", "1940-09"), ("1940", "1940"),
        ("1940年9月18日", "1940-09-18"), ("一九四〇年九月", "1940-09"), ("19400918", "1940-09-18"), ("[1940?]", "1940"),
        ("2023-01-01 00:00:00", "2023-01-01"), ("1937-1945", "1937/1945"), ("1937—1945", "1937/1945"),
        ("1940-9-18至1941-1-2", "1940-09-18/1941-01-02"),
    ],
)  # fmt: skip
def test_dates_as_libraries_write_them(text: str, iso: str) -> None:
    read = read_date(text)
    assert (read.iso, read.era, read.impossible) == (iso, False, False)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("民国二十九年", "1940"), ("民国29年9月18日", "1940-09-18"), ("中华民国廿九年九月十八日", "1940-09-18"),
        ("民国元年", "1912"), ("民國卅八年", "1949"), ("清光绪二十年", "1894"), ("光緒廿年三月", "1894"),
        ("宣统三年", "1911"), ("民国一百零一年", "2012"), ("康熙六十一年", "1722"),
    ],
)  # fmt: skip
def test_years_of_eras_are_read_and_said_to_be_so(text: str, iso: str) -> None:
    read = read_date(text)
    assert (read.iso, read.era) == (iso, True)


@pytest.mark.parametrize("text", ["1938-02-30", "1938-13", "1938-00", "0000", "19401399", "民国二十九年十三月",
                                  "光绪四十年", "宣统四年", "1945-1937", "1938-04-31至1938-05-01"])  # fmt: skip
def test_dates_that_do_not_exist(text: str) -> None:
    assert read_date(text).impossible


@pytest.mark.parametrize("text", ["不详", "193-", "明刻本", "春", "", "12", "１９４"])
def test_what_is_no_date_is_not_guessed(text: str) -> None:
    read = read_date(text)
    assert (read.iso, read.impossible) == ("", False)


def test_identity_card_and_telephone_numbers() -> None:
    assert kind_of("11010519491231002X") == kind_of("11010519491231002x") == "identity-number"
    assert kind_of("110105194912310021") is None, "the check character is wrong"
    assert kind_of("110105194913310021") is None, "no such month"
    assert kind_of("13803511234") == kind_of("138-0351-1234") == kind_of("0351-7654321") == "telephone"
    assert kind_of("20230000001") is None
    assert kind_of("978-7-101-00304-9") is None
    assert masked("13803511234") == "138******34"


@pytest.mark.parametrize(
    ("numbers", "missing"),
    [([1, 2, 4], [3]), ([2, 3, 4], [1]), ([5, 6, 7], []), ([1, 2], []), ([1, 100, 200], []), ([3, 4, 7, 8], [5, 6])],
)
def test_gaps_are_told_only_of_sequences(numbers: list[int], missing: list[int]) -> None:
    assert missing_of(numbers) == missing


def test_numbers_are_written_as_ranges() -> None:
    assert ranges([3, 5, 6, 7, 9]) == "3, 5-7, 9"


@pytest.mark.parametrize(
    ("text", "path"), [(r"扫描\1.tif", "扫描/1.tif"), ("./a/b/", "a/b"), ("a//b", "a/b"), (".", "."), ("", "")]
)
def test_paths_of_lists(text: str, path: str) -> None:
    assert as_posix(text) == path
    assert not is_unsafe(as_posix(text))


@pytest.mark.parametrize("text", ["/a", r"\\server\a", "C:/a", "../a", "a/../../b", "a\0b"])
def test_paths_that_lead_out(text: str) -> None:
    assert is_unsafe(as_posix(text))


def test_a_file_belongs_to_the_nearest_row_above_it() -> None:
    owners = Owners(["报", "报/1940", "图/a.tif"])
    assert owners.of("报/1940/1.tif") == "报/1940"
    assert owners.of("报/1941/1.tif") == "报"
    assert owners.of("图/a.tif") == "图/a.tif"
    assert owners.of("图/b.tif") is None
    assert owners.above("报/1940") == "报"
    assert owners.nested
    assert not Owners(["报/1", "报/2"]).nested
    assert Owners(["."]).of("a/b/c") == "."
