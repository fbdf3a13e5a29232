"""Whatever a cluster holds, an import ends with what it made of it and what is left, and never with a bug."""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

import adopt_tiers
import adopt_today
import pytest
import yaml
from adopt_cluster import Access, FirstRelease, Plain, Subscription, listing
from click.testing import CliRunner
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from compiler.cli.main import maasc

DUMPS = Path(__file__).parent / "dumps"
JUNK: tuple[Any, ...] = (
    None,
    "",
    "x",
    "Not a label!",
    -1,
    10**12,
    2**70,
    0.5,
    True,
    [],
    {},
    [None],
    ["x", 3],
    [{}],
    {"x": None},
    {"name": "a"},
)


@cache
def _clusters() -> tuple[tuple[Plain, ...], ...]:
    staff = (Access("staff", ("granite",), ("staff",), ("alice",)),)
    gold = (Subscription("gold", {"granite": [(100, "1m")]}, ("staff",)),)
    today = (Access("staff", ("llm/granite",), ("staff",)),)
    paid = (Subscription("gold", {"llm/granite": [(100, "1m")]}, ("staff",)),)
    by_hand = yaml.safe_load_all((DUMPS / "by-hand.yaml").read_text(encoding="utf-8"))
    return (
        tuple(FirstRelease({"granite": "llm"}, staff, gold).objects()),
        tuple(adopt_today.cluster(["llm/granite"], today, paid)),
        tuple(adopt_tiers.cluster({"llm/granite": ["free"]})),
        tuple(by_hand),
    )


def _spots(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:  # noqa: ANN401 - JSON
    found = [path] if path else []
    if isinstance(value, dict):
        for key, inner in value.items():
            found += _spots(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            found += _spots(inner, (*path, index))
    return found


def _spoiled(objects: tuple[Plain, ...], spot: int, junk: object) -> list[Any]:
    changed: list[Any] = copy.deepcopy(json.loads(json.dumps(objects, default=str)))
    *way, last = (spots := _spots(changed))[spot % len(spots)]
    inner: Any = changed
    for part in way:
        inner = inner[part]
    inner[last] = copy.deepcopy(junk)
    return changed


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(range(4)), st.integers(0, 10**6), st.sampled_from(JUNK))
@example(which=3, spot=6664, junk=None)
def test_a_spoiled_dump_ends_in_an_orderly_way(
    tmp_path_factory: pytest.TempPathFactory, which: int, spot: int, junk: object
) -> None:
    """Any value of any object is something else: the exit code is one of the five, and no traceback is behind it."""
    objects = _spoiled(_clusters()[which], spot, junk)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("spoiled"))
        Path("dump.yaml").write_text(listing([one for one in objects if one is not None]), encoding="utf-8")
        result = CliRunner().invoke(maasc, ["import", "dump.yaml"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code in (0, 1, 2, 4)
