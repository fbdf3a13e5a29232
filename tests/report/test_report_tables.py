"""The tables say each thing once, where it is written, and which models and callers are alike."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from compiler import pipeline
from compiler.effective.subjects import caller, subjects
from compiler.program.decide import Request, decide
from compiler.report import texts as texts_module
from compiler.report.tables import tables
from compiler.report.texts import Texts

ROOT: Final = Path(__file__).parents[2]
CONFIGS: Final = [ROOT / "config", *sorted((ROOT / "tests" / "cases").glob("*/config"))]


def _tables(config: Path) -> tuple[pipeline.Front, Mapping[str, Any], list[dict[str, Any]]]:
    front = pipeline.front(config)
    assert front.program is not None
    assert front.intent is not None
    texts = Texts(front.sources)
    return front, tables(front.program, front.intent, texts), texts.plain()


def test_everything_is_where_it_is_written() -> None:
    _, found, files = _tables(ROOT / "config")

    def written(at: list[int]) -> str:
        return str(files[at[0]]["text"]).splitlines()[at[1] - 1].strip()

    for model in found["models"]:
        assert written(model["at"]) == f"{model['id'].partition('/')[2]}:"
    for one in found["callers"]:
        name = one["about"].rpartition(" ")[2] if one["kind"] == "tier" else one["name"].rpartition("/")[2]
        assert written(one["at"]).startswith(f"{name}:")
    for tier in found["tiers"]:
        assert written(tier["at"]) == f"{tier['name']}:"
    qwen = next(model for model in found["models"] if model["id"] == "llm/qwen3")
    assert written(qwen["tiersAt"]).startswith("tiers:")
    owner = found["owners"][found["shapes"][qwen["shape"]]["entries"][0]]
    assert (owner["key"], owner["about"]["cost centre"], owner["about"]["label env"]) == ("research-gold", "4711", "prod")
    assert written([owner["file"], qwen["lines"][0]]).startswith("qwen3:")
    assert written(found["platform"]["at"]).startswith("authentication:")


@pytest.mark.parametrize("config", CONFIGS, ids=lambda path: path.parent.name)
def test_those_that_are_called_alike_are_answered_alike(config: Path) -> None:
    front, found, _ = _tables(config)
    program, intent = front.program, front.intent
    assert program is not None
    assert intent is not None
    answers: dict[tuple[int, int], set[tuple[int, str | None]]] = {}
    for one, subject in zip(found["callers"], subjects(program, intent), strict=True):
        assert one["name"] == subject.name
        for row, model in zip(found["models"], program.models, strict=True):
            answer = decide(program, caller(program, (subject,)), Request(model.id, f"{model.prefix}/v1/chat/completions"))
            answers.setdefault((one["alike"], row["shape"]), set()).add((answer.status, answer.selected))
    assert answers
    assert all(len(found) == 1 for found in answers.values())


def test_texts_are_carried_as_far_as_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    front = pipeline.front(ROOT / "config")
    sizes = {file: len(text) for file, text in sorted(front.sources.texts.items())}
    first, second = list(sizes)[:2]
    monkeypatch.setattr(texts_module, "MOST_TEXT", sizes[first] + min(list(sizes.values())[1:]))
    shown = {str(one["name"]): one["text"] for one in Texts(front.sources).plain()}
    assert list(shown) == list(sizes)
    assert shown[first] is not None
    assert shown[second] is None or sizes[second] == min(list(sizes.values())[1:])
    assert sum(len(str(text)) for text in shown.values() if text is not None) <= texts_module.MOST_TEXT
    assert None in shown.values()
