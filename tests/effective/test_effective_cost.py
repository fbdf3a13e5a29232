"""What models take is measured in the manifests, and grows with what is written and not with its square."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_support import SMALL, run, write

from compiler import pipeline
from compiler.effective.cost import Cost, Costs, costs
from compiler.program.ir import Per, Program
from compiler.source.load import load_texts

ROOT = Path(__file__).parent.parent.parent
CONFIGS = [ROOT / "config", *sorted((ROOT / "tests" / "cases").glob("*/config"))]

HEAD = """
platform:
  kuadrant: "1.5"
  gateway: {namespace: ingress, name: gateway, hostname: maas.example.com, lowercasesHost: true}
  authentication:
    - {name: openshift, kind: tokenReview, audiences: [a]}
models:
  llm/model: {backend: {kind: LLMInferenceService}}
"""


def measured(program: Program | None) -> Costs:
    assert program is not None
    return costs(program, pipeline.back(program).bundle.documents, program.models)


def with_plans(count: int, bridge: str = "selected") -> Cost:
    """Give what a model takes with so many subscriptions of one group each; five budgets are all there are."""
    names = [f"department-{index:04}" for index in range(count)]
    text = HEAD.replace("platform:\n", f"platform:\n  bridge: {bridge}\n")
    text += "groups:\n" + "".join(f"  {name}: {{}}\n" for name in names)
    text += f"access:\n  all: {{models: [llm/model], groups: [{', '.join(names)}]}}\nsubscriptions:\n"
    for index, name in enumerate(names):
        budget = f"{{tokens: [{{limit: {1000 + index % 5}, window: 1h}}]}}"
        text += f"  plan-{index:04}: {{owner: {{groups: [{name}]}}, priority: {index}, models: {{llm/model: {budget}}}}}\n"
    (cost,) = measured(pipeline.front_of(*load_texts({"a.yaml": text}), Path("no-such-folder")).program).models
    return cost


def growth(amounts: list[int]) -> float:
    """Tell how much more the second doubling adds than the first one: 2 where it grows in a line, 4 with the square."""
    return (amounts[2] - amounts[1]) / (amounts[1] - amounts[0])


def test_what_a_model_takes_grows_in_a_line_with_its_subscriptions() -> None:
    steps = [with_plans(count) for count in (40, 80, 160)]
    assert [one.limits for one in steps] == [6, 6, 6]
    assert [one.groups for one in steps] == [3 * 40, 3 * 80, 3 * 160]
    assert [one.counters for one in steps] == [40, 80, 160]
    assert len({one.evaluations for one in steps}) == 1
    for amounts in ([one.longest for one in steps], [one.filter for one in steps], [dict(one.objects)[AUTH] for one in steps]):
        assert growth(amounts) == pytest.approx(2, rel=0.02)


def test_exclusions_grow_with_the_square() -> None:
    """The measure tells the two apart: lists of excluded groups are what the other bridge emits."""
    steps = [with_plans(count, "groups") for count in (40, 80, 160)]
    assert [one.limits for one in steps] == [41, 81, 161]
    assert growth([one.filter for one in steps]) > 3.5


AUTH = "AuthPolicy/maas-auth-model"


@pytest.mark.parametrize("config", CONFIGS, ids=lambda path: path.parent.name)
def test_counters_are_those_of_the_entries(config: Path) -> None:
    """Windows of every entry that counts each caller apart, by the manifests as by what is meant."""
    program = pipeline.front(config).program
    assert program is not None
    for model, cost in zip(program.models, measured(program).models, strict=True):
        budgets = [entry.budget for entry in program.precedence(model)]
        windows = [(budget.per, (len(budget.tokens) or 1) + len(budget.requests)) for budget in budgets]
        assert cost.counters == sum(count for per, count in windows if per is Per.USER)
        assert cost.shared == 1 + sum(count for per, count in windows if per is not Per.USER)


def test_every_budget_of_the_cluster_is_told_with_what_uses_most_of_it() -> None:
    found = measured(pipeline.front(ROOT / "config").program)
    used = {share.what: share for share in found.shares}
    assert used["filter configuration"].used >= sum(one.filter for one in found.models) > 0
    assert used["filter configuration"].most == 1_000_000
    assert used["longest expression"].used == max(one.longest for one in found.models)
    assert used["largest object"].used == max(size for one in found.models for _, size in one.objects)
    assert used["largest object"].by == "AuthPolicy of models/llm/gpt-4o.yaml"
    assert {share.what: share.most for share in found.shares if "route" in share.what} == {
        "most rules of a route": 16,
        "most matches in a rule of a route": 64,
        "most matches of a route": 128,
    }


def test_more_than_the_gateway_holds_is_told_and_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    allowed = SMALL.replace("hostname: maas.apps.example.com", "hostname: maas.apps.example.com, maxFilterBytes: 100")
    assert allowed != SMALL
    write(Path(), {"config/a.yaml": allowed})
    result = run("effective", "--cost")
    assert result.exit_code == 1
    assert "error[gateway-config-too-large]" in result.stderr
    assert "filter configuration" in result.stdout


def test_a_group_has_no_costs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert run("effective", "--cost", "--group", "research").exit_code == 2
