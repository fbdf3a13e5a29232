"""The builders mean what they say, for the oracle and for the engines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cel_meaning import meaning
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.cel.build import all_of, any_of, equals, first_or, has_header, header, is_in, let, negate, path, strings
from compiler.cel.measure import walk
from compiler.cel.printer import spellable, text
from compiler.cel.tree import All, Any, Bool, Compare, Concat, Expr, Ident, ListLit, Not, Str, Ternary
from compiler.engines.base import Failure, Value

if TYPE_CHECKING:
    from compiler.engines.base import Engine

TRUE, FALSE = Bool(value=True), Bool(value=False)
X, Y = path("auth", "x"), path("auth", "y")

# Conditions over two booleans and constants, built as the policies build theirs.
CONDITIONS: st.SearchStrategy[Expr] = st.recursive(
    st.sampled_from([TRUE, FALSE, X, Y]),
    lambda parts: st.one_of(st.lists(parts, max_size=3).map(any_of), st.lists(parts, max_size=3).map(all_of), parts.map(negate)),
    max_leaves=8,
)
WORDS = st.sampled_from(["a", "b", "a,b", "", '"']) | st.text(max_size=3).filter(spellable)


def _value(tree: Expr, **roots: object) -> object:
    return meaning(tree, roots)


@given(st.lists(CONDITIONS, max_size=4), st.booleans(), st.booleans())
@settings(max_examples=150, deadline=None)
def test_joining_and_negating_mean_any_all_and_not(terms: list[Expr], x: bool, y: bool) -> None:  # noqa: FBT001
    auth = {"x": x, "y": y}
    values = [_value(term, auth=auth) for term in terms]
    assert _value(any_of(terms), auth=auth) == any(values)
    assert _value(all_of(terms), auth=auth) == all(values)
    assert [_value(negate(term), auth=auth) for term in terms] == [not value for value in values]


@given(CONDITIONS)
@settings(max_examples=150, deadline=None)
def test_what_is_known_is_folded(tree: Expr) -> None:
    """Constants stand alone, nothing is negated twice, and no operator stands over its own kind or over one operand."""
    for node in walk(tree):
        assert node is tree or node not in (TRUE, FALSE)
        assert not (isinstance(node, Not) and isinstance(node.operand, Not))
        for kind in (All, Any):
            assert not (isinstance(node, kind) and (len(node.terms) == 1 or any(isinstance(term, kind) for term in node.terms)))


@given(CONDITIONS, st.booleans(), st.booleans())
@settings(max_examples=60, deadline=None)
def test_engines_agree_about_conditions(engines: tuple[Engine, ...], tree: Expr, x: bool, y: bool) -> None:  # noqa: FBT001
    auth: dict[str, object] = {"x": x, "y": y}
    for engine in engines:
        assert engine.evaluate(text(tree), {"auth": auth}) == Value(_value(tree, auth=auth)), engine.name


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (any_of([]), FALSE),
        (all_of([]), TRUE),
        (any_of([X, TRUE, Y]), TRUE),
        (all_of([X, FALSE, Y]), FALSE),
        (any_of([FALSE, X]), X),
        (all_of([TRUE, X]), X),
        (any_of([X, Any((Y, X))]), Any((X, Y, X))),
        (all_of([X, All((Y, X))]), All((X, Y, X))),
        (any_of([X, All((Y, X))]), Any((X, All((Y, X))))),
        (negate(X), Not(X)),
        (negate(Not(X)), X),
        (negate(TRUE), FALSE),
        (is_in(X, []), FALSE),
        (is_in(X, ["a"]), Compare("==", X, Str("a"))),
        (is_in(X, ["a", "b"]), Compare("in", X, strings(["a", "b"]))),
        (path("auth"), Ident("auth")),
        (strings([]), ListLit(())),
    ],
)
def test_shapes(tree: Expr, expected: Expr) -> None:
    assert tree == expected


@given(WORDS, st.lists(WORDS, max_size=3))
@settings(max_examples=40, deadline=None)
def test_names_lists_and_bindings(engines: tuple[Engine, ...], word: str, words: list[str]) -> None:
    trees: list[tuple[Expr, object]] = [
        (is_in(X, words), word in words),
        (equals(X, word), True),
        (strings(words), words),
        (first_or(Y, Str("none")), (words or ["none"])[0]),
        (let(X, "v", Concat((ListLit((Ident("v"),)), Y))), [word, *words]),
        (let(X, "v", let(Y, "w", Compare("in", Ident("v"), Ident("w")))), word in words),
    ]
    auth: dict[str, object] = {"x": word, "y": words}
    for tree, expected in trees:
        assert _value(tree, auth=auth) == expected
        for engine in engines:
            assert engine.evaluate(text(tree), {"auth": auth}) == Value(expected), (engine.name, text(tree))


@pytest.mark.parametrize(
    ("request_", "there"),
    [({}, False), ({"headers": {}}, False), ({"headers": {"x-b": "v"}}, False), ({"headers": {"x-a": "v"}}, True)],
)
def test_headers(engines: tuple[Engine, ...], request_: dict[str, object], there: bool) -> None:  # noqa: FBT001
    """Asking for a header never fails; reading one that is not there does."""
    context: dict[str, object] = {"request": request_}
    guarded = Ternary(has_header("x-a"), header("x-a"), Str("none"))
    for engine in engines:
        assert engine.evaluate(text(has_header("x-a")), context) == Value(there), engine.name
        assert engine.evaluate(text(guarded), context) == Value("v" if there else "none"), engine.name
        if not there:
            assert isinstance(engine.evaluate(text(header("x-a")), context), Failure), engine.name
