"""Several fields that are wrong are told in one message, each by its name; one alone is told as ever."""

from __future__ import annotations

import pytest

from node.errors import BadInput, Words, together
from node.founding import Institution
from node.records.metadata import Metadata
from node.records.said import described

PLAIN = Metadata(title="题名", period=2023)


def test_one_alone_stays_as_it_is() -> None:
    error = BadInput("年度不对", "a wrong year", field="period", mend=Words("改", "mend it"), row=3)
    assert together([error]) is error


def test_several_share_their_place_and_their_mends() -> None:
    mend = Words("照证书改", "as the certificate has it")
    told = together(
        [
            BadInput("字段 code 不对", "code is wrong", field="code", row=3, file="a.csv", mend=mend),
            BadInput("太长", "it is too long", field="name", row=3, mend=mend),
            BadInput("还有", "and more"),
        ]
    )
    assert (told.file, told.row, told.field) == ("a.csv", 3, "code, name")
    assert told.words == Words("字段 code 不对;name: 太长;还有", "code is wrong; name: it is too long; and more")
    assert told.mend == mend


def test_an_institution_is_told_all_that_is_wrong_with_it() -> None:
    with pytest.raises(BadInput) as caught:
        Institution(code="1", name=" ", credit_code="2", region="3")
    assert caught.value.field == "code, name, region, credit_code"


def test_a_description_is_told_every_column_that_means_nothing() -> None:
    with pytest.raises(BadInput) as caught:
        described(PLAIN, {"type": "画卷", "period": "去年", "pages": "若干"})
    assert caught.value.field == "type, period, pages"
    for text in ("画卷", "去年", "若干"):
        assert text in caught.value.words.zh


def test_metadata_is_told_all_that_no_schema_can_say() -> None:
    metadata = Metadata(
        title="题\x07名",
        period=2023,
        client_ref="长" * 1000,
        rights_from="2030-02-30",
        replaces="14000001-2023-00000001-0",
    )
    with pytest.raises(BadInput) as caught:
        metadata.check_as_input()
    assert caught.value.field is not None
    assert {"title", "client_ref", "replaces", "rights_from"} <= set(caught.value.field.split(", "))


def test_metadata_of_no_title_and_no_year_is_told_both() -> None:
    with pytest.raises(BadInput) as caught:
        Metadata(title=" ", period=3)
    assert caught.value.field == "title, period"
