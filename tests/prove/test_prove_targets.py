"""The kinds of path that are looked at stand for all paths of a model."""

from __future__ import annotations

from typing import Literal, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.cel.build import all_of, any_of, equals, is_in, let, negate, path, strings
from compiler.cel.tree import Compare, Concat, Expr, Has, Ident, Index, Int, Macro, MapLit, Method, Select, Str, Ternary
from compiler.prove.concrete import Evaluation
from compiler.prove.targets import targets
from compiler.prove.values import UnsupportedError

PREFIX = "/llm/m"
LISTING = f"{PREFIX}/v1/models"
URL_PATH = path("request", "url_path")
TARGET = path("request", "path")
PARTS = ("", "/", "v1", "models", "~", "x", "/v1/models", "/llm/m", "?", "a=b")

STRINGS = st.one_of(
    st.sampled_from((LISTING, PREFIX, f"{PREFIX}/", "/llm/other", "/v1/models", "models", "s", f"{PREFIX}/v1", f"{LISTING}?a=b")),
    st.lists(st.sampled_from(PARTS[:8]), max_size=3).map("".join),
)
CONDITIONS = st.lists(
    st.builds(
        lambda on, kind, value: equals(on, value) if kind == "==" else Method(on, kind, (Str(value),)),
        st.sampled_from((URL_PATH, TARGET)),
        st.sampled_from(("==", "startsWith", "endsWith")),
        STRINGS,
    ),
    min_size=1,
    max_size=4,
)
BELOW = st.lists(st.sampled_from(PARTS), max_size=6).map(lambda parts: f"{PREFIX}/" + "".join(parts))


def seen(conditions: list[Expr], target: str) -> tuple[object, ...]:
    """Give all that can be told of a request: whether it is the listing, and each condition."""
    url_path = target.partition("?")[0]
    scope = {"request": {"path": target, "url_path": url_path}}
    return (url_path == LISTING, *(Evaluation().value(condition, scope) for condition in conditions))


@settings(max_examples=200, deadline=None)
@given(CONDITIONS, st.one_of(BELOW, st.just(PREFIX), st.just(f"{LISTING}?x=/v1/models")))
def test_every_path_is_treated_like_one_that_is_looked_at(conditions: list[Expr], target: str) -> None:
    found = targets(PREFIX, LISTING, conditions)
    assert seen(conditions, target) in {seen(conditions, one) for one in found}


def test_all_paths_are_the_models_own() -> None:
    found = targets(PREFIX, LISTING, [is_in(URL_PATH, ["/llm/other", f"{PREFIX}/x"]), equals(URL_PATH, "/")])
    assert all(one == PREFIX or one.startswith(f"{PREFIX}/") for one in found)
    assert f"{PREFIX}/x" in found
    assert LISTING in found


def test_the_usual_path_stands_for_any_other_where_nothing_is_said_of_it() -> None:
    usual = f"{PREFIX}/v1/chat/completions"
    assert targets(PREFIX, LISTING, [equals(URL_PATH, LISTING)])[0] == usual
    special = targets(PREFIX, LISTING, [equals(URL_PATH, usual)])
    assert special[0] != usual
    assert usual in special


SPLIT = Method(URL_PATH, "split", (Str("/"),))


def test_segments_of_the_prefix_may_be_taken() -> None:
    guarded = Method(Ternary(Has(Select(Ident("request"), "url_path")), URL_PATH, Str("")), "split", (Str("/"),))
    targets(PREFIX, LISTING, [Compare("==", Index(Concat((guarded, strings(("", "")))), Int(2)), Str("m"))])


def by_segments(test: Expr, padding: int = 7) -> Expr:
    return let(Concat((SPLIT, strings("/" for _ in range(padding)))), "s", test)


def segment(index: int, word: str, op: Literal["==", "!="] = "==") -> Expr:
    return Compare(op, Index(Ident("s"), Int(index)), Str(word))


SEGMENT_TESTS = st.recursive(
    st.builds(
        segment,
        st.integers(2, 5),
        st.sampled_from(("v1", "models", "/")),
        st.sampled_from(get_args(Literal["==", "!="])),
    ),
    lambda inner: st.one_of(
        inner.map(negate), st.lists(inner, min_size=1, max_size=3).map(any_of), st.tuples(inner, inner).map(all_of)
    ),
    max_leaves=4,
)


@settings(max_examples=200, deadline=None)
@given(st.lists(SEGMENT_TESTS, min_size=1, max_size=2), STRINGS, BELOW)
def test_every_path_is_treated_like_one_that_differs_in_the_same_segments(tests: list[Expr], string: str, target: str) -> None:
    conditions = [*map(by_segments, tests), equals(URL_PATH, string)]
    found = targets(PREFIX, LISTING, conditions)
    assert seen(conditions, target) in {seen(conditions, one) for one in found}


@pytest.mark.parametrize(
    "tree",
    [
        any_of([by_segments(segment(3, "v1")), Method(URL_PATH, "endsWith", (Str("models"),))]),
        any_of([by_segments(segment(3, "v1")), Method(URL_PATH, "startsWith", (Str(f"{PREFIX}/v1"),))]),
        by_segments(segment(7, "v1")),
        by_segments(Compare("==", Index(Ident("s"), Int(3)), Index(Ident("s"), Int(4)))),
        by_segments(all_of([segment(3, "v1"), Compare("in", Str("models"), Ident("s"))])),
        let(Concat((SPLIT, strings(("", "", "", "")))), "s", segment(3, "v1")),
        Compare("==", Index(SPLIT, Int(3)), Str("v1")),
        Macro("exists", SPLIT, "s", equals(Ident("s"), "models")),
        Macro("exists", Macro("map", Concat((strings(()),)), "p", SPLIT), "p", Compare("in", Str("a"), Ident("p"))),
        any_of([equals(URL_PATH, "/~"), equals(URL_PATH, "/*+"), negate(equals(URL_PATH, "/@$"))]),
    ],
)
def test_what_takes_a_path_apart_is_refused(tree: Expr) -> None:
    with pytest.raises(UnsupportedError):
        targets(PREFIX, LISTING, [tree])


def test_too_many_kinds_of_path_are_refused() -> None:
    many = [Method(URL_PATH, kind, (Str(f"{PREFIX}/{index}"),)) for index in range(30) for kind in ("startsWith", "endsWith")]
    with pytest.raises(UnsupportedError, match="too many"):
        targets(PREFIX, LISTING, many)


def test_a_map_with_paths_names_them_too() -> None:
    tree = Compare("in", URL_PATH, MapLit(((f"{PREFIX}/special", Str("x")),)))
    assert f"{PREFIX}/special" in targets(PREFIX, LISTING, [tree])
