"""The unit record 知识单元记录, version 1: a unit line whose fields are known, held to the published JSON Schema.

Source of its shape: GB/T 38548.4-2020 (content units and elements) and the selectors of the W3C Web Annotation model.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from node.counting.selector_check import selector_faults
from node.records.quick_check import quick_check
from node.records.schema_check import faults

if TYPE_CHECKING:
    from collections.abc import Callable

    from node.errors import BadInput


@cache
def unit_schema() -> dict[str, Any]:
    """Give the JSON Schema of a unit record."""
    schema: dict[str, Any] = json.loads(Path(__file__).with_name("unit-1.schema.json").read_text(encoding="utf-8"))
    return schema


def check_unit(unit: Any) -> list[BadInput]:
    """Give everything in which a unit differs from the schema; nothing when it is a unit record."""
    if not _keeps()(unit):
        return faults(unit, unit_schema())
    return list(selector_faults(unit.get("selector")))


@cache
def _keeps() -> Callable[[Any], bool]:
    return quick_check(unit_schema())
