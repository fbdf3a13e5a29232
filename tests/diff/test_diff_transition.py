"""At no step of the roll-out has anybody more than before and after, or it is said, with a caller who has."""

from __future__ import annotations

import random
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import pytest
from diff_bench import Config, side
from diff_corpus import BASE, CORPUS, Edit, both, drop, edited, put
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from worlds import GROUPS, USERS, configs

from compiler.diff import waves
from compiler.diff.answers import Piece, Reader
from compiler.diff.budgets import Allowed, at_most, follows
from compiler.diff.compare import Comparison
from compiler.diff.result import Safety, Step
from compiler.diff.safety import judge
from compiler.diff.side import Object, ObjectKey, Side
from compiler.diff.transition import transition
from compiler.diff.waves import Operation, states
from compiler.engines.registry import installed
from compiler.gateway.read import read
from compiler.gateway.release import find_release
from compiler.program.ir import Program, Rate
from compiler.prove.from_gateway import externals
from compiler.prove.result import Answer, Example
from compiler.prove.second_reading import second_reading
from compiler.render import yaml

ENGINES = installed()[-1:]


def steps(base: Side, head: Side) -> tuple[Step, ...]:
    return transition(base, head, Comparison(base, head).tokens(), Reader())[0]


def unsafe(base: Side, head: Side) -> list[Step]:
    return [step for step in steps(base, head) if step.safety is not Safety.INTERRUPTED]


def simulated(program: Program, objects: Mapping[ObjectKey, Object], example: Example) -> Answer | None:
    """Answer an example as the simulated gateway does while these objects are in the cluster."""
    cluster, _ = read({"objects": yaml.stream([one.data for one in objects.values()])}, externals=externals(program))
    release = find_release(".".join(str(part) for part in program.platform.kuadrant if part is not None))
    return second_reading(program, cluster, release, lambda: ENGINES)(example)


def has(answer: Answer | None) -> Allowed | None:
    """Give what an answer allows; None where it is a refusal."""
    if answer is None or not answer.through:
        return None
    tokens, requests = (
        tuple(Rate(one.limit, one.seconds) for one in answer.allowances if one.unit == unit) for unit in ("tokens", "requests")
    )
    return Allowed(
        tokens,
        requests,
        all(one.shared for one in answer.allowances if one.limit) and any(one.limit for one in answer.allowances),
    )


def too_much(before: Answer | None, now: Answer | None, after: Answer | None) -> bool:
    """Tell whether somebody has more for the moment than before and after, unit by unit, or is not counted."""
    if now is None or not now.through:
        return False
    mine, ends = has(now), [found for found in (has(before), has(after)) if found is not None]
    assert mine is not None
    if mine.nothing:
        return False  # a limit of 0 requests refuses before any limit of tokens is looked at
    if not now.counted:
        return True
    if any(at_most(mine, end) for end in ends):
        return False
    within = any(follows(mine.tokens, end.tokens) for end in ends) and any(follows(mine.requests, end.requests) for end in ends)
    return not within or (not mine.shared and all(end.shared for end in ends))


def order(base: Side, head: Side) -> tuple[tuple[Operation, ...], ...]:
    return tuple(step for _, step in waves.waves(base, head))


def example(program: Program, model: str, user: str, groups: tuple[str, ...]) -> Example:
    found = program.model(model)
    assert found is not None
    return Example(model, "openshift", user, groups, user=True, headers=(), target=f"{found.prefix}/v1/chat/completions")


MOVED_OFF = both(put("subscriptions/lab-day/models/qwen/tokens", [{"limit": 90000, "window": "1h"}]), put("access/lab/users", []))


def test_taking_away_while_raising_is_not_safe_and_a_caller_shows_it() -> None:
    base, head = side({"a.yaml": BASE}), side({"a.yaml": edited(MOVED_OFF)})
    (step,) = unsafe(base, head)
    assert step.safety is Safety.UNSAFE
    assert step.models == ("llm/qwen",)
    assert step.applied == ("TokenRateLimitPolicy llm/maas-trlp-qwen",)
    assert step.missing == ("AuthPolicy llm/maas-auth-qwen",)
    assert "90,000 tokens per 1h by `lab-day`, more than before (500 tokens per 1h and" in step.says
    (middle,) = states(base.objects, order(base, head))
    asked = example(base.program, "llm/qwen", "alice", ())
    answers = [simulated(base.program, objects, asked) for objects in (base.objects, middle.objects, head.objects)]
    assert too_much(answers[0], answers[1], answers[2])


@pytest.mark.parametrize(
    "edit",
    [
        put("subscriptions/lab-day/models/qwen/tokens", [{"limit": 90000, "window": "1h"}]),
        put("access/lab/users", []),
        both(put("access/lab/users", []), put("subscriptions/lab-day/models/qwen/tokens", [{"limit": 9, "window": "1h"}])),
        both(drop("access/lab"), drop("subscriptions/lab-day")),
        drop("tiers/large/requests"),
        put("models/guard/tiers", ["large"]),
    ],
)
def test_each_half_alone_is_safe(edit: Edit) -> None:
    config = deepcopy(BASE)
    edit(config)
    assert not unsafe(side({"a.yaml": BASE}), side({"a.yaml": config}))


def test_who_is_moved_to_a_lowered_budget_needs_the_limits_first(monkeypatch: pytest.MonkeyPatch) -> None:
    edit = both(
        put("subscriptions/gold-big/owner/groups", ["gold", "lab"]),
        put("subscriptions/gold-big/models/qwen/tokens", [{"limit": 10, "window": "1h"}]),
    )
    base, head = side({"a.yaml": BASE}), side({"a.yaml": edited(edit)})
    assert not unsafe(base, head)
    monkeypatch.setattr("compiler.diff.transition.waves", lambda base, head: waves.waves(base, head)[::-1])
    assert [step.applied for step in unsafe(base, head)] == [("AuthPolicy llm/maas-auth-qwen",)]


def test_a_renamed_entry_is_refused_for_a_moment() -> None:
    def rename(config: Config) -> None:
        config["subscriptions"]["lab-daily"] = config["subscriptions"].pop("lab-day")

    found = steps(side({"a.yaml": BASE}), side({"a.yaml": edited(rename)}))
    assert {step.safety for step in found} == {Safety.INTERRUPTED}


@pytest.mark.parametrize("attach", ["route", "gateway"])
def test_changing_where_policies_attach_is_safe(attach: str) -> None:
    there = {name: part for name, part in BASE.items() if name not in ("access", "subscriptions", "policies", "teams", "users")}
    there = {**there, "groups": {name: {} for name in ("free", "paid")}}
    first, second = (side({"a.yaml": {**there, "platform": {**BASE["platform"], "attach": how}}}) for how in ("route", "gateway"))
    base, head = (first, second) if attach == "gateway" else (second, first)
    assert not unsafe(base, head)


def test_the_last_to_go_are_the_limits_of_requests() -> None:
    models = {name: one for name, one in BASE["models"].items() if name != "guard"}
    base, head = side({"a.yaml": BASE}), side({"a.yaml": {**BASE, "models": models}})
    kinds = [[one.key[0] for one in step] for _, step in waves.waves(base, head)]
    assert kinds == [["AuthPolicy"], ["TokenRateLimitPolicy"], ["RateLimitPolicy"]]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.one_of(st.tuples(configs(), configs()), st.tuples(configs(attach="gateway"), configs(attach="gateway"))),
    st.randoms(use_true_random=False),
)
def test_the_simulated_gateway_agrees(pair: tuple[Config, Config], chance: random.Random) -> None:
    """What is said to be safe is so for any caller in every state on the way."""
    one, other = pair
    other = {**other, "platform": one["platform"]}
    base, head = side({"a.yaml": one}), side({"a.yaml": other})
    told = {model for step in unsafe(base, head) for model in step.models}
    shared = {model.id for model in base.program.models} & {model.id for model in head.program.models} - told
    alike = [ident for ident in sorted(shared) if _route(base, ident) == _route(head, ident)]
    for state in list(states(base.objects, order(base, head)))[:4]:
        for ident in alike:
            groups = tuple(sorted(chance.sample(GROUPS, chance.randrange(4))))
            asked = example(base.program, ident, chance.choice(USERS), groups)
            answers = [simulated(head.program, objects, asked) for objects in (base.objects, state.objects, head.objects)]
            assert not too_much(answers[0], answers[1], answers[2]), (ident, asked, answers)


def _route(of: Side, ident: str) -> tuple[str, str]:
    model = of.program.model(ident)
    assert model is not None
    return model.prefix, model.route


def test_of_single_edits_only_a_new_route_is_not_safe() -> None:
    """Its policies leave the old route one by one, and nothing but a RateLimitPolicy limits requests there."""
    found = {name for name, edit, _ in CORPUS if unsafe(side({"a.yaml": BASE}), side({"a.yaml": edited(edit)}))}
    assert found == {"a model served by a Service", "a model's service renamed"}


def test_what_no_proof_understands_is_told() -> None:
    base, head = side({"a.yaml": BASE}), side({"a.yaml": edited(MOVED_OFF)})
    key = ("AuthPolicy", "llm", "maas-auth-qwen")
    data = yaml_free(head.objects[key].data)
    strange = Object(key, head.objects[key].file, {**data, "spec": {**data["spec"], "when": [{"predicate": "true"}]}})
    documents = {
        file: tuple(strange.data if one == head.objects[key].data else one for one in found)
        for file, found in head.documents.items()
    }
    found = steps(base, Side("", "", head.program, head.sources, documents))
    assert {step.safety for step in found if "llm/qwen" in step.models} == {Safety.UNDECIDED}


def yaml_free(data: Mapping[str, object]) -> dict[str, Any]:
    """Give the same data to be changed."""
    return deepcopy(dict(data))


def piece(tokens: int | None, requests: int | None = None, *, metered: bool = True, shared: bool = False) -> Piece:
    rates = [() if amount is None else (Rate(amount, 60),) for amount in (tokens, requests)]
    return Piece(1, "gold", Allowed(rates[0], rates[1], shared), metered, frozenset())


@pytest.mark.parametrize(
    ("before", "now", "after", "safety"),
    [
        (piece(5), piece(None, metered=False), piece(None), Safety.UNSAFE),
        (None, piece(5), None, Safety.UNSAFE),
        (piece(5), piece(6), piece(4), Safety.UNSAFE),
        (piece(5, 1), piece(5), None, Safety.UNSAFE),
        (piece(5, shared=True), piece(5), piece(5, shared=True), Safety.UNSAFE),
        (piece(5, 9), piece(7, 9), piece(7, 1), None),
        (piece(5), piece(0), None, None),
        (None, piece(0), None, None),
        (None, piece(None, 0, metered=False), None, None),
        (piece(5), None, piece(6), Safety.INTERRUPTED),
        (piece(5), piece(0), piece(6), Safety.INTERRUPTED),
        (piece(0), None, piece(6), None),
        (None, None, piece(6), None),
    ],
)
def test_more_than_before_and_after_is_not_safe(
    before: Piece | None, now: Piece | None, after: Piece | None, safety: Safety | None
) -> None:
    found = judge(before, now, after)
    assert (found[0] if found else None) is safety


def test_of_models_that_are_alike_one_is_looked_at() -> None:
    twin = deepcopy(BASE)
    twin["models"]["qwen2"] = {"backend": {"kind": "Service", "name": "qwen2", "port": 80}, "tiers": ["large"]}
    for entry in ("lab-day", "gold-big"):
        twin["subscriptions"][entry]["models"]["qwen2"] = twin["subscriptions"][entry]["models"]["qwen"]
    twin["access"] = {name: {**one, "models": [*one["models"], "qwen2"]} for name, one in twin["access"].items()}
    twin["teams"]["ops"]["grants"].append({"model": "qwen2", "role": "invoke"})
    head = deepcopy(twin)
    head["access"]["lab"]["users"] = []
    for model in ("qwen", "qwen2"):
        head["subscriptions"]["lab-day"]["models"][model] = {"tokens": [{"limit": 90000, "window": "1h"}]}
    base, after = side({"a.yaml": twin}), side({"a.yaml": head})
    found, checked = transition(base, after, Comparison(base, after).tokens(), Reader())
    assert [step.models for step in found] == [("llm/qwen", "llm/qwen2")]
    assert checked == 1
