"""Random trees in the form in which the parser gives them, whatever they mean."""

from __future__ import annotations

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
    several = st.lists(parts, min_size=2, max_size=3).map(tuple)
    few = st.lists(parts, max_size=2).map(tuple)
    targets = parts.map(lambda part: ListLit((part,)) if isinstance(part, Int) else part)  # `1.a` would be a fraction
    selects = st.builds(Select, targets, NAMES)
    entries = st.lists(st.tuples(SPELLABLE, parts), max_size=2, unique_by=lambda entry: entry[0])
    return (
        selects,
        selects.map(Has),
        few.map(ListLit),
        entries.map(lambda found: MapLit(tuple(found))),
        st.builds(Index, targets, parts),
        st.builds(Method, targets, st.sampled_from(METHODS), few),
        st.builds(Macro, st.sampled_from(COMPREHENSIONS), targets, NAMES, parts),
        parts.map(Not),
        st.builds(Compare, st.sampled_from(RELATIONS), parts, parts),
        several.map(Concat),
        several.map(All),
        several.map(Any),
        st.builds(Ternary, parts, parts, parts),
    )


TREES = trees()
