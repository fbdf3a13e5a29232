"""Random trees in the form in which the parser gives them, whatever they mean."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st

from compiler.cel.printer import RESERVED, spellable
from compiler.cel.tree import (
    All,
    Any,
    Bool,
    Compare,
    Comprehension,
    Concat,
    Expr,
    Has,
    Ident,
    Index,
    Int,
    ListLit,
    Macro,
    MapLit,
    Method,
    Not,
    Null,
    Relation,
    Select,
    Str,
    Ternary,
)

NAMES = st.sampled_from(["auth", "identity", "g", "has", "_x", "In", "truE", "r", "b", "R"]) | st.from_regex(
    r"\A[A-Za-z_][A-Za-z0-9_]{0,6}\Z"
).filter(lambda name: name not in RESERVED)

SPELLABLE = st.sampled_from(
    ["", '"', "'", "\\", '\\"', "\\n", "'''", '"""', "a // b", "😀", "zoë", "{{", "\\u0041", "`"]
) | st.text(max_size=8).filter(spellable)

RELATIONS: tuple[Relation, ...] = ("==", "!=", "in", "<=")
COMPREHENSIONS: tuple[Comprehension, ...] = ("exists", "all", "filter", "map")
METHODS = ("split", "join", "startsWith", "endsWith", "contains", "size", "has", "Exists")

LEAVES: st.SearchStrategy[Expr] = st.one_of(
    SPELLABLE.map(Str), st.booleans().map(Bool), st.integers(0, 2**63 - 1).map(Int), NAMES.map(Ident)
)


@st.composite
def trees(draw: st.DrawFn, levels: int = 4) -> Expr:
    """Give a tree of at most so many levels."""
    if levels <= 1 or draw(st.integers(0, 4)) == 0:
        return draw(LEAVES)
    return draw(draw(st.sampled_from(_ways(trees(levels - 1)))))


def _ways(parts: st.SearchStrategy[Expr]) -> tuple[st.SearchStrategy[Expr], ...]:
    return _nodes(
        parts,
        targets=parts.map(lambda part: ListLit((part,)) if isinstance(part, Int) else part),  # `1.a` would be a fraction
        words=NAMES,
        methods=st.sampled_from(METHODS),
        few=st.lists(parts, max_size=2).map(tuple),
        several=st.lists(parts, min_size=2, max_size=3).map(tuple),
        entries=st.lists(st.tuples(SPELLABLE, parts), max_size=2, unique_by=lambda entry: entry[0]),
    )


def _nodes(  # noqa: PLR0913 - what nodes are made of
    parts: st.SearchStrategy[Expr],
    *,
    targets: st.SearchStrategy[Expr],
    words: st.SearchStrategy[str],
    methods: st.SearchStrategy[str],
    few: st.SearchStrategy[tuple[Expr, ...]],
    several: st.SearchStrategy[tuple[Expr, ...]],
    entries: st.SearchStrategy[list[tuple[str, Expr]]],
) -> tuple[st.SearchStrategy[Expr], ...]:
    """Give a strategy for each kind of node that has others in it."""
    selects = st.builds(Select, targets, words)
    return (
        selects,
        selects.map(Has),
        few.map(ListLit),
        entries.map(lambda found: MapLit(tuple(found))),
        st.builds(Index, targets, parts),
        st.builds(Method, targets, methods, few),
        st.builds(Macro, st.sampled_from(COMPREHENSIONS), targets, words, parts),
        parts.map(Not),
        st.builds(Compare, st.sampled_from(RELATIONS), parts, parts),
        several.map(Concat),
        several.map(All),
        several.map(Any),
        st.builds(Ternary, parts, parts, parts),
    )


TREES = trees()


# What the types of the nodes can hold, whether or not it has a spelling.
_WORDS = NAMES | st.sampled_from(["in", "x-y", "1", "", "exists", "exists_one", "map", "has"]) | st.text(max_size=3)
_TEXTS = SPELLABLE | st.text(max_size=3)
_NUMBERS = st.integers() | st.sampled_from([-1, 0, 1, 2**63 - 1, 2**63, -(2**63), 2**100])


def _anything(parts: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    any_ = st.lists(parts, max_size=3).map(tuple)
    entries = st.lists(st.tuples(_TEXTS, parts), max_size=2)
    return st.one_of(_nodes(parts, targets=parts, words=_WORDS, methods=_WORDS, few=any_, several=any_, entries=entries))


ANYTHING: st.SearchStrategy[Expr] = st.recursive(
    st.one_of(NAMES.map(Ident), _TEXTS.map(Str), st.booleans().map(Bool), _NUMBERS.map(Int), st.just(Null()), _WORDS.map(Ident)),
    _anything,
    max_leaves=6,
)


def rebuilt(node: Expr, changed: Callable[[Expr], Expr]) -> Expr:
    """Give a tree in which every node is changed, its parts first."""

    def again(part: Expr) -> Expr:
        return rebuilt(part, changed)

    def all_again(parts: tuple[Expr, ...]) -> tuple[Expr, ...]:
        return tuple(map(again, parts))

    found: Expr
    match node:
        case Str() | Bool() | Null() | Int() | Ident():
            found = node
        case ListLit(parts) | Concat(parts) | All(parts) | Any(parts):
            found = type(node)(all_again(parts))
        case MapLit(entries):
            found = MapLit(tuple((key, again(value)) for key, value in entries))
        case Select(operand, field):
            found = Select(again(operand), field)
        case Has(Select(operand, field)):
            found = Has(Select(again(operand), field))
        case Not(operand):
            found = Not(again(operand))
        case Index(operand, index):
            found = Index(again(operand), again(index))
        case Compare(op, left, right):
            found = Compare(op, again(left), again(right))
        case Macro(kind, target, variable, body):
            found = Macro(kind, again(target), variable, again(body))
        case Method(target, name, arguments):
            found = Method(again(target), name, all_again(arguments))
        case Ternary(condition, then, otherwise):
            found = Ternary(again(condition), again(then), again(otherwise))
    return changed(found)
