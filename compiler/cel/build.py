"""Builders of CEL trees: short names for the shapes that the targets use, folding what is known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from compiler.cel.tree import (
    All,
    Any,
    Bool,
    Compare,
    Concat,
    Expr,
    Has,
    Ident,
    Index,
    Int,
    ListLit,
    Macro,
    Not,
    Select,
    Str,
    Ternary,
)


def path(root: str, *fields: str) -> Expr:
    """Give `root.field.field`."""
    found: Expr = Ident(root)
    for field in fields:
        found = Select(found, field)
    return found


def strings(values: Iterable[str]) -> ListLit:
    """Give a list literal of strings, in the order given."""
    return ListLit(tuple(map(_string, values)))


# The same names stand in the expressions of many models.
_string = lru_cache(maxsize=1 << 16)(Str)


def equals(left: Expr, value: str) -> Expr:
    """Compare with a string."""
    return Compare("==", left, Str(value))


def is_in(value: Expr, names: Sequence[str]) -> Expr:
    """Tell whether a string is one of the names; with a single name that is `==`, with none `false`."""
    if not names:
        return Bool(value=False)
    return equals(value, names[0]) if len(names) == 1 else Compare("in", value, strings(names))


def any_of(terms: Iterable[Expr]) -> Expr:
    """Join by `||`: nothing is `false`, constants are folded, nested alternatives flattened."""
    flat: list[Expr] = []
    for term in terms:
        if term == Bool(value=True):
            return term
        if term != Bool(value=False):
            flat.extend(term.terms if isinstance(term, Any) else (term,))
    return _joined(flat, Bool(value=False)) or Any(tuple(flat))


def all_of(terms: Iterable[Expr]) -> Expr:
    """Join by `&&`: nothing is `true`, constants are folded, nested conjunctions flattened."""
    flat: list[Expr] = []
    for term in terms:
        if term == Bool(value=False):
            return term
        if term != Bool(value=True):
            flat.extend(term.terms if isinstance(term, All) else (term,))
    return _joined(flat, Bool(value=True)) or All(tuple(flat))


def _joined(flat: Sequence[Expr], neutral: Expr) -> Expr | None:
    if not flat:
        return neutral
    return flat[0] if len(flat) == 1 else None


def negate(term: Expr) -> Expr:
    """Negate; constants are folded and two negations cancel, so that `!!` is never written."""
    if isinstance(term, Bool):
        return Bool(value=not term.value)
    return term.operand if isinstance(term, Not) else Not(term)


def let(value: Expr, variable: str, body: Expr) -> Expr:
    """Bind a value to a name: `[value].map(variable, body)[0]`, which every engine reads alike."""
    return Index(Macro("map", ListLit((value,)), variable, body), Int(0))


def first_or(items: Expr, default: Expr) -> Expr:
    """Give the first item of a list, or a default."""
    return Index(Concat((items, ListLit((default,)))), Int(0))


_HEADERS = Select(Ident("request"), "headers")


def header(name: str) -> Expr:
    """Give the value of a request header; only where `has_header` holds."""
    return Index(_HEADERS, Str(name))


def has_header(name: str) -> Expr:
    """Tell whether the request has a header, also where it has none at all."""
    return Ternary(Has(_HEADERS), Compare("in", Str(name), _HEADERS), Bool(value=False))
