"""190,000 records with every kind of cheat planted among them: the count is exactly right, and so is every reason."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

from ledger import OTHER, Ledger, number, unit

RECORDS = 190_000
BOOKS = 400
PAGES = 400
TAGS = [["晋绥边区", "抗日战争"], ["大生产运动"], ["兴县", "关向应", "图书馆"]]
SEED = 20230203


def test_the_count_of_190_000_records_with_planted_cheats_is_exactly_right() -> None:
    chance = random.Random(SEED)
    ledger, expected = Ledger(), Counter[str]()
    ledger.accept("甲")
    books = [ledger.record(number(n), f"tif/{1:04d}.tif", f"jpg/{1:04d}.jpg") for n in range(1, BOOKS + 1)]
    scans_again = [ledger.record(number(n + BOOKS), sources=(book,)) for n, book in enumerate(books, start=1)]
    withdrawn = [ledger.record(number(n + 9000), withdrawn_at=1) for n in range(5)]
    theirs = ledger.record(number(1, institution=OTHER))
    honest = [
        unit(book, f"u{page:06d}", page, title=f"第{page}页", tags=TAGS[page % 3], confidence=chance.randrange(1000))
        for book in books
        for page in range(1, PAGES + 1)
    ]
    labels = sum(len(said["tags"]) for said in honest)
    last_year, this_year = honest[: len(honest) // 2], honest[len(honest) // 2 :]
    height = _commit(ledger, last_year, period=2022)
    again = dict(zip(books, scans_again, strict=True))
    said = {"honest": honest, "again": again, "withdrawn": withdrawn, "theirs": theirs}
    cheats = _cheats(chance, wanted=RECORDS - len(honest), **said)
    # a cheat comes after what it copies: the first on chain has the place
    _commit(ledger, this_year, period=2023)
    batches: dict[tuple[int, Any], list[dict[str, Any]]] = {}
    for reason, period, fact, said in cheats:
        expected[reason] += 1
        batches.setdefault((period, tuple(fact.items())), []).append(said)
    for (period, facts), units in batches.items():
        _commit(ledger, units, period=period, **dict(facts))
    tally = ledger.count()
    assert tally.on_chain == RECORDS
    assert tally.counted == len(honest)
    assert tally.excluded == expected
    assert tally.on_chain == tally.counted + sum(tally.excluded.values())
    assert dict(tally.by_period) == {2022: len(last_year), 2023: len(this_year)}
    assert tally.labels == labels
    assert sum(tally.by["resource"].values()) == tally.counted
    before = ledger.count(height)
    assert (before.counted, before.on_chain) == (len(last_year), len(last_year))


def _commit(ledger: Ledger, units: list[dict[str, Any]], *, period: int, **fact: Any) -> int:
    """Put units on chain in batches of 10,000; give the last height."""
    height = 0
    for start in range(0, len(units), 10_000):
        height = ledger.batch(*units[start : start + 10_000], **({"lot": "甲", "period": period} | fact))
    return height


def _cheats(
    chance: random.Random,
    *,
    honest: list[dict[str, Any]],
    again: dict[str, str],
    withdrawn: list[str],
    theirs: str,
    wanted: int,
) -> list[tuple[str, int, dict[str, Any], dict[str, Any]]]:
    """Give (reason, project year, facts of the batch, unit) for so many cheats, of all kinds in turn."""
    planted = []
    for serial in range(wanted):
        copied = chance.choice(honest)
        page = copied["selector"]["value"].removeprefix("page=")
        fresh: dict[str, Any] = copied | {"unit_id": f"c{serial:06d}"}
        new_place = fresh | {"selector": {"value": f"page={PAGES + 1 + serial}"}}
        kinds: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
            ("repeated", {}, fresh | {"confidence": chance.randrange(1000), "method": "自动"}),
            ("repeated", {}, fresh | {"indexer_id": f"A{serial}", "tool": "OCR 2", "qc_status": "抽检合格"}),
            ("repeated", {}, fresh | {"resource_id": again[copied["resource_id"]]}),
            ("same-place", {}, {**fresh, "file": f"jpg/{int(page):04d}.jpg", "selector": {}}),
            ("same-place", {}, fresh | {"title": f"另题{serial}", "tags": [f"新标签{serial}"]}),
            ("same-place", {}, fresh | {"selector": [{"type": "FragmentSelector", "value": f"page=0{page}"}]}),
            ("same-id", {}, new_place | {"unit_id": copied["unit_id"]}),
            ("level", {}, new_place | {"level": chance.choice(["字", "词", "", "Page"])}),
            ("untagged", {}, new_place | {"tags": []}),
            ("untagged", {}, new_place | {"tags": [copied["title"], "页", "文本"], "element_type": "文本"}),
            ("unreviewed", {"reviewed": False}, new_place),
            ("lot", {"lot": "未验收"}, new_place),
            ("resource-withdrawn", {}, new_place | {"resource_id": chance.choice(withdrawn)}),
            ("unregistered", {}, new_place | {"resource_id": number(77_777)}),
            ("foreign", {}, new_place | {"resource_id": theirs}),
        ]
        reason, fact, said = kinds[serial % len(kinds)]
        planted.append((reason, chance.choice([2023, 2024]), fact, said))
    return planted
