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
from adopt_cluster import Access, FirstRelease, Plain, Subscription
from click.testing import CliRunner

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
# Of each cluster about as many values are spoiled, and the kinds of junk take turns.
SPOILED = 25


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


def _telling(objects: Any) -> list[tuple[str | int, ...]]:  # noqa: ANN401 - JSON
    """Give one spot of each sort: of items that are alike, and of what only the API server says, one is enough."""
    found: dict[tuple[str, ...], tuple[str | int, ...]] = {}
    for spot in _spots(objects):
        sort = (str(objects[spot[0]]["kind"]), *("*" if isinstance(part, int) else part for part in spot[1:]))
        found.setdefault(sort[:3] if sort[1:2] == ("status",) else sort, spot)
    return list(found.values())


def _spoiled(objects: tuple[Plain, ...], spot: tuple[str | int, ...], junk: object) -> list[Any]:
    changed: list[Any] = json.loads(json.dumps(objects, default=str))
    *way, last = spot
    inner: Any = changed
    for part in way:
        inner = inner[part]
    inner[last] = copy.deepcopy(junk)
    return [one for one in changed if one is not None]


@pytest.mark.parametrize("which", range(4))
def test_a_spoiled_dump_ends_in_an_orderly_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, which: int) -> None:
    """Any value of any object is something else: the exit code is one of the five, and what is written can be read."""
    objects = _clusters()[which]
    spots = _telling(json.loads(json.dumps(objects, default=str)))
    for number, spot in enumerate(spots[:: len(spots) // SPOILED]):
        junk = JUNK[number % len(JUNK)]
        (tmp_path / str(number)).mkdir()
        monkeypatch.chdir(tmp_path / str(number))
        listed = {"apiVersion": "v1", "items": _spoiled(objects, spot, junk), "kind": "List", "metadata": {}}
        Path("dump.json").write_text(f"{json.dumps(listed)}\n", encoding="utf-8")
        result = CliRunner().invoke(maasc, ["import", "dump.json"])
        assert result.exception is None or isinstance(result.exception, SystemExit), (spot, junk, result.exception)
        assert result.exit_code in ((0, 1, 4) if Path("config").exists() else (1, 2)), (spot, junk, result.output)
