"""Measures CEL trees without recursion, so that no tree is too deep to be measured."""

from __future__ import annotations

from collections.abc import Iterator

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
    MapLit,
    Method,
    Not,
    Null,
    Select,
    Str,
    Ternary,
)

_OPERATORS = (Ternary, Any, All, Compare, Concat)
# Nodes without parts, which are most of a tree.
_LEAVES = frozenset((Str, Bool, Null, Int, Ident))


def children(node: Expr) -> tuple[Expr, ...]:
    """Give the parts of a node in the order of the text."""
    match node:
        case Str() | Bool() | Null() | Int() | Ident():
            return ()
        case ListLit(parts) | Concat(parts) | All(parts) | Any(parts):
            return parts
        case MapLit(entries):
            return tuple(value for _, value in entries)
        case Select(operand) | Not(operand) | Has(operand):
            return (operand,)
        case Index(first, second) | Compare(_, first, second) | Macro(_, first, _, second):
            return (first, second)
        case Method(target, _, arguments):
            return (target, *arguments)
        case Ternary(condition, then, otherwise):
            return (condition, then, otherwise)


def walk(expression: Expr) -> Iterator[Expr]:
    """Give the tree and everything in it, parents first."""
    waiting = [expression]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(children(node)))


def height(expression: Expr) -> int:
    """Count the nodes from the root to the farthest leaf."""
    highest, waiting = 0, [(expression, 1)]
    while waiting:
        node, level = waiting.pop()
        highest = max(highest, level)
        waiting.extend((child, level + 1) for child in children(node))
    return highest


def nesting(expression: Expr) -> int:
    """Give at least the depth to which any engine's parser recurses on the printed text.

    Each level of the tree counts, and so do parentheses and the operands to the right in a chain of `+`: cel-go and
    cel-cpp recurse for all of these, cel-rust only for brackets and the arms of a ternary.
    """
    deepest, waiting = 0, [(expression, 1)]
    while waiting:
        node, level = waiting.pop()
        deepest = max(deepest, level)
        if type(node) is ListLit:
            below = [child for child in node.items if type(child) not in _LEAVES]
            deepest = max(deepest, level + 1) if node.items else deepest
            waiting.extend([(child, level + 1) for child in below])
        elif type(node) not in _LEAVES:
            waiting.extend([(child, level + _step(node, child, place)) for place, child in enumerate(children(node))])
    return deepest


def _step(parent: Expr, child: Expr, place: int) -> int:
    match parent:
        case Concat(parts):
            return 1 + len(parts) - 1 - place + _parentheses(child)
        case Ternary():
            return 1 if place == 2 else 1 + _parentheses(child)  # noqa: PLR2004 - the last arm stands without parentheses
        case All() | Any() | Compare():
            return 1 + _parentheses(child)
        case Select() | Index() | Method() | Macro() if place == 0:
            return 1 + _parentheses(child)
        case _:
            return 1


def _parentheses(child: Expr) -> int:
    """Count the parentheses that a child may need beside an operator."""
    return int(isinstance(child, _OPERATORS))
