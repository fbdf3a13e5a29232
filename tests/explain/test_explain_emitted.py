"""What the manifests answer is held against what is meant, and any difference is told."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from explain_support import CASES, Platform, engines, platform
from msgspec.structs import replace

from compiler import pipeline
from compiler.engines.base import Outcome, Unsupported, Value
from compiler.engines.celpy_engine import CelpyEngine
from compiler.explain.emitted import Reading, judged, near, readings, world_of
from compiler.explain.expressions import Section, Shown, shown
from compiler.explain.question import Question
from compiler.program.decide import decide


def verdict(of: Question, found: tuple[Reading, ...]) -> list[str]:
    return [one.code for one in judged(of, decide(of.program, of.caller, of.request), found)]


@pytest.mark.parametrize("case", CASES)
def test_a_models_files_do_not_depend_on_other_models(case: str) -> None:
    """So explaining one model need not render them all. What adds up over models, or leads to their listing, answers for none."""
    of = platform(case)
    for model in of.program.models:
        few = pipeline.back(near(of.ask(model.id))).bundle.texts
        for path, text in few.items():
            if "kustomization" not in path and not path.startswith(("telemetry/", "platform/")):
                assert of.texts[path] == text


CHANGES = {
    "access": ('"free-user", "premium-user", "research"', '"premium-user", "research"'),
    "selection": ('"free-user": ["free"]', '"free-user": ["premium"]'),
    "amount": ("limit: 100\n", "limit: 101\n"),
    "window": ("window: 1m\n", "window: 2m\n"),
    "counter": ("expression: auth.identity.userid\n        - expression: auth", "expression: auth"),
    "metering": ('selected_subscription == "free"', 'selected_subscription == "fee"'),
    "status": ("code: 403", "code: 404"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_changed_manifests_are_refuted(what: str) -> None:
    of = platform("subscriptions")
    before, after = CHANGES[what]
    texts = {path: text.replace(before, after) for path, text in of.texts.items()}
    assert texts != of.texts
    world, problems = world_of(of.program, texts)
    assert world is not None, problems
    asked = of.ask("simulator-model", "free-user")
    if what == "status":
        asked = of.ask("simulator-model")
    assert verdict(asked, readings(asked, world, engines()[:1])) == ["refuted"]


def test_manifests_that_cannot_be_read_are_no_world() -> None:
    of = platform("subscriptions")
    world, problems = world_of(of.program, {**of.texts, "x.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\n"})
    assert world is None
    assert problems


class _Wrong:
    """An engine for which everything is false."""

    name = "wrong"

    def evaluate(self, expression: str, context: Mapping[str, object]) -> Outcome:
        outcome = CelpyEngine().evaluate(expression, context)
        return Value(value=False) if outcome == Value(value=True) else outcome


class _Silent:
    """An engine that cannot be asked anything."""

    name = "silent"

    def evaluate(self, expression: str, context: Mapping[str, object]) -> Outcome:  # noqa: ARG002 - the protocol's parameters
        return Unsupported("it is asleep")


def test_one_engine_that_differs_is_told_among_all() -> None:
    of = platform("subscriptions")
    asked = of.ask("simulator-model", "free-user")
    found = readings(asked, of.world, (engines()[0], _Wrong(), _Silent()))
    (told,) = judged(asked, decide(of.program, asked.caller, asked.request), found)
    assert told.code == "refuted"
    assert [note.text.split(":")[0] for note in told.notes] == ["by `celpy`", "by `wrong`", "by `silent`"]
    assert "200 (allowed), `free`, 100 tokens in 60s" in told.notes[0].text
    assert "403" in told.notes[1].text
    assert "it is asleep" in told.notes[2].text


def test_an_engine_without_an_answer_leaves_it_open() -> None:
    of = platform("subscriptions")
    asked = of.ask("simulator-model", "free-user")
    assert verdict(asked, readings(asked, of.world, (engines()[0], _Silent()))) == ["undecided"]
    assert verdict(asked, ()) == ["undecided"]


def test_a_request_past_the_policies_is_not_as_meant() -> None:
    """Though its status is."""
    of = platform("subscriptions")
    asked = of.ask("simulator-model", "free-user")
    (found,) = readings(asked, of.world, engines()[:1])
    assert verdict(asked, (found,)) == []
    assert verdict(asked, (replace(found, why="unprotected"),)) == ["refuted"]
    assert verdict(asked, (replace(found, counted=False),)) == ["refuted"]


def sections(of: Platform, asked: Question) -> dict[str, Section]:
    return {section.title: section for section in shown(asked, of.world, engines()[0])}


def values(found: tuple[Shown, ...]) -> list[str]:
    return [one.value for one in found]


def test_expressions_are_told_with_the_values_of_their_terms() -> None:
    of = platform("subscriptions")
    found = sections(of, of.ask("simulator-model", "free-user"))
    facts = {one.name: one.value for one in found["facts of `openshift`"].shown}
    assert facts == {"userid": '"somebody"', "groups": '["free-user"]', "tier": '""', "selected_subscription": '"free"'}
    (access,) = found["authorization `model-access`"].shown
    assert (access.value, values(access.parts)) == ("true", ["true", "false"])
    assert access.parts[1].expression == 'auth.identity.userid == "alice"'
    limit = found["limit of tokens `tokens-100-per-1m` (100 in 60s)"]
    assert (limit.says, values(limit.shown)) == ("applies", ["true", "true"])
    other = found["limit of tokens `tokens-1000-per-1m` (1000 in 60s)"]
    assert (other.says, values(other.shown)) == ("does not apply", ["false", "true"])


def test_expressions_behind_a_refusal_are_told_too() -> None:
    of = platform("subscriptions")
    found = sections(of, of.ask("simulator-model", "strangers"))
    assert found["authorization `model-access`"].says == "refused"
    assert found["authorization `subscription`"].says == "not asked"
    assert values(found["authorization `subscription`"].shown) == ["false"]
    assert not any(title.startswith("limit") for title in found)
    assert sections(of, of.ask("simulator-model", credential=False)) == {}


def test_an_access_review_is_told_by_what_it_asks() -> None:
    of = platform("tiers-on-the-gateway")
    found = sections(of, of.ask("granite", "premium-group"))
    review = found["authorization `model-access`"]
    assert review.says == "refused"
    assert {one.name: one.value for one in review.shown} == {
        "groups": '["system:serviceaccounts:maas-default-gateway-tier-premium"]',
        "namespace": '"llm"',
        "name": '"granite"',
    }


def test_a_choice_is_told_by_its_condition_and_the_arm_that_is_taken() -> None:
    of = platform("subscriptions-by-groups")
    found = sections(of, of.ask("simulator-model", "free-user", "premium-user", headers=("x-maas-subscription: free",)))
    limit = found["limit of tokens `subscription-free-tokens` (100 in 60s)"]
    condition, arm = limit.shown[0].parts
    assert condition.value == "true"
    assert values(arm.parts) == ["true", "true"]
    denied = found["limit of tokens `deny-unmetered` (0 in 60s)"].shown[0]
    assert denied.value == "false"
    assert "true" in values(denied.parts[1].parts), "the terms below a negation are told"
