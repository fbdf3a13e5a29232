"""Measures of trees, and that the limits of the linter are within those of the engines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from cel_trees import TREES
from hypothesis import given, settings
from msgspec import Struct

from compiler.cel.build import equals, path, strings
from compiler.cel.environment import AUTHORINO, FILTER, Reader
from compiler.cel.measure import height, nesting, walk
from compiler.cel.parse import parse
from compiler.cel.printer import text
from compiler.cel.tree import All, Any, Bool, Compare, Concat, Expr, Ident, Index, Int, ListLit, Macro, MapLit, Not, Str, Ternary
from compiler.engines.base import Value

if TYPE_CHECKING:
    from compiler.engines.base import Engine

TRUE, FALSE = Bool(value=True), Bool(value=False)

# How each shape grows by one level. All are true.
SHAPES: dict[str, Callable[[Expr], Expr]] = {
    "negation": lambda tree: Not(Not(tree)),
    "list": lambda tree: Index(ListLit((tree,)), Int(0)),
    "map": lambda tree: Index(MapLit((("k", tree),)), Str("k")),
    "let": lambda tree: Index(Macro("map", ListLit((TRUE,)), "v", tree), Int(0)),
    "let of it": lambda tree: Index(Macro("map", ListLit((tree,)), "v", Ident("v")), Int(0)),
    "exists": lambda tree: Macro("exists", ListLit((TRUE,)), "v", tree),
    "last arm": lambda tree: Ternary(FALSE, FALSE, tree),
    "middle arm": lambda tree: Ternary(TRUE, tree, FALSE),
    "condition": lambda tree: Ternary(tree, TRUE, FALSE),
    "conjunction": lambda tree: All((tree, TRUE)),
    "alternating": lambda tree: Any((FALSE, All((TRUE, tree)))),
    "comparison": lambda tree: Compare("==", Str("a"), Ternary(tree, Str("a"), Str("b"))),
    "filters in a row": lambda tree: Index(Macro("filter", Macro("filter", ListLit((tree,)), "v", TRUE), "v", TRUE), Int(0)),
    "sum": lambda tree: Index(Concat((ListLit((tree,)), ListLit((tree,)) if tree == TRUE else ListLit(()), ListLit(()))), Int(0)),
}


def _largest(shape: str, reader: Reader) -> Expr:
    tree: Expr = TRUE
    while nesting(grown := SHAPES[shape](tree)) <= reader.levels:
        tree = grown
    return tree


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_not_too_deep_for_a_reader_is_so_in_truth(engines: tuple[Engine, ...], shape: str) -> None:
    """The filter's limit for the kinds of cel-rust, Authorino's for cel-go."""
    deep = {AUTHORINO: text(_largest(shape, AUTHORINO)), FILTER: text(_largest(shape, FILTER))}
    for engine in engines:
        if engine.name == "cel-go":
            assert engine.evaluate(deep[AUTHORINO], {}) == Value(value=True), engine.name
        if engine.name.startswith("cel-rust"):
            assert engine.evaluate(deep[FILTER], {}) == Value(value=True), engine.name


def test_what_is_not_too_wide_or_long_is_so_in_truth(engines: tuple[Engine, ...]) -> None:
    """For every engine of the runtime; celpy and cel-cpp have limits of their own."""
    userid = path("auth", "identity", "userid")
    trees: list[Expr] = [
        Any((*(equals(userid, f"user-{number}") for number in range(FILTER.operands - 1)), equals(userid, "u"))),
        All((Not(equals(userid, "a")),) * FILTER.operands),
        Compare("in", userid, strings([*(f"{number:076}" for number in range(990)), "u"])),
    ]
    context: dict[str, object] = {"auth": {"identity": {"userid": "u"}}}
    for tree in trees:
        written = text(tree)
        assert len(written) <= FILTER.characters
        for engine in engines:
            if engine.name == "cel-go" or engine.name.startswith("cel-rust"):
                assert engine.evaluate(written, context) == Value(value=True), engine.name


@pytest.mark.parametrize(
    ("written", "high", "levels"),
    [
        ("a", 1, 1),
        ("a.b.c", 3, 3),
        ('a["b"]', 2, 2),
        ("!(a)", 2, 2),
        ("a ? b : c ? b : d", 3, 3),
        ("a ? (b ? c : d) : d", 3, 4),
        ("(a || b) && c", 3, 4),
        ("a + b + c + d", 2, 5),
        ("{}", 1, 1),
        ('{"k": [a]}', 3, 3),
        ("has(a.b)", 3, 3),
        ("(a + b).map(g, g)", 3, 5),
        ('a.split(",")', 2, 2),
    ],
)
def test_examples(written: str, high: int, levels: int) -> None:
    tree = parse(written)
    assert (height(tree), nesting(tree)) == (high, levels)


@given(TREES)
@settings(max_examples=100, deadline=None)
def test_nesting_is_never_less_than_the_brackets_of_the_text(tree: Expr) -> None:
    depth = deepest = 0
    outside = text(tree).replace("\\\\", "").replace('\\"', "").split('"')[::2]
    for character in "".join(outside):
        depth += (character in "([{") - (character in ")]}")
        deepest = max(deepest, depth)
    assert deepest <= nesting(tree)
    assert height(tree) <= nesting(tree)


@given(TREES)
@settings(max_examples=100, deadline=None)
def test_walking_meets_every_node_parents_first(tree: Expr) -> None:
    assert [id(node) for node in walk(tree)] == [id(node) for node in _nodes(tree)]


def _nodes(value: object) -> Iterator[object]:
    """Give every node below a value, by its fields and not by what they mean."""
    if isinstance(value, tuple):
        for item in value:
            yield from _nodes(item)
    elif isinstance(value, Struct):
        yield value
        for member in value.__struct_fields__:
            yield from _nodes(getattr(value, member))


def test_no_tree_is_too_deep_to_be_measured() -> None:
    tree: Expr = TRUE
    deep = 100_000
    for _ in range(deep):
        tree = Not(tree)
    assert height(tree) == nesting(tree) == deep + 1
    assert sum(1 for _ in walk(tree)) == deep + 1
