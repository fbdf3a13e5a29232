"""Symbolic evaluation says of every caller what evaluation for that caller says."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from prove_bench import holds
from prove_callers import chance_of
from random_expressions import Expressions, examples

from compiler.cel.build import let, path, strings
from compiler.cel.printer import text as cel
from compiler.cel.tree import All, Bool, Compare, Expr, Has, Ident, Index, Int, Macro, MapLit, Method, Select, Str, Ternary
from compiler.diagnostics.model import Place
from compiler.engines.base import Value
from compiler.engines.rust_engine import RustEngine
from compiler.program.methods import TokenReview
from compiler.prove import identities, raw
from compiler.prove.algebra import Algebra
from compiler.prove.concrete import CelError, Evaluation
from compiler.prove.formula import FALSE
from compiler.prove.replay import request_of
from compiler.prove.result import Example
from compiler.prove.semantics import Semantics
from compiler.prove.symbolic import Evaluator
from compiler.prove.terms import Terms
from compiler.prove.values import UnsupportedError
from compiler.prove.world import World

TARGETS: Final = ("/llm/m/v1/chat/completions", "/llm/m/v1/models", "/llm/m/v1/models?q=/v1/models")
RUST: Final = RustEngine()
METHOD: Final = TokenReview("openshift", ("https://cluster",), Place("here.yaml"))
USER: Final = path("auth", "identity", "user")


def evaluator(terms: Terms, semantics: Semantics) -> Evaluator:
    world = World(terms, TARGETS)
    roots = {"auth": identities.authorized(raw.identity(world, METHOD), {}), "request": identities.request(world)}
    return Evaluator(world, Algebra(terms), roots, semantics)


def concrete(tree: Expr, example: Example, semantics: Semantics) -> bool | None:
    scope = {"auth": {"identity": raw.concrete(METHOD, example)}, "request": request_of(example)}
    try:
        found = Evaluation(semantics).value(tree, scope)
    except CelError:
        return None
    assert isinstance(found, bool)
    return found


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(Semantics), st.booleans())
def test_a_condition_is_true_and_an_error_exactly_where_it_is(seed: int, semantics: Semantics, simplify: bool) -> None:  # noqa: FBT001 - drawn
    """Over random conditions and random callers, for each way in which engines treat errors."""
    chance = chance_of(seed)
    tree = Expressions(chance).condition(4)
    terms = Terms(simplify=simplify)
    try:
        true, error = evaluator(terms, semantics).truth(tree)
    except UnsupportedError:
        assume(condition=False)
    for example in examples(chance, TARGETS, 30):
        found = concrete(tree, example, semantics)
        if holds(terms, error, example):
            # In which order an engine meets the elements of a list is not known, so it may also meet no error.
            assert found is None or semantics is Semantics.IN_ORDER, (cel(tree), example)
        else:
            assert found is not None, (cel(tree), example)
            assert found == holds(terms, true, example), (cel(tree), example)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32))
def test_what_is_never_an_error_has_one_value_in_all_engines(seed: int) -> None:
    """Free of errors where both sides count, it is so everywhere, and cel-rust gives the value that was foreseen."""
    chance = chance_of(seed)
    tree = Expressions(chance, careful=True).condition(4)
    terms = Terms()
    try:
        true, error = evaluator(terms, Semantics.STRICT).truth(tree)
    except UnsupportedError:
        assume(condition=False)
    assume(error == FALSE)
    for semantics in Semantics:
        assert evaluator(terms, semantics).truth(tree) == (true, FALSE)
    for example in examples(chance, TARGETS, 10):
        scope: dict[str, object] = {"auth": {"identity": raw.concrete(METHOD, example)}, "request": request_of(example)}
        assert RUST.evaluate(cel(tree), scope) == Value(holds(terms, true, example)), (cel(tree), example)


def test_a_careless_has_is_an_error_only_where_both_sides_count() -> None:
    """`has(x) && x.exists(...)`: the old filter looks at both sides; a ternary looks at one."""
    groups = Select(USER, "groups")
    member = Macro("exists", groups, "g", Compare("==", Ident("g"), Str("a")))
    careless, careful = All((Has(groups), member)), Ternary(Has(groups), member, Bool(value=False))
    lone = Example("llm/m", "", "somebody", (), user=True, headers=(), target=TARGETS[0])
    terms = Terms()
    for tree, semantics, fails in (
        (careless, Semantics.STRICT, True),
        (careless, Semantics.IN_ORDER, False),
        (careless, Semantics.SPEC, False),
        (careful, Semantics.STRICT, False),
    ):
        _, error = evaluator(terms, semantics).truth(tree)
        assert holds(terms, error, lone) is fails
        assert (concrete(tree, lone, semantics) is None) is fails


def test_a_group_with_a_comma_splits() -> None:
    """Groups that are joined unfiltered can be forged: a group `a,b` is then both `a` and `b`."""
    groups = path("auth", "identity", "user", "groups")
    forged = Macro(
        "exists", Method(Method(groups, "join", (Str(","),)), "split", (Str(","),)), "g", Compare("==", Ident("g"), Str("b"))
    )
    terms = Terms()
    true, _ = evaluator(terms, Semantics.STRICT).truth(forged)
    caller = Example("llm/m", "", "eve", ("a,b",), user=True, headers=(), target=TARGETS[0])
    assert holds(terms, true, caller)
    assert concrete(forged, caller, Semantics.STRICT) is True
    filtered = Macro("filter", groups, "g", Compare("in", Ident("g"), strings(("a", "b"))))
    kept = Method(Method(filtered, "join", (Str(","),)), "split", (Str(","),))
    true, _ = evaluator(terms, Semantics.STRICT).truth(Macro("exists", kept, "g", Compare("==", Ident("g"), Str("b"))))
    assert not holds(terms, true, caller)


def test_nothing_joined_is_one_empty_string() -> None:
    groups = path("auth", "identity", "user", "groups")
    kept = Macro("filter", groups, "g", Compare("==", Ident("g"), Str("a")))
    split = Method(Method(kept, "join", (Str(","),)), "split", (Str(","),))
    terms = Terms()
    true, _ = evaluator(terms, Semantics.STRICT).truth(Macro("exists", split, "g", Compare("==", Ident("g"), Str(""))))
    for groups_of, expected in ((("b",), True), (("a",), False)):
        caller = Example("llm/m", "", "eve", groups_of, user=True, headers=(), target=TARGETS[0])
        assert holds(terms, true, caller) is expected


@pytest.mark.parametrize(
    "tree",
    [
        Macro("exists", path("auth", "identity", "user", "groups"), "g", Compare("!=", Ident("g"), Str("a"))),
        Compare("==", Index(path("auth", "identity", "user", "groups"), Int(0)), Str("a")),
        Compare("==", path("auth", "identity", "email"), Str("a")),
        Compare("==", Index(path("request", "headers"), Str("x-other")), Str("a")),
        Compare("<=", Str("a"), Str("b")),
        Compare("in", Str("a"), path("auth", "identity", "user", "username")),
        Method(path("auth", "identity", "user", "username"), "endsWith", (Str("a"),)),
        Method(Str("a"), "matches", (Str("a"),)),
        Compare("==", path("nobody", "knows"), Str("a")),
        # The printer refuses a key that is there twice; manifests that others wrote may hold one.
        pytest.param(let(MapLit((("a", Str("b")), ("a", Str("c")))), "m", Compare("in", Str("a"), Ident("m"))), id="a key twice"),
        Macro(
            "exists",
            Macro("map", path("auth", "identity", "user", "groups"), "g", Ident("g")),
            "g",
            Compare("==", Ident("g"), Str("a")),
        ),
        Compare(
            "==", path("auth", "identity", "user", "username"), Index(path("request", "headers"), Str("x-maas-subscription"))
        ),
    ],
    ids=cel,
)
def test_what_is_not_understood_is_said_and_never_guessed(tree: Expr) -> None:
    with pytest.raises(UnsupportedError):
        evaluator(Terms(), Semantics.STRICT).truth(tree)
