"""A model with more groups than one expression can hold is compiled in parts, and the parts mean the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from worlds import Config, configs, program_of

from compiler import pipeline
from compiler.engines.registry import installed
from compiler.expressions import parts
from compiler.program.ir import Program
from compiler.prove.verify import verify
from compiler.render.layout import Bundle, render
from compiler.targets.emit import emit

ROOT = Path(__file__).parent.parent
CONFIGS = [ROOT / "config", *sorted((ROOT / "tests" / "cases").glob("*/config"))]

# Code points of one expression at which cel-go stops parsing.
REFUSED = 100_000


def big(subscriptions: int, groups: int) -> Config:
    """Give a configuration of one model with many subscriptions, each with many groups of its own."""
    names = [f"ldap-group-{index:05d}" for index in range(subscriptions * groups)]
    owned = [names[index * groups : (index + 1) * groups] for index in range(subscriptions)]
    return {
        "platform": {
            "kuadrant": "1.5",
            "gateway": {"namespace": "ingress", "name": "gw", "hostname": "maas.example.com"},
            "modelNamespace": "llm",
            "authentication": [{"name": "openshift", "kind": "tokenReview", "audiences": ["a"]}],
        },
        "groups": {name: {} for name in names},
        "models": {"m": {"backend": {"kind": "LLMInferenceService"}}},
        "access": {"all": {"models": ["m"], "groups": names}},
        "subscriptions": {
            f"subscription-{index:04d}": {
                "owner": {"groups": own},
                "priority": index,
                "models": {"m": {"tokens": [{"limit": index % 50, "window": "1m"}]}},
            }
            for index, own in enumerate(owned)
        },
    }


def expressions(value: Any) -> Iterator[str]:  # noqa: ANN401 - plain data
    """Give every CEL text of a manifest."""
    if isinstance(value, dict):
        yield from (item for key, item in value.items() if key in ("expression", "predicate") and isinstance(item, str))
        for item in value.values():
            yield from expressions(item)
    elif isinstance(value, list):
        for item in value:
            yield from expressions(item)


def proved(program: Program, bundle: Bundle) -> None:
    verdict = verify(program, (), bundle.texts, installed)
    assert verdict.holds, verdict.diagnostics


def test_a_thousand_subscriptions_and_ten_thousand_groups_on_one_model_compile() -> None:
    bundle = render(emit(program_of({"a.yaml": big(1000, 10)})))
    (policy, *_) = yaml.load_all(bundle.texts["models/llm/m.yaml"], yaml.CSafeLoader)
    lengths = [len(text) for text in expressions(policy)]
    assert max(lengths) < REFUSED
    assert sum(lengths) > 4 * REFUSED


def test_many_groups_in_parts_are_proved() -> None:
    program = program_of({"a.yaml": big(60, 100)})
    bundle = render(emit(program))
    assert "candidates_1" in bundle.texts["models/llm/m.yaml"]
    proved(program, bundle)


@pytest.mark.parametrize("config", CONFIGS, ids=lambda path: path.parent.name)
def test_every_case_means_the_same_in_the_smallest_parts(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = pipeline.front(config).program
    assert program is not None
    monkeypatch.setattr(parts, "LONGEST", 0)
    proved(program, render(emit(program)))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(configs())
def test_random_platforms_mean_the_same_in_parts(monkeypatch: pytest.MonkeyPatch, config: Config) -> None:
    program = program_of({"a.yaml": config})
    monkeypatch.setattr(parts, "LONGEST", 2_060)
    proved(program, render(emit(program)))
