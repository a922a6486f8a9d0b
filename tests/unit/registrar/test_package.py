from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from node.records.metadata import Metadata
from node.records.said import described
from node.registrar.package import missing_file

PATHS = ("index.html", "模型/a.glb", "模型/贴图/b.png")
STAGED: Any = SimpleNamespace(files=[SimpleNamespace(path=path) for path in PATHS])


def told(**said: str) -> str | None:
    error = missing_file(described(Metadata(title="t", period=2023), said), STAGED)
    return None if error is None else error.field


def test_an_entry_and_roles_that_are_there() -> None:
    assert told() is None
    assert told(entry="模型/a.glb") is None
    assert told(entry="index.html", file_roles="模型=模型;模型/贴图/=媒体;index.html=access") is None


@pytest.mark.parametrize("said", [{"entry": "模型"}, {"entry": "Index.html"}, {"file_roles": "贴图=媒体"}])
def test_what_is_not_there_is_refused_by_its_column(said: dict[str, str]) -> None:
    assert told(**said) in said
