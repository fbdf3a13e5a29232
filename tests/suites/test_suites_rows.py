"""Rows that are proposed are rows that a suite can hold."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from suites_bench import Bench

from compiler.diagnostics.model import Place
from compiler.engines.base import Failure, Unsupported, Value
from compiler.intent.intent import Intent
from compiler.prove.result import Example
from compiler.source.load import load_text
from compiler.suites.branches import Watching
from compiler.suites.judge import is_at, spelt_place
from compiler.suites.kill_intent import IntentJury
from compiler.suites.mutants.intent import IntentMutant
from compiler.suites.probes import Probes
from compiler.suites.rows import flow, from_example
from compiler.suites.verdict import Stillborn


def _example(**changes: object) -> Example:
    plain: dict[str, object] = {
        "model": "llm/sim",
        "method": "openshift",
        "username": "somebody",
        "groups": ("free-user",),
        "user": True,
        "headers": (),
        "target": "/llm/sim/v1/chat/completions",
    }
    return Example(**{**plain, **changes})  # type: ignore[arg-type]  # the fields of an example


def test_a_counterexample_becomes_a_caller_and_a_row(small: Bench) -> None:
    """A user whom nobody declared is left out, and what is the default is as well."""
    assert from_example(_example(), small.program, {"alice"}) == (
        "callers: {free-user: {groups: [free-user]}}",
        'expect: [{caller: free-user, model: llm/sim, status: 200, selected: small, limits: ["100 tokens in 1m"]}]',
    )


def test_what_is_no_default_is_said(small: Bench) -> None:
    """The user, the method, the path and the headers; a listing by its name."""
    headers = (("x-maas-subscription", "tier:top"),)
    found = from_example(
        _example(username="alice", groups=(), method="tier-tokens", headers=headers, target="/llm/sim/v1/x?y"),
        small.program,
        {"alice"},
    )
    rest = '"/v1/x?y", headers: {x-maas-subscription: "tier:top"}, status: 403}]'
    assert found == (
        "callers: {alice-by-tier-tokens: {user: alice, method: tier-tokens}}",
        "expect: [{caller: alice-by-tier-tokens, model: llm/sim, path: " + rest,
    )
    listing = from_example(_example(target="/llm/sim/v1/models"), small.program, ())
    assert "path: listing" in listing[1]
    assert yaml.safe_load(found[1])["expect"][0]["path"] == "/v1/x?y"


@pytest.mark.parametrize("changes", [{"model": "llm/gone"}, {"method": "gone"}])
def test_a_counterexample_about_nothing_has_no_row(small: Bench, changes: dict[str, object]) -> None:
    assert from_example(_example(**changes), small.program, ()) == ()


_TEXTS = st.text(max_size=12) | st.sampled_from(
    ["yes", "no", "null", "~", "1", "1e3", "0x1", "-", "a: b", "#", "*", "&x", "{", "2026-01-01"]
)


@settings(max_examples=150, deadline=None)
@given(
    st.recursive(
        _TEXTS | st.integers(0, 9), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3)
    )
)
def test_one_line_of_yaml_reads_back(value: object) -> None:
    """Whatever a name is, our reader and the one of YAML 1.1 take the line for what was meant."""
    line = f"key: {flow(value)}\n"
    documents, problems = load_text("x.yaml", line.encode("utf-8", "surrogatepass"))
    if problems:
        assert {one.code for one in problems} <= {"bad-key", "yaml-syntax", "not-utf8"}, line
        return
    assert documents[0].data == {"key": value}


def test_a_place_is_named_by_its_item() -> None:
    place = Place("plans/a.yaml", ("subscriptions", "gold", "models", "sim"))
    assert spelt_place(place) == "plans/a.yaml#gold"
    assert is_at("plans/a.yaml#gold", place)
    assert is_at("plans/a.yaml#sim", place)
    assert is_at("plans/a.yaml", place)
    assert not is_at("a.yaml#gold", place)
    assert spelt_place(Place("x.yaml", ("platform",))) == "x.yaml#platform"
    assert spelt_place(Place("x.yaml")) == "x.yaml"


def test_the_watching_engine_answers_like_any_other() -> None:
    """It says what it cannot read, and what is an error, and keeps what it saw until then."""
    engine = Watching()
    assert isinstance(engine.evaluate("size(x) == 1", {}), Unsupported)
    assert isinstance(engine.evaluate("true && x.y", {}), Failure)
    assert engine.evaluate('a == "b" || a == "c"', {"a": "c"}) == Value(value=True)
    assert set(engine.seen['a == "b" || a == "c"']) == {('a == "b"', False), ('a == "c"', True), ('a == "b" || a == "c"', True)}


def test_a_mutant_that_does_not_compile_is_stillborn(small: Bench) -> None:
    """Nobody could roll it out, so no test needs to notice it: a tier for two levels, an owner of nobody."""
    jury = IntentJury((), small.platform(()), small.probes)
    alone = _with_tier(small.intent, level=0)
    assert isinstance(jury.verdict(IntentMutant("", Place(""), alone)), Stillborn)


def _with_tier(intent: Intent, level: int) -> Intent:
    """Give both tiers one level."""
    tiers = {name: replace(item, spec=item.spec.changed(level=level)) for name, item in intent.tiers.items()}
    return replace(intent, tiers=tiers)


def test_probes_are_callers_that_can_be(small: Bench) -> None:
    """A tier token brings the groups of tiers alone; nobody is in the list; each caller is asked once."""
    model = small.program.models[0]
    probes = Probes(small.program, small.intent)
    asked = list(probes.of(model))
    assert any(question.method is None for question in asked)
    for question in asked:
        if question.caller.method == "tier-tokens":
            assert all(group.startswith("system:serviceaccounts:") for group in question.brought)
    keys = [(one.caller, tuple(one.request.headers.items()), one.request.path) for one in asked]
    assert len(keys) == len(set(keys))
