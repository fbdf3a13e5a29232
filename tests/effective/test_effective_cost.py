"""What models take is measured in the manifests, and grows with what is written and not with its square."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli_support import SMALL, run, write
from msgspec.structs import asdict
from test_scale import big
from worlds import Config, program_of

from compiler import pipeline
from compiler.cel.measure import walk
from compiler.cel.parse import parse
from compiler.cel.tree import Compare, Ident, ListLit, Str
from compiler.effective.cost import Cost, Costs, costs, expressions
from compiler.effective.cost_formats import FORMATS
from compiler.program.calls import calls
from compiler.program.comparisons import compared
from compiler.program.counters import counters
from compiler.program.ir import Model, Per, Program
from compiler.render.layout import Documents
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


@pytest.mark.parametrize("config", CONFIGS, ids=lambda path: path.parent.name)
def test_what_is_checked_of_the_program_is_what_the_manifests_hold(config: Path) -> None:
    """A single caller has a counter for all that is counted apart; calls are made and names compared as the policies say."""
    program = pipeline.front(config).program
    assert program is not None
    manifests = pipeline.back(program).bundle.documents
    single = counters(program, 1)
    for model, cost in zip(program.models, costs(program, manifests, program.models).models, strict=True):
        # Of a model that nobody may call nothing is counted, whatever its limits.
        if model.tiers or model.grants:
            assert single[model.id] == cost.counters + cost.shared
        assert calls(program, model).count == cost.calls
        assert compared(program, model) == compared_in(manifests, model) + len(program.precedence(model))


def test_what_is_compared_in_parts_is_counted_alike() -> None:
    program = program_of({"a.yaml": big(60, 100)})
    manifests = pipeline.back(program).bundle.documents
    assert compared(program, program.models[0]) == compared_in(manifests, program.models[0]) + 60 == 2 * 6_000 + 60


def compared_in(manifests: Documents, model: Model) -> int:
    """Count the names of all lists and equalities that a loop holds each group `g` against.

    Of the ways in that one is meant which takes groups as they come: the groups of a tier token are filtered before.
    """
    paths = [f"models/{model.namespace}/{model.name}.yaml", "gateway/gateway-auth-policy.yaml"]
    policy: Any = next(one for path in paths for one in manifests.get(path, ()) if one["kind"] == "AuthPolicy")
    rules = {**policy["spec"]["rules"]}
    ways = rules.pop("authentication").values()
    return min(map(_names, ways)) + _names(rules)


def _names(value: object) -> int:
    found = 0
    for text in expressions(value):
        for node in walk(parse(text)):
            match node:
                case Compare("in", Ident("g"), ListLit(items)):
                    found += len(items)
                case Compare("==", Ident("g"), Str()):
                    found += 1
    return found


def test_what_limitador_has_room_for_is_told_where_it_is_said() -> None:
    """In every form that has the budgets."""
    found = measured(program_of({"a.yaml": with_room(None)}))
    assert "counters" not in {share.what for share in found.shares}
    found = measured(program_of({"a.yaml": with_room({"users": 30, "maxCounters": 2000})}))
    (share,) = [one for one in found.shares if one.what == "counters"]
    assert (share.used, share.most, share.by) == (1 + 2 * 30, 2000, "llm/m")
    assert json.loads(FORMATS["json"](found))["budgets"][-1] == asdict(share)
    assert FORMATS["table"](found).splitlines()[-1].split() == ["counters", "61", "2000", "counters", "llm/m"]
    assert FORMATS["markdown"](found).splitlines()[-1] == "| counters | 61 | 2000 | counters | llm/m |"


def with_room(room: Config | None) -> Config:
    """Give a model with two plans, and what Limitador has room for."""
    config = big(2, 1)
    config["platform"] |= {"limitador": room} if room else {}
    return config


def test_calls_and_comparisons_are_held_against_what_is_safe() -> None:
    found = measured(program_of({"a.yaml": with_room(None)}))
    used = {share.what: (share.used, share.most, share.by) for share in found.shares}
    assert used["most calls for a request"] == (1, 8, "llm/m")
    assert used["most names compared with a group"] == (2 + 2 + 2, 10_000, "llm/m")
    assert json.loads(FORMATS["json"](found))["models"][0]["callsPerRequest"] == 1


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


@pytest.mark.parametrize("form", ["table", "json"])
def test_what_needs_too_many_counters_is_told_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    """How many each model needs is what somebody wants to know then; whatever else is wrong still stands in the way."""
    monkeypatch.chdir(tmp_path)
    few = SMALL.replace("platform:\n", "platform:\n  limitador: {users: 1000, maxCounters: 10}\n")
    assert few != SMALL
    write(Path(), {"config/a.yaml": few})
    result = run("effective", "--cost", "--format", form)
    assert result.exit_code == 1
    assert "counters" in result.stdout
    if form == "json":
        told = json.loads(result.stdout)
        assert told["models"]
        assert told["findings"] == json.loads(run("check", "--format", "json").stdout)[:1]
        assert [one["code"] for one in told["findings"]] == ["too-many-counters"]
        assert result.stderr == ""
    else:
        assert "error[too-many-counters]" in result.stderr
        assert "error" not in result.stdout
    assert run("effective").exit_code == 1
    write(Path(), {"config/b.yaml": "tiers: {other: {level: 9, groups: [nowhere], tokens: []}}"})
    result = run("effective", "--cost")
    assert (result.exit_code, "MODEL" in result.stdout) == (1, False)


@pytest.mark.parametrize("form", ["table", "markdown", "csv"])
def test_quiet_leaves_the_models_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    """As a file of them has it; errors are told all the same, and a program is told all."""
    monkeypatch.chdir(tmp_path)
    write(Path(), {"config/a.yaml": SMALL.replace("platform:\n", "platform:\n  limitador: {users: 1000, maxCounters: 10}\n")})
    whole, quiet = (run("effective", "--cost", "--format", form, *words) for words in ((), ("-q",)))
    assert "llm/simulator" in quiet.stdout
    assert "largest object" not in quiet.stdout
    assert whole.stdout.startswith(quiet.stdout)
    assert "error[too-many-counters]" in quiet.stderr
    assert quiet.exit_code == whole.exit_code == 1
    assert json.loads(run("effective", "--cost", "-q", "--format", "json").stdout)["budgets"]


def test_a_group_has_no_costs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert run("effective", "--cost", "--group", "research").exit_code == 2
