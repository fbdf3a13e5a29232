"""Engines, oracle and linter agree: what the linter accepts has one value everywhere, and it is the meant one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cel_expressions import SLOT, contexts, expressions
from cel_meaning import WrongError, meaning
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from compiler.cel.build import equals, has_header, header, path, strings
from compiler.cel.environment import Result
from compiler.cel.portable import check
from compiler.cel.printer import text
from compiler.cel.tree import All, Any, Bool, Compare, Concat, Expr, Index, Int, Not, Str, Ternary
from compiler.engines.base import Outcome, Unsupported, Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compiler.engines.base import Engine

TRUE, FALSE = Bool(value=True), Bool(value=False)
A, B, C = strings(["a"]), strings(["b"]), strings(["c", "d"])


def differing(engines: tuple[Engine, ...], tree: Expr, context: Mapping[str, object]) -> dict[str, Outcome]:
    """Give the outcomes that are not the meaning of the tree; a limit that only one engine has is none."""
    expected = Value(meaning(tree, context))
    outcomes = {engine.name: engine.evaluate(text(tree), context) for engine in engines}
    return {name: found for name, found in outcomes.items() if found != expected and not isinstance(found, Unsupported)}


@given(expressions(careful=True))
@settings(max_examples=200, deadline=None)
def test_careful_expressions_are_accepted(tree: Expr) -> None:
    """The linter asks for no more care than is needed."""
    assert check(tree, SLOT) == ()


@given(expressions(careful=False), contexts())
@settings(max_examples=200, deadline=None)
def test_an_expression_without_a_value_is_not_accepted(tree: Expr, context: dict[str, object]) -> None:
    """An error for any caller is found without asking that caller."""
    try:
        meaning(tree, context)
    except WrongError:
        assert check(tree, SLOT) != ()


@given(expressions(careful=True), contexts())
@settings(max_examples=120, deadline=None)
def test_engines_give_what_a_careful_expression_means(
    engines: tuple[Engine, ...], tree: Expr, context: dict[str, object]
) -> None:
    assert differing(engines, tree, context) == {}


@given(expressions(careful=False), contexts())
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
def test_engines_give_what_any_accepted_expression_means(
    engines: tuple[Engine, ...], tree: Expr, context: dict[str, object]
) -> None:
    """The linter's promise, whoever wrote the expression."""
    assume(check(tree, SLOT) == ())
    assert differing(engines, tree, context) == {}


# Conditions that tell whether the header is there, or do not.
CONDITIONS: st.SearchStrategy[Expr] = st.recursive(
    st.sampled_from([TRUE, FALSE, has_header("x-h"), has_header("x-i"), equals(path("auth", "identity", "tier"), "gold")]),
    lambda parts: st.one_of(
        parts.map(Not),
        st.lists(parts, min_size=2, max_size=3).map(lambda terms: All(tuple(terms))),
        st.lists(parts, min_size=2, max_size=3).map(lambda terms: Any(tuple(terms))),
        st.builds(Ternary, parts, parts, parts),
    ),
    max_leaves=8,
)


@given(CONDITIONS)
@settings(max_examples=200, deadline=None)
def test_a_guard_is_believed_only_if_it_guards(condition: Expr) -> None:
    """On either side of any condition: what is accepted has a value for every caller."""
    told = equals(header("x-h"), "a")
    headers = [None, [], ["x-h"], ["x-i"], ["x-h", "x-i"]]
    requests = [{} if names is None else {"headers": dict.fromkeys(names, "a")} for names in headers]
    for tree in (Ternary(condition, told, TRUE), Ternary(condition, TRUE, told)):
        if check(tree, SLOT) == ():
            for request in requests:
                for tier in ("gold", "silver"):
                    meaning(tree, {"auth": {"identity": {"tier": tier}}, "request": request})


def _operators() -> list[Expr]:
    """Give every pair of operators, one inside the other on either side, where the types fit."""
    binary = (All, Any)
    found: list[Expr] = []
    for first in (TRUE, FALSE):
        for second in (TRUE, FALSE):
            for third in (TRUE, FALSE):
                found += [outer((inner((first, second)), third)) for outer in binary for inner in binary]
                found += [outer((first, inner((second, third)))) for outer in binary for inner in binary]
                found += [Not(outer((first, second))) for outer in binary]
                found += [outer((Not(first), second, Not(third))) for outer in binary]
                found += [outer((Ternary(first, second, third), TRUE)) for outer in binary]
                found += [Ternary(outer((first, second)), third, Not(third)) for outer in binary]
                found += [Ternary(first, outer((second, third)), outer((Not(second), third))) for outer in binary]
                found += [
                    Ternary(first, Ternary(second, third, TRUE), FALSE),
                    Ternary(first, TRUE, Ternary(second, third, FALSE)),
                ]
                found += [Ternary(Ternary(first, second, third), third, first)]
    return found


def test_operators_bind_as_the_tree_says(engines: tuple[Engine, ...]) -> None:
    for tree in _operators():
        assert differing(engines, tree, {}) == {}, text(tree)


def test_relations_and_sums_bind_as_the_tree_says(engines: tuple[Engine, ...]) -> None:
    """Also where a relation stands beside another, which only parentheses make one thing in all engines."""
    same, other = Compare("==", Str("a"), Str("a")), Compare("<=", Str("b"), Str("a"))
    lists: list[Expr] = [Concat((Concat((A, B)), C)), Concat((A, Concat((B, C))))]
    trees: list[Expr] = [
        *lists,
        *(Compare("in", Str("b"), both) for both in lists),
        *(Index(both, Int(place)) for both in lists for place in range(3)),
        *(Index(Ternary(condition, *lists), Int(0)) for condition in (same, other)),
        All((same, Not(other))),
        Any((other, same)),
        Ternary(Any((other, other)), same, other),
        Compare("==", Ternary(other, Str("a"), Str("b")), Str("b")),
        Compare("==", Str("b"), Ternary(other, Str("a"), Str("b"))),
    ]
    for tree in trees:
        assert check(tree, SLOT.giving(Result.VALUE)) == (), text(tree)
        assert differing(engines, tree, {}) == {}, text(tree)
