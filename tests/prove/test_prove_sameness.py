"""Models that differ in their path and in names alone are proved once, and nothing is taken for like that is not."""

from __future__ import annotations

import random
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from plain_views import Manifests, views
from prove_callers import chance_of
from random_mutants import mutate
from random_programs import some_program
from test_prove_soundness import emitted

from compiler.cel.parse import parse
from compiler.gateway.texts import mentioned
from compiler.program.backends import InferenceService
from compiler.program.invariant import Invariant
from compiler.program.ir import Bridge, Model, Program, Rate, Subjects
from compiler.program.methods import Oidc
from compiler.prove.literals import Reader
from compiler.prove.portability import Portability
from compiler.prove.prove import nothing_alike, prove, prove_some, prover
from compiler.prove.result import Effort, ProofReport, Proved
from compiler.prove.sameness import Sameness

# Names that some part of a proof takes for more than a name.
ODD = (
    *("x-maas-username", "x-maas-subscription", "user", "groups", "username", "identity", "userid", "tier", "tier1"),
    *("tier:tier1", "nobodys-group", "nobodys-group-", "a,b", "a/b", "/llm/twin/v1/models", "group-a", "Upper", "path"),
    *("openshift", "alice", "1", "system:anything-0", "team:a"),
)


def twins(of: Program, chance: random.Random, *, odd: bool = False) -> Program:
    """Give a Program of a model and of its copy, in which every name that no tier has is another one."""
    model = max(of.models, key=lambda one: len(one.entries) + len(one.grants))
    tiers = {group for tier in of.tiers for group in tier.members.groups}
    subjects = [grant.subjects for grant in model.grants] + [entry.subjects for entry in model.entries]
    own = {name for one in subjects for name in (*one.groups, *one.users) if ":" not in name}
    own |= {entry.name for entry in model.entries if entry.kind == "subscription"}
    # In one order with the others, for names are sorted where they are written.
    called = {name: f"{name}-twin" for name in sorted(own - tiers)}
    if odd:
        changed = chance.sample(sorted(called), min(2, len(called)))
        called |= dict(zip(changed, chance.sample(sorted({*ODD} - tiers), len(changed)), strict=True))
    amounts = {5: 77, 100: 88, 9: 99} if chance.random() < 0.5 else {}
    return replace(of, models=(model, renamed(model, called, amounts)))


def renamed(model: Model, called: Mapping[str, str], amounts: Mapping[int, int]) -> Model:
    def name(one: Subjects) -> Subjects:
        return Subjects(tuple(called.get(g, g) for g in one.groups), tuple(called.get(u, u) for u in one.users))

    def rates(several: tuple[Rate, ...]) -> tuple[Rate, ...]:
        return tuple(replace(rate, limit=amounts.get(rate.limit, rate.limit)) for rate in several)

    entries = tuple(
        replace(
            entry,
            name=called.get(entry.name, entry.name),
            subjects=name(entry.subjects),
            budget=replace(entry.budget, tokens=rates(entry.budget.tokens), requests=rates(entry.budget.requests)),
        )
        for entry in model.entries
    )
    grants = tuple(replace(grant, subjects=name(grant.subjects)) for grant in model.grants)
    return replace(model, name="twin", backend=InferenceService("twin"), grants=grants, entries=entries)


def verdicts(report: ProofReport) -> set[tuple[str, str, type]]:
    return {(result.model, result.property, type(result)) for result in report.results}


def alone(of: Program, found: Manifests) -> ProofReport:
    """Prove every model by itself, and without anything that is known of another one."""
    reports = [
        prove_some(prover(of, parse, gateway=None, thorough=False), (view,), invariants=(), key=nothing_alike)
        for view in views(of, found)
    ]
    return ProofReport(tuple(result for report in reports for result in report.results), reports[0].effort)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(Bridge), st.booleans(), st.integers(0, 2))
def test_to_share_a_proof_changes_no_verdict(seed: int, bridge: Bridge, odd: bool, changes: int) -> None:  # noqa: FBT001 - drawn
    """Whatever the twin's names are, and whatever was changed in the manifests of either."""
    chance = chance_of(seed)
    of = twins(some_program(chance, bridge), chance, odd=odd)
    found = emitted(of)
    for _ in range(changes):
        mutate(found, chance)
    shown = views(of, found)
    for order in (shown, shown[::-1]):
        assert verdicts(prove(of, order, parse)) == verdicts(alone(of, found))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(Bridge), st.booleans(), st.integers(0, 2))
def test_texts_of_models_that_are_alike_are_as_fit(seed: int, bridge: Bridge, odd: bool, changes: int) -> None:  # noqa: FBT001 - drawn
    """So that only those of one of them need to be looked at."""
    chance = chance_of(seed)
    of = twins(some_program(chance, bridge), chance, odd=odd)
    found = emitted(of)
    for _ in range(changes):
        mutate(found, chance)
    sameness = Sameness(of, ())
    keys, hazards = zip(
        *((sameness.key(view), any(Portability(parse).check(view, of.platform.methods))) for view in views(of, found)),
        strict=True,
    )
    assert keys[0] != keys[1] or hazards[0] == hazards[1]


def effort(of: Program, *invariants: Invariant) -> Effort:
    return prove(of, views(of, emitted(of)), parse, invariants=invariants).effort


def some_twins(seed: int = 4) -> Program:
    chance = chance_of(seed)
    of = twins(some_program(chance), chance)
    assert any(grant.subjects for grant in of.models[0].grants)
    assert of.models[0].entries
    return of


def test_models_that_differ_in_names_and_amounts_are_proved_once() -> None:
    assert effort(some_twins()).reused == 1


def test_a_model_of_which_an_invariant_speaks_is_proved_for_itself() -> None:
    """An invariant names groups and amounts."""
    of = some_twins()
    asked = Invariant(
        "capped", Subjects(), Subjects(), ("*",), never_access=False, at_most=Rate(10**9, 60), origin=of.platform.origin
    )
    assert effort(of, asked).reused == 0


@pytest.mark.parametrize("name", ["x-maas-username", "a,b", "a/b", "nobodys-group", "system:serviceaccounts:gateway-tier1"])
def test_a_name_that_means_more_is_itself(name: str) -> None:
    """A model that has it in place of another name is like no other; the last one is the group of a tier's tokens."""
    of = some_twins()
    first, twin = of.models
    group = next(group for grant in twin.grants for group in grant.subjects.groups if "twin" in group)
    odd = renamed(twin, {group: name}, {})
    sameness = Sameness(of, ())
    known = [sameness.key(view) for view in views(of, emitted(of))]
    assert known[0] == known[1]
    others = replace(of, models=(first, odd))
    keys = [Sameness(others, ()).key(view) for view in views(others, emitted(others))]
    assert keys[0] != keys[1]


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ('g in ["a", "b"]', set()),
        ('{"a": ["b"], "c": "d"}[g]', set()),
        ('x == "a" ? "b" : "c"', set()),
        ('auth["a"]', {"a"}),
        ('auth ["a"] == "b"', {"a"}),
        ('["a"]["b"] == "c"', {"b"}),
        ('"a"["b"]', {"a", "b"}),
        ('"a" in request.headers', {"a"}),
        ('request.headers["a"] == "b"', {"a"}),
        ('(has(request.headers) ? "a" in request.headers : false)', {"a"}),
        ('request.url_path == "a"', {"a"}),
        ('gs.join(",").split(",").exists(g, g == "a")', {","}),
        ('("a") == b', {"a"}),
        ('"a" in auth.identity.user', {"a"}),
        ('g.startsWith("system:") ? "" : "a"', {"system:"}),
    ],
)
def test_a_name_that_is_only_compared_stands_for_itself(text: str, fixed: set[str]) -> None:
    found = Reader().read(text)
    assert found.plain
    assert found.fixed == fixed


@pytest.mark.parametrize(
    "text",
    [
        'g.startsWith("a")',
        'g.endsWith("system:")',
        'g.contains("a")',
        'gs.join("-")',
        'g.split("a")',
        'g.split (",")',
        'g in ["a,b"]',
        "g == 'a'",
        'g == "a\\n"',
        'g == r"a"',
        'g == "a',
        'x == "a" // "b"',
        '["a"].exists(x, x in request.headers)',
        'size("a") == n',
    ],
)
def test_a_text_that_asks_for_more_has_no_such_names(text: str) -> None:
    assert not Reader().read(text).plain


def test_texts_that_differ_in_strings_alone_are_cut_alike() -> None:
    reader = Reader()
    first, second, third = map(reader.read, ('g in ["a", "b"]', 'g in ["b", "c"]', 'g in ["a", "b", "c"]'))
    assert first.around == second.around != third.around
    assert (first.inside, second.inside) == (("a", "b"), ("b", "c"))


@pytest.mark.parametrize(
    "text",
    ['m["a"]', 'm ["a"]', 'a in ["b"]', 'f(["a"]) + ["b"]["c"]', '{"a": ["b"]}[c]', '{"a": "b"}.map(k, k)["c"]', 'r"[" in ["a"]'],
)
def test_lists_that_are_stepped_over_mention_nothing(text: str) -> None:
    """Told of the text as it is, and with a space more, which no short cut takes."""
    assert mentioned(text) == mentioned(text.replace('"]', '" ]').replace('["', '[ "').replace('{"', '{ "'))


def test_a_way_in_whose_identity_makes_no_sense_is_no_obstacle() -> None:
    """Nothing is proved of its callers, and so nothing is shared."""
    of = some_twins()
    odd = Oidc("odd", "https://issuer", "maas", ("a",), ("a", "b"), of.platform.origin)
    broken = replace(of, platform=replace(of.platform, methods=(*of.platform.methods, odd)))
    shown = views(of, emitted(of))
    keys = [Sameness(broken, ()).key(view) for view in shown]
    assert keys[0] == keys[1]
    assert any(not isinstance(result, Proved) for result in prove(broken, shown, parse).results)
