"""One test a row of the table "what you bring → what we say" of applying, and what is held back."""

from __future__ import annotations

import hashlib
import zipfile
from typing import TYPE_CHECKING

import pytest
from bench import Bench

from node.applying.apply import waves
from node.applying.plan import make_plan
from node.errors import BadInput
from node.registrar.outcome import Refused, Waiting

if TYPE_CHECKING:
    from pathlib import Path

LIST = "路径,题名,自有编号,上级登记号\na.txt,甲,A,\nb.txt,乙,B,A\nc.txt,丙,C,B\n"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench.found(tmp_path)


def refused(outcomes: list[Waiting | Refused]) -> list[Refused]:
    return [each for each in outcomes if isinstance(each, Refused)]


def test_changed_since_check(bench: Bench) -> None:
    source = bench.write(清单__csv="路径,题名\na.txt,甲\nb.txt,乙\n", a__txt="甲", b__txt="乙")
    outcomes = bench.apply(source, between=lambda: (source / "a.txt").write_text("另一个", encoding="utf-8"))
    (error,) = [each.error for each in refused(outcomes)]
    assert "a.txt”预检之后变了,没有登记" in error.words.zh
    assert "changed after the check: not registered" in error.words.en
    assert (error.file, getattr(error, "row", None)) == ("清单.csv", 2)
    assert [each.row.title for each in outcomes if isinstance(each, Waiting)] == ["乙"]
    assert not list((bench.folder / "home" / "staging").iterdir())


def test_parent_refused(bench: Bench) -> None:
    source = bench.write(清单__csv=LIST, a__txt="甲", b__txt="乙", c__txt="丙")
    outcomes = bench.apply(source, between=lambda: (source / "b.txt").write_text("另一个", encoding="utf-8"))
    said = [each.error.words.zh for each in refused(outcomes)]
    assert len(said) == 2
    assert "上级或来源“B”没有登记成" in said[1]


def test_no_path_column(bench: Bench) -> None:
    source = bench.write(清单__csv="题名,自有编号\n甲,A\n", a__txt="甲")
    with pytest.raises(BadInput, match="nothing can be registered"):
        make_plan(bench.report(source))


def test_unanswered(bench: Bench) -> None:
    source = bench.write(a__txt="甲", b__txt="乙")
    assert [finding.rule.code for finding in make_plan(bench.report(source)).everything] == ["as-question"]
    assert len(bench.apply(source, split="files")) == 2
    assert len(bench.apply(source, split="one")) == 1


def test_own_home(bench: Bench) -> None:
    (bench.folder / "home" / "secret.txt").write_text("x")
    (error,) = [each.error for each in refused(bench.apply(bench.folder / "home" / "storage", split="one"))]
    assert "这是节点目录或其中一部分" in error.words.zh


def test_other_content(bench: Bench) -> None:
    bench.apply(bench.write(清单__csv=LIST, a__txt="甲", b__txt="乙", c__txt="丙"))
    with bench.journal.transaction():
        matters = [matter.id for matter in bench.journal.matters.at("submitted")]
        bench.journal.matters.confirm((matter, 0) for matter in matters)
    (first, *_) = refused(bench.apply(bench.write(a__txt="别的")))
    assert "自有编号 A 已登记为" in first.error.words.zh


def test_an_error_holds_back_its_own_resource_and_a_fault_of_the_list_all(bench: Bench) -> None:
    source = bench.write(清单__csv="路径,类型\na.txt,羊皮卷\nb.txt,文本\n没有.txt,\n,\n", a__txt="甲", b__txt="乙")
    plan = make_plan(bench.report(source))
    assert [each.path for each in plan.resources] == ["b.txt"]
    assert sorted(plan.held) == ["a.txt", "没有.txt"]
    bench.write(清单__csv="路径,文件名\na.txt,b\n")
    assert [finding.rule.code for finding in make_plan(bench.report(source)).everything] == ["repeated-column"]


def test_a_second_run_copies_nothing_and_names_the_same_numbers(bench: Bench) -> None:
    source = bench.write(清单__csv=LIST, a__txt="甲", b__txt="乙", c__txt="丙")
    first = [each.row.number for each in bench.apply(source) if isinstance(each, Waiting)]
    copied = bench.copied
    again = [each for each in bench.apply(source) if isinstance(each, Waiting)]
    assert (copied, bench.copied) == (9, 9)
    assert [each.row.number for each in again] == first
    assert not any(each.fresh for each in again)


def test_large_members_of_a_zip_are_read_whole_though_the_store_works_ahead(bench: Bench) -> None:
    names = {f"{n}.bin": bytes([n]) * (9 << 20) for n in range(6)}
    with zipfile.ZipFile(bench.folder / "交付.zip", "w") as archive:
        for name, data in names.items():
            archive.writestr(name, data)
    outcomes = bench.apply(bench.folder / "交付.zip", split="files")
    digests = {each.row.content_digest for each in outcomes if isinstance(each, Waiting)}
    assert digests == {hashlib.sha256(data).digest() for data in names.values()}
    assert not list((bench.folder / "home" / "staging").iterdir())


def test_parents_come_in_earlier_waves_and_circles_last(bench: Bench) -> None:
    names = {f"{letter}__txt": letter for letter in "abcde"}
    rows = "路径,自有编号,上级登记号\nc.txt,C,B\nb.txt,B,A\na.txt,A,\nd.txt,D,E\ne.txt,E,D\n"
    report = bench.report(bench.write(清单__csv=rows, **names))
    report.findings.clear()
    found = [[each.client_ref for each in wave] for wave in waves(make_plan(report).resources)]
    assert found == [["A"], ["B"], ["C"], ["D", "E"]]
