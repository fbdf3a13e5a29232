"""What is emitted is proved; what is changed in any way that matters is refuted, with a caller whom it hits."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from mutants import MUTANTS, USERNAME, policy
from plain_views import views
from prove_bench import CONFIGS, manifests, program, proof, refuted, text_manifests
from prove_callers import chance_of
from random_programs import some_program

from compiler.cel.parse import parse
from compiler.program.backends import InferenceService
from compiler.program.ir import Bridge
from compiler.prove.prove import prove
from compiler.prove.result import Proved
from compiler.render.layout import render
from compiler.targets.emit import emit


@pytest.mark.parametrize("name", CONFIGS)
def test_every_case_is_proved(name: str) -> None:
    """Every property of every model, by the normal form and, without it, by both procedures."""
    for thorough in (False, True):
        report = proof(name, thorough=thorough)
        assert [result for result in report.results if not isinstance(result, Proved)] == []
        assert report.effort.claims > 0


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(Bridge))
def test_random_platforms_are_proved(seed: int, bridge: Bridge) -> None:
    """Whatever the platform, with either bridge."""
    of = some_program(chance_of(seed), bridge)
    texts = render(emit(of)).texts
    found = {file: list(yaml.safe_load_all(text)) for file, text in texts.items() if "kustomization" not in file}
    report = prove(of, views(of, found), parse)
    assert [result for result in report.results if not isinstance(result, Proved)] == []


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_is_refuted(name: str) -> None:
    """With a caller for whom the reference meaning and the changed manifests really answer differently."""
    mutant = MUTANTS[name]
    if isinstance(mutant.change, tuple):
        found = text_manifests(mutant.case, *mutant.change)
    else:
        found = manifests(mutant.case)
        mutant.change(found)
    wrong = refuted(proof(mutant.case, found))
    assert mutant.property in {result.property for result in wrong}
    of = [result.counterexample for result in wrong if result.property == mutant.property]
    assert any(mutant.hits(counterexample) for counterexample in of), [str(one.example) for one in of]
    assert all(one.place is not None for one in of)
    also = {result.property for result in refuted(proof(mutant.case, found, thorough=True))}
    assert also == {result.property for result in wrong}


def test_the_order_of_rules_and_names_of_limits_mean_nothing() -> None:
    """What does not matter is not held against the manifests."""
    found = manifests("subscriptions")
    limits = policy(found, "TokenRateLimitPolicy", "simulator-model")["spec"]["limits"]
    limits["renamed"] = limits.pop("tokens-100-per-1m")
    authorization = policy(found, "AuthPolicy", "simulator-model")["spec"]["rules"]["authorization"]
    authorization["model-access"] = authorization.pop("model-access")
    assert not refuted(proof("subscriptions", found))


def test_models_that_differ_only_in_their_path_are_proved_once() -> None:
    """And one that differs in more is not taken for another."""
    of = program("subscriptions")
    model = of.models[1]
    copy = replace(model, name="copy", backend=InferenceService("copy"))
    twins = replace(of, models=(*of.models, copy))
    texts = render(emit(twins)).texts
    found = {file: list(yaml.safe_load_all(text)) for file, text in texts.items() if "kustomization" not in file}
    report = prove(twins, views(twins, found), parse)
    assert report.effort.reused == 1
    assert {result.model for result in report.results if isinstance(result, Proved)} == {one.id for one in twins.models}
    policy(found, "TokenRateLimitPolicy", "copy")["spec"]["limits"]["tokens-100-per-1m"]["rates"][0]["limit"] = 101
    assert {result.model for result in refuted(prove(twins, views(twins, found), parse))} == {"llm/copy"}


def test_a_model_that_exempts_the_listing_of_another_is_refuted() -> None:
    of = program("tiers-on-routes")
    found = text_manifests("tiers-on-routes", "/llm/qwen3/v1/models", "/llm/granite/v1/models")
    assert {result.model for result in refuted(prove(of, views(of, found), parse))} == {"llm/qwen3"}


def test_entries_that_count_as_one_are_refuted() -> None:
    """Two entries of one budget share a limit, and each has its own count in it."""
    found = manifests("config")
    limit = policy(found, "TokenRateLimitPolicy", "simulator-model")["spec"]["limits"]["tokens-100-per-1m"]
    limit["counters"] = limit["counters"][:1]
    (wrong,) = refuted(proof("config", found))
    assert "share the counter of `tokens-100-per-1m`" in wrong.counterexample.says
    assert str(wrong.counterexample.emitted).endswith("by all entries")


def test_an_override_that_knows_the_path_is_read_for_each_model() -> None:
    """What holds of the path of one model is not remembered for another."""
    of = program("tiers-on-routes")
    forged = f'request.url_path == "/llm/granite/forged" ? "eve" : ({USERNAME})'
    shown = views(of, text_manifests("tiers-on-routes", USERNAME, forged))
    for order in (shown, shown[::-1]):
        wrong = refuted(prove(of, order, parse))
        assert {(result.model, result.property) for result in wrong} == {("llm/granite", "identity")}
        assert wrong[0].counterexample.example.target == "/llm/granite/forged"
