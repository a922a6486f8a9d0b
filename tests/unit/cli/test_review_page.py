"""The page before the passphrase: everything that the signature covers stands on it."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from contracts.records import Reason
from node.cli.output import Output
from node.cli.review_page import show_page
from node.errors import BadInput
from node.records import canonical
from node.records.metadata import Metadata
from node.registrar.dossier import Dossier
from node.registrar.request_file import Place, Request
from storage.cid import Cid
from storage.matters import Code
from storage.resources import VersionRow
from storage.units import UnitBatchRow

PLACE = Place(chain_id=2_023_000_001, registry=b"\7" * 20, institution="14000001", name="某图书馆")
CID = Cid.parse("bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy")
OLD = Metadata(title="旧题名", period=2023, access="open", creator=("甲",), lot="第一批")
NEW = replace(
    OLD, title="新题名", creator=("甲", "乙"), date="1940-09-18", subject=("晋绥边区", "抗日战争"),
    description="第一行\n伪造的一行" + "长" * 500, rights_until="2030-12-31", programme="某项目",
)  # fmt: skip


def dossier(code: Code) -> Dossier:
    version = 1 if code is Code.REGISTER else 2
    row = VersionRow(
        number="SX-14000001-2023-00000001-3", version=version, source_path="/一\n/x.txt", kind=1,
        content_digest=b"\3" * 32, cid=bytes(CID.binary), size=3, files=1,
        metadata=canonical.encode(NEW.to_json(sm3="ab" * 32)), metadata_digest=NEW.digest(sm3="ab" * 32),
        title=NEW.title, client_ref="", period=2023, created=0, code=code, stage="submitted",
    )  # fmt: skip
    former = canonical.encode(OLD.to_json()) if code is Code.AMEND else b""
    reason = Reason(code=0 if code is Code.REGISTER else 1)
    return Dossier(code=code, number=row.number, version=version, reason=reason, resource=row, former=former)


def page(one: Dossier, language: str) -> str:
    out = io.StringIO()
    output = Output(language=language, as_json=False, stdout=out, stderr=io.StringIO())
    show_page(Request(place=PLACE, dossiers=(one,)), output)
    return out.getvalue()


@pytest.mark.parametrize("code", [Code.REGISTER, Code.AMEND, Code.SUPERSEDE, Code.WITHDRAW])
def test_every_field_that_is_signed_is_shown_on_lines_of_its_own(code: Code) -> None:
    shown = page(dossier(code), "zh")
    for text in (
        "《新题名》", "责任者:甲;乙", "日期:1940-09-18", "主题词:晋绥边区;抗日战争", "权利期限:2030-12-31",
        "交付批次:第一批", "某项目", "公开级别:公开", "03" * 32, str(CID), "ab" * 32,
    ):  # fmt: skip
        assert text in shown
    assert "(共 509 字)" in shown
    assert not any(line.startswith(("伪造", "/x.txt")) for line in shown.splitlines())
    assert all(len(line) < 250 for line in shown.splitlines())
    assert ("题名:旧题名 → 新题名" in shown) == (code is Code.AMEND)
    assert ("责任者:甲 → 甲;乙" in shown) == (code is Code.AMEND)
    assert ("交付批次:第一批 → " in shown) is False
    assert "title: 旧题名 → 新题名" in page(dossier(code), "en") or code is not Code.AMEND


def test_a_batch_of_units_is_shown_with_its_root_and_lot() -> None:
    batch = UnitBatchRow(
        id=0, root=b"\4" * 32, list_digest=b"\5" * 32, cid=bytes(CID.binary), object_id="", claimed=7, period=2023,
        programme="某项目", lot="第一批", id_field="", source_path="/u.jsonl", earlier_receipt=bytes(32), created=0,
        stage="submitted",
    )  # fmt: skip
    one = Dossier(code=Code.COMMIT_UNITS, number="04" * 32, version=1, reason=Reason(code=0), batch=batch)
    shown = page(one, "zh")
    for text in ("7 条", "04" * 32, "05" * 32, str(CID), "某项目", "第一批"):
        assert text in shown


def test_the_former_description_travels_with_an_amendment_and_must_be_one() -> None:
    request = Request(place=PLACE, dossiers=(dossier(Code.AMEND),))
    read = Request.from_json_bytes(request.to_json_bytes())
    assert page(read.dossiers[0], "zh") == page(request.dossiers[0], "zh")
    value = canonical.decode(request.to_json_bytes())
    value["dossiers"][0]["former"] = {"title": 1}
    with pytest.raises(BadInput):
        Request.from_json_bytes(canonical.encode(value))
