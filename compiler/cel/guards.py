"""What a condition tells when it holds, and what when it does not: the fields and keys that are then there."""

from __future__ import annotations

from collections.abc import Iterable

from compiler.cel.tree import All, Any, Bool, Compare, Expr, Has, Macro, Not, Ternary

# Conditions known to hold: each `has(a.b)` or `key in map`.
Facts = frozenset[Expr]

_NONE: Facts = frozenset()


def holding(condition: Expr) -> Facts:
    """Give what is known where a condition holds."""
    match condition:
        case Has() | Compare("in"):
            return frozenset((condition,))
        case All(terms):
            return _all(holding(term) for term in terms)
        case Not(operand):
            return failing(operand)
        case Ternary(first, then, Bool(False)):
            return holding(first) | holding(then)
        case Ternary(first, Bool(False), otherwise):
            return failing(first) | holding(otherwise)
        case _:
            return _NONE


def failing(condition: Expr) -> Facts:
    """Give what is known where a condition does not hold."""
    match condition:
        case Any(terms):
            return _all(failing(term) for term in terms)
        case Not(operand):
            return holding(operand)
        case Ternary(first, then, Bool(True)):
            return holding(first) | failing(then)
        case Ternary(first, Bool(True), otherwise):
            return failing(first) | failing(otherwise)
        case _:
            return _NONE


def _all(parts: Iterable[Facts]) -> Facts:
    return _NONE.union(*parts)


def of_items(items: Expr, variable: str) -> Facts:
    """Give what is known of each item of `list.filter(variable, condition)` under the name of the same variable."""
    match items:
        case Macro("filter", _, name, body) if name == variable:
            return holding(body)
        case _:
            return _NONE
