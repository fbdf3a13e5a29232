"""Whatever stands in a resource, the configuration compiles or it is told what is wrong: no reader ends in a bug."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from compiler import pipeline
from compiler.diagnostics.formats import FORMATS
from compiler.diagnostics.look import Look
from compiler.diagnostics.model import failed
from compiler.source.load import load_texts

CASES = Path(__file__).parents[1] / "cases"
GONE = object()
JUNK: tuple[Any, ...] = (
    *(GONE, None, "x", [], {}, -1, [None], {"x": None}, "", True, 0.5, 10**30, ["x", 3], [{}]),
    *("9" * 5000, "[" * 2000, "a\nb", "\x7f", "..", "{x}", "'\"\\", "x" * 5000, "auth.identity", "a/b/c", " a ", "-1", "true"),
)
# Of each case about as many values are spoiled, and the kinds of junk take turns.
SPOILED = 120


def _documents(case: str) -> list[Any]:
    files = sorted((CASES / case / "config").rglob("*.yaml"))
    return [
        one for file in files for one in yaml.safe_load_all(file.read_text(encoding="utf-8")) if "tests" not in file.parts[-2]
    ]


def _spots(data: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:  # noqa: ANN401 - JSON
    if path:
        yield path
    for key, inner in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield from _spots(inner, (*path, key))


def _spoiled(documents: list[Any], spot: tuple[str | int, ...], junk: object) -> list[Any]:
    changed = copy.deepcopy(documents)
    *way, last = spot
    inner: Any = changed
    for part in way:
        inner = inner[part]
    if junk is GONE:
        del inner[last]
    else:
        inner[last] = copy.deepcopy(junk)
    return changed


@pytest.mark.parametrize("case", ["resources", "resources-of-the-first-release", "resources-told-natively"])
def test_a_spoiled_resource_compiles_or_is_told_to_be_wrong(case: str) -> None:
    documents = json.loads(json.dumps(_documents(case), default=str))
    spots = list(_spots(documents))
    ends = set()
    for number in range(SPOILED):
        spot, junk = spots[number * len(spots) // SPOILED], JUNK[number % len(JUNK)]
        texts = {f"{place}.yaml": f"{json.dumps(one)}\n" for place, one in enumerate(_spoiled(documents, spot, junk))}
        front = pipeline.front_of(*load_texts(texts), Path("nowhere"))
        for form in ("text", "sarif"):
            FORMATS[form](front.diagnostics, front.sources, Look(color=False))
        assert (front.program is None) <= failed(front.diagnostics), (spot, junk)
        if front.program is not None:
            pipeline.back(front.program)
        ends.add(failed(front.diagnostics))
    assert ends == {True, False}
