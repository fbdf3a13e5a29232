"""Pictures show exactly who reaches what, stay small enough to be drawn, and say what they leave out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import fromstring

import pytest
import yaml
from cli_support import SMALL

from compiler import pipeline
from compiler.effective.rows import table
from compiler.effective.subjects import subjects
from compiler.report import access_picture as access_module
from compiler.report.access_picture import access_picture
from compiler.report.mermaid import mermaid
from compiler.report.picture import Box, Picture, some
from compiler.report.svg import svg
from compiler.report.tier_picture import tier_picture

ROOT: Final = Path(__file__).parents[2]


def _front(folder: Path) -> tuple[Any, Any]:
    front = pipeline.front(folder)
    assert front.program is not None, front.diagnostics
    assert front.intent is not None
    return front.program, front.intent


def _small(folder: Path, change: dict[str, Any]) -> tuple[Any, Any]:
    (folder / "all.yaml").write_text(yaml.safe_dump({**yaml.safe_load(SMALL), **change}), encoding="utf-8")
    return _front(folder)


def _reached(picture: Picture) -> set[tuple[str, str, str]]:
    """Follow the links: who reaches what, by which entry."""
    found = set()
    for source, middle in picture.links:
        for again, end in picture.links:
            if again == middle and source[0] == 0:
                callers, meter, models = (picture.columns[at[0]][at[1]].lines for at in (source, middle, end))
                found |= {(who, meter[0], model) for who in callers for model in models}
    return found


def test_the_access_graph_is_the_table_of_what_is_effective(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compiler.report.picture._MOST_NAMES", 100)
    program, intent = _front(ROOT / "config")
    rows = table(program, program.models, subjects(program, intent), 0).rows
    meant = {
        ((f"user {row.subjects[0].name}" if row.subjects[0].kind == "user" else row.subjects[0].name), row.entry.key, row.model)
        for row in rows
        if row.entry is not None
    }
    picture = access_picture(program, intent)
    assert _reached(picture) == meant
    budgets = {box.lines[0]: box.lines[1:] for box in picture.columns[1]}
    assert budgets["tier:free"] == ("100 tokens in 1m", "5 requests in 2m")


def test_what_meters_is_drawn_once_where_that_says_no_more_than_is_so(tmp_path: Path) -> None:
    picture = access_picture(*_front(ROOT / "config"))
    for column in picture.columns:
        assert len(set(column)) == len(column)
    everywhere = {
        "models": {name: {"tokens": [{"limit": 1, "window": "1m"}]} for name in ("a", "b")},
        "owner": {"groups": ["x", "y"]},
    }
    change = {
        "groups": {"x": {}, "y": {}},
        "models": {name: {"backend": {"kind": "LLMInferenceService"}} for name in ("a", "b")},
        "access": {"a": {"models": ["a"], "groups": ["x"]}, "b": {"models": ["b"], "groups": ["y"]}},
        "subscriptions": {"s": everywhere},
    }
    apart = access_picture(*_small(tmp_path, change))
    assert _reached(apart) == {("x", "s", "llm/a"), ("y", "s", "llm/b")}, "one box would say that both reach both"
    assert [box.lines[0] for box in apart.columns[1]] == ["s", "s"]


def test_a_budget_without_tokens_is_said_to_be_unlimited(tmp_path: Path) -> None:
    change = {
        "subscriptions": {"all": {"owner": {"groups": ["free-user"]}, "models": {"simulator": {"unlimited": True}}}},
        "tiers": {"top": {"level": 3, "groups": ["free-user"], "unlimited": True}},
    }
    program, intent = _small(tmp_path, change)
    assert access_picture(program, intent).columns[1][0].lines == ("all", "unlimited tokens")
    ladder = tier_picture(program)
    assert [box.lines for box in ladder.columns[1]] == [("top, level 3", "unlimited tokens")]
    assert (ladder.columns[0][0].lines, ladder.columns[2]) == (("free-user",), ())


def test_tiers_stand_below_each_other() -> None:
    picture = tier_picture(_front(ROOT / "config")[0])
    assert [box.lines[0] for box in picture.columns[1]] == ["enterprise, level 2", "premium, level 1", "free, level 0"]
    assert ((1, 0), (1, 1)) in picture.links
    assert ((1, 1), (1, 2)) in picture.links
    drawn = svg(picture)
    assert re.search(r'd="M[\d.]+,[\d.]+ V[\d.]+"', drawn), "one tier leads down to the next"


def test_no_tiers_are_said_so(tmp_path: Path) -> None:
    program, _ = _small(tmp_path, {})
    assert "there are no tiers" in mermaid(tier_picture(program))


def test_what_is_left_out_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"m-{index}" for index in range(5)]
    own = {
        f"s-{name}": {"owner": {"groups": [f"g-{name}"]}, "models": {name: {"tokens": [{"limit": 1, "window": "1m"}]}}}
        for name in names
    }
    change = {
        "groups": {**{f"g-{name}": {} for name in names}, "idle": {}},
        "models": {name: {"backend": {"kind": "LLMInferenceService"}} for name in [*names, "spare-0", "spare-1"]},
        "access": {f"a-{name}": {"models": [name], "groups": [f"g-{name}"]} for name in names},
        "subscriptions": own,
    }
    program, intent = _small(tmp_path, change)
    whole = access_picture(program, intent)
    assert len(whole.links) == 10
    assert whole.columns[0][-1].lines == ("reach none of these:", "idle")
    assert ("llm/spare-0", "llm/spare-1") in {box.lines for box in whole.columns[2]}
    monkeypatch.setattr(access_module, "MOST_LINKS", 4)
    monkeypatch.setattr(access_module, "MOST_MODELS", 4)
    picture = access_picture(program, intent)
    assert len(picture.links) == 4
    assert ("and 2 more kinds of callers,", "left out here") in {box.lines for box in picture.columns[0]}
    assert picture.columns[2][-1].lines == ("and 2 more kinds of models,", "left out here")


def test_names_are_no_markup() -> None:
    hostile = 'a"]; click n0 "x" <b> & #quot; `end` \u202e'
    picture = Picture("Names", ((Box("caller", (hostile,)),), (), (Box("model", ("b/c",)),)), (((0, 0), (2, 0)),))
    text = mermaid(picture)
    assert text.splitlines()[0] == "%% Names"
    assert text.splitlines()[-1] == "  n0_0 --> n2_0"
    inside = re.search(r'n0_0\(\["(.*)"\]\)', text)
    assert inside is not None
    assert not set(inside[1]) & set('"<>&`\u202e[]')
    texts = [found.text for found in fromstring(svg(picture)).iter("{http://www.w3.org/2000/svg}text")]  # noqa: S314 - our own
    assert texts == ["Names", hostile.replace("\u202e", "\\u202e"), "b/c"]


def test_boxes_do_not_lie_on_each_other() -> None:
    program, intent = _front(ROOT / "config")
    root = fromstring(svg(access_picture(program, intent)))  # noqa: S314 - our own
    boxes = [
        tuple(float(found.attrib[key]) for key in ("x", "y", "width", "height"))
        for found in root.iter("{http://www.w3.org/2000/svg}rect")
        if found.attrib["class"] != "ground"
    ]
    assert len(boxes) == 22
    for index, (x, y, wide, high) in enumerate(boxes):
        assert x + wide <= float(root.attrib["width"])
        assert y + high <= float(root.attrib["height"])
        for left, top, other_wide, other_high in boxes[index + 1 :]:
            assert x + wide <= left or left + other_wide <= x or y + high <= top or top + other_high <= y


def test_few_names_are_all_told() -> None:
    assert some(["a", "b", "c"]) == ["a", "b", "c"]
    assert some(["a", "b", "c", "d", "e"]) == ["a", "b", "c", "and 2 more"]
