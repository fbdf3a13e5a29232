"""Changes of one node of one CEL expression."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from msgspec.structs import replace
from mutation_manifests import Change, Mutant, Platform, Rewrite, Where, inside

from compiler.cel.parse import parse
from compiler.cel.printer import text
from compiler.cel.tree import (
    All,
    Any,
    Bool,
    Compare,
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
    Select,
    Str,
    Ternary,
)
from compiler.suites.walk import children, replaced

# What takes the place of a node, given those around it from the outermost.
Operator = Callable[[Expr, tuple[Expr, ...]], Iterator[Expr]]

_INTRUDER: Final = "intruder"
_HEADERS: Final = Select(Ident("request"), "headers")


def expressions(of: Platform) -> Iterator[tuple[Where, str]]:
    """Give every CEL text with where it is."""
    for at, document in of.documents():
        for where, value in inside(document, at):
            if where[-1] in ("predicate", "expression") and isinstance(value, str):
                yield where, value


def rewritten(operator: Operator) -> Callable[[Platform], Iterator[Mutant]]:
    """Make an operator on manifests that changes one node of one expression at a time."""

    def on_manifests(of: Platform) -> Iterator[Mutant]:
        for where, written in expressions(of):
            tree = parse(written)
            for node, around in _walk(tree, ()):
                for other in operator(node, around):
                    yield Mutant((Change(where, text(replaced(tree, node, other))),), Rewrite(node, around, other))

    return on_manifests


def _walk(tree: Expr, around: tuple[Expr, ...]) -> Iterator[tuple[Expr, tuple[Expr, ...]]]:
    yield tree, around
    for child in children(tree):
        yield from _walk(child, (*around, tree))


def drop_name(node: Expr, _: tuple[Expr, ...]) -> Iterator[Expr]:
    """Take one string out of a list."""
    if isinstance(node, ListLit) and all(isinstance(item, Str) for item in node.items) and len(node.items) > 1:
        for index in range(len(node.items)):
            yield ListLit(node.items[:index] + node.items[index + 1 :])


def add_name(node: Expr, _: tuple[Expr, ...]) -> Iterator[Expr]:
    """Put a string that nobody knows into a list."""
    if isinstance(node, ListLit) and node.items and all(isinstance(item, Str) for item in node.items):
        yield ListLit((*node.items, Str(_INTRUDER)))


def reorder_names(node: Expr, _: tuple[Expr, ...]) -> Iterator[Expr]:
    """Turn a list of different strings around."""
    if isinstance(node, ListLit) and len(set(node.items)) > 1 and all(isinstance(item, Str) for item in node.items):
        yield ListLit(node.items[::-1])


def rename(node: Expr, _: tuple[Expr, ...]) -> Iterator[Expr]:
    """Put another string into the place of one."""
    if isinstance(node, Str) and node.value:
        yield Str(f"{node.value}x")


def empty(node: Expr, _: tuple[Expr, ...]) -> Iterator[Expr]:
    """Put the empty string into the place of one."""
    if isinstance(node, Str) and node.value:
        yield Str("")


def drop_key(node: Expr, _: tuple[Expr, ...]) -> Iterator[Expr]:
    """Take one key out of a map."""
    if isinstance(node, MapLit) and len(node.entries) > 1:
        for index in range(len(node.entries)):
            yield MapLit(node.entries[:index] + node.entries[index + 1 :])


def add_key(node: Expr, _: tuple[Expr, ...]) -> Iterator[Expr]:
    """Put a key that nobody knows into a map, with the value of another."""
    if isinstance(node, MapLit) and node.entries:
        yield MapLit((*node.entries, (_INTRUDER, node.entries[0][1])))


def swap_values(node: Expr, _: tuple[Expr, ...]) -> Iterator[Expr]:
    """Exchange the values of two neighbouring keys of a map."""
    if isinstance(node, MapLit):
        for index, ((one, first), (other, second)) in enumerate(zip(node.entries, node.entries[1:], strict=False)):
            if first != second:
                yield MapLit((*node.entries[:index], (one, second), (other, first), *node.entries[index + 2 :]))


def flip(node: Expr, _: tuple[Expr, ...]) -> Iterator[Expr]:
    """Exchange `==` and `!=`, and deny what `in` says."""
    match node:
        case Compare("==", left, right):
            yield Compare("!=", left, right)
        case Compare("!=", left, right):
            yield Compare("==", left, right)
        case Compare("in"):
            yield Not(node)


def drop_not(node: Expr, _: tuple[Expr, ...]) -> Iterator[Expr]:
    """Say what was denied."""
    if isinstance(node, Not):
        yield node.operand


def negate(node: Expr, around: tuple[Expr, ...]) -> Iterator[Expr]:
    """Deny a whole condition."""
    if not around and isinstance(node, All | Any | Compare | Not | Bool | Macro | Has) and _is_condition(node):
        yield node.operand if isinstance(node, Not) else Not(node)


def _is_condition(node: Expr) -> bool:
    return not isinstance(node, Macro) or node.kind in ("exists", "all")


def constant(node: Expr, around: tuple[Expr, ...]) -> Iterator[Expr]:
    """Let a whole condition always hold, or never."""
    if not around and isinstance(node, All | Any | Compare | Not | Bool | Macro | Has) and _is_condition(node):
        yield from (Bool(value) for value in (True, False) if node != Bool(value))


def exchange_and_or(node: Expr, _: tuple[Expr, ...]) -> Iterator[Expr]:
    """Exchange `&&` and `||`."""
    if isinstance(node, All) and len(node.terms) > 1:
        yield Any(node.terms)
    if isinstance(node, Any) and len(node.terms) > 1:
        yield All(node.terms)


def drop_term(node: Expr, _: tuple[Expr, ...]) -> Iterator[Expr]:
    """Take one term out of `&&` or `||`."""
    if isinstance(node, All | Any) and len(node.terms) > 1:
        for index in range(len(node.terms)):
            left = node.terms[:index] + node.terms[index + 1 :]
            yield left[0] if len(left) == 1 else replace(node, terms=left)


def exchange_quantifier(node: Expr, _: tuple[Expr, ...]) -> Iterator[Expr]:
    """Exchange `exists` and `all`."""
    if isinstance(node, Macro) and node.kind in ("exists", "all"):
        yield replace(node, kind="all" if node.kind == "exists" else "exists")


def exchange_branches(node: Expr, _: tuple[Expr, ...]) -> Iterator[Expr]:
    """Exchange the branches of a choice."""
    if isinstance(node, Ternary):
        yield Ternary(node.condition, node.otherwise, node.then)


def unguard(node: Expr, _: tuple[Expr, ...]) -> Iterator[Expr]:
    """Look at a field without asking whether it is there."""
    if isinstance(node, Ternary) and isinstance(node.condition, Has):
        yield node.then


def keep_all(node: Expr, _: tuple[Expr, ...]) -> Iterator[Expr]:
    """Leave a filter out."""
    if isinstance(node, Macro) and node.kind == "filter":
        yield node.target


def other_field(node: Expr, _: tuple[Expr, ...]) -> Iterator[Expr]:
    """Look at another field of the same object."""
    others = {
        "url_path": "path",
        "userid": "tier",
        "selected_subscription": "tier",
        "tier": "userid",
        "username": "uid",
        "groups": "userid",
        "groups_str": "userid",
    }
    if isinstance(node, Select) and node.field in others:
        yield Select(node.operand, others[node.field])


def other_place(node: Expr, _: tuple[Expr, ...]) -> Iterator[Expr]:
    """Take the next element of a list."""
    if isinstance(node, Index) and isinstance(node.index, Int):
        yield Index(node.operand, Int(node.index.value + 1))


def other_header(node: Expr, around: tuple[Expr, ...]) -> Iterator[Expr]:
    """Ask for a header of another name, or in a spelling that no request has."""
    if isinstance(node, Str) and _names_header(node, around):
        yield Str(f"{node.value}-x")
        yield Str(node.value.title())


def _names_header(node: Expr, around: tuple[Expr, ...]) -> bool:
    match around[-1:]:
        case (Compare("in", left, right),):
            return left is node and right == _HEADERS
        case (Index(operand, _),):
            return operand == _HEADERS
    return False


def widen_listing(node: Expr, _: tuple[Expr, ...]) -> Iterator[Expr]:
    """Take every path that begins or ends like the free listing for it."""
    match node:
        case Compare("!=", Select(Ident("request"), "url_path") as path, Str(value)):
            yield Not(Method(path, "startsWith", (Str(value),)))
            yield Not(Method(path, "endsWith", (Str("/v1/models"),)))


def exchange_ends(node: Expr, _: tuple[Expr, ...]) -> Iterator[Expr]:
    """Exchange `startsWith` and `endsWith`."""
    if isinstance(node, Method) and node.name == "startsWith":
        yield replace(node, name="endsWith")


REWRITES: Final[dict[str, Operator]] = {
    "a name less in a list": drop_name,
    "a name more in a list": add_name,
    "a list turned around": reorder_names,
    "a string renamed": rename,
    "a string emptied": empty,
    "a key less in a map": drop_key,
    "a key more in a map": add_key,
    "two values of a map swapped": swap_values,
    "a comparison flipped": flip,
    "a negation dropped": drop_not,
    "a condition negated": negate,
    "a condition made constant": constant,
    "and for or": exchange_and_or,
    "a term dropped": drop_term,
    "all for exists": exchange_quantifier,
    "branches swapped": exchange_branches,
    "a guard dropped": unguard,
    "a filter dropped": keep_all,
    "another field": other_field,
    "another index": other_place,
    "another header asked": other_header,
    "a wider listing": widen_listing,
    "endsWith for startsWith": exchange_ends,
}
