from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from node.errors import BadInput, ZhicangError
from node.importers.description_list import read_list
from node.records.metadata import Metadata
from node.registrar.request import RegisterRequest

if TYPE_CHECKING:
    from pathlib import Path

DEFAULTS = Metadata(title="-", period=2023)


def rows(path: Path, text: str | bytes, **options: object) -> list[RegisterRequest | ZhicangError]:
    data = text if isinstance(text, bytes) else text.encode()
    (path / "list.csv").write_bytes(data)
    return list(read_list(path / "list.csv", defaults=DEFAULTS, **options))  # type: ignore[arg-type]


def test_chinese_and_english_headings_and_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    chinese = rows(tmp_path, "\ufeff路径,题名,类型,公开级别,权利,年度,自有编号\na.tif,甲,图像,公开,自有版权,2022,X1\n")
    english = rows(tmp_path, "path,title,type,access,rights,period,client_ref\na.tif,甲,image,open,own,2022,X1\n")
    assert chinese == english
    request = chinese[0]
    assert isinstance(request, RegisterRequest)
    assert request.source == tmp_path / "a.tif"
    assert request.metadata == Metadata(
        title="甲", period=2022, type="image", access="open", rights="own", client_ref="X1"
    )
    assert request.row == 2


def test_the_list_in_a_folder_is_no_payload_of_that_folder(tmp_path: Path) -> None:
    request = rows(tmp_path, "path,title\n.,全部\n")[0]
    assert isinstance(request, RegisterRequest)
    assert request.left_out == {"list.csv"}


@pytest.mark.parametrize(
    ("text", "row", "field"),
    [
        ("路径,题名,颜色\na,b,c\n", 1, "颜色"),
        ("题名\nb\n", 1, "path"),
        ("路径,path\na,b\n", 1, "path"),
        ("路径,题名\na.tif,\n".encode("gb18030"), 1, None),
    ],
)
def test_a_list_that_cannot_be_used_is_refused_whole(
    tmp_path: Path, text: str | bytes, row: int, field: str | None
) -> None:
    with pytest.raises(BadInput) as caught:
        rows(tmp_path, text)
    assert (caught.value.row, caught.value.field) == (row, field)
    assert caught.value.file == str(tmp_path / "list.csv")


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (",甲,,", "path"),
        ("a.tif,,,", "title"),
        ("a.tif,甲,23,", "period"),
        ("a.tif,甲,,秘密", "access"),
        ("a.tif,甲,,,多", None),
        ("ok.tif,甲,,", "path"),
    ],
)
def test_a_bad_row_is_named_and_holds_up_no_other(tmp_path: Path, line: str, field: str | None) -> None:
    found = rows(tmp_path, f"路径,题名,年度,公开级别\nok.tif,好,,\n{line}\nlast.tif,末,,\n")
    assert [isinstance(each, RegisterRequest) for each in found] == [True, False, True]
    error = found[1]
    assert isinstance(error, BadInput)
    assert (error.row, error.field) == (3, field)


def test_paths_choose_rows(tmp_path: Path) -> None:
    text = "path\nscans/a.tif\nscans/b.tif\nother/c.tif\n"
    chosen = rows(tmp_path, text, only=[tmp_path / "scans"])
    assert [each.source.name for each in chosen if isinstance(each, RegisterRequest)] == ["a.tif", "b.tif"]
    nothing = rows(tmp_path, text, only=[tmp_path / "nowhere"])
    assert [type(each) for each in nothing] == [BadInput]
