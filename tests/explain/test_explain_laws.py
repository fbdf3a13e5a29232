"""Whatever is asked: the explanation, the reference meaning and the manifests agree, and what is said to flip does."""

from __future__ import annotations

from explain_support import engines, platform_of, questions
from explain_support import platform as platform_for
from hypothesis import HealthCheck, given, settings
from msgspec.structs import replace

from compiler import pipeline
from compiler.explain.edits import decided, flipping
from compiler.explain.emitted import judged, near, readings, world_of
from compiler.explain.explanation import explain
from compiler.explain.flip import changes, flips
from compiler.explain.question import Question
from compiler.program.decide import decide

LAW = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@LAW
@given(questions())
def test_the_manifests_answer_what_is_explained(of: Question) -> None:
    """On every engine, with the same entry and the same windows."""
    found = readings(of, platform_of(of).world, engines())
    decision = explain(of).decision
    assert decision == decide(of.program, of.caller, of.request)
    assert judged(of, decision, found) == ()
    assert {(one.status, one.selected) for one in found} == {(decision.status, decision.selected)}


@LAW
@given(questions())
def test_the_last_step_refuses_exactly_when_the_request_is_refused(of: Question) -> None:
    explanation = explain(of)
    refusing = [step for step in explanation.steps if step.refuses]
    assert len(refusing) == (explanation.decision.status != 200)
    assert refusing == [step for step in explanation.steps[-1:] if step.refuses]
    last = {
        "allowed": "budget",
        "zero-budget": "budget",
        "listing": "listing",
        "no-credential": "credential",
        "identity-header": "identity headers",
        "no-access": "access",
        "no-candidate": "candidates",
    }
    name = last.get(explanation.decision.reason, explanation.steps[-1].name)
    assert explanation.steps[-1].name == name
    if explanation.decision.reason == "not-a-candidate":
        assert name in ("candidates", "selection")


@LAW
@given(questions())
def test_what_is_said_to_flip_flips(of: Question) -> None:
    """Each change is one change, and the gateway itself answers the changed request as it was said."""
    decision = decide(of.program, of.caller, of.request)
    for change in changes(of, decision):
        assert decide(of.program, change.caller, change.request) == change.decision
        assert flips(decision, change.decision)
        if of.method is None:
            continue
        differences = len(change.caller.groups ^ of.caller.groups)
        differences += change.request.headers != of.request.headers
        differences += change.caller.bound != of.caller.bound
        assert differences == 1
        assert replace(change.caller, groups=of.caller.groups, bound=of.caller.bound) == of.caller
        asked = replace(of, caller=change.caller, request=change.request, brought=tuple(sorted(change.caller.groups)))
        assert judged(asked, change.decision, readings(asked, platform_of(of).world, engines()[:1])) == ()


@LAW
@given(questions())
def test_a_line_that_is_said_to_flip_flips(of: Question) -> None:
    decision = decide(of.program, of.caller, of.request)
    for edit in flipping(of, decision):
        assert flips(decision, decided(of, edit))
        assert edit.intent != of.intent


@settings(LAW, max_examples=40)
@given(questions())
def test_the_neighbours_of_a_path_are_all_that_matters(of: Question) -> None:
    """Manifests of only the models that the path could reach answer as the manifests of all of them."""
    few = near(of)
    world, problems = world_of(few, pipeline.back(few).bundle.texts)
    assert world is not None, problems
    assert readings(of, world, engines()[:1]) == readings(of, platform_of(of).world, engines()[:1])


def test_a_model_whose_path_begins_alike_is_a_neighbour() -> None:
    """The gateway compares characters and not segments."""
    platform = platform_for("odd-names")
    assert [model.name for model in near(platform.ask("m-and-more")).models] == ["m", "m-and-more"]
    assert [model.name for model in near(platform.ask("m")).models] == ["m"]
