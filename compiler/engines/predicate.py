"""What a policy engine makes of the outcome of a predicate."""

from __future__ import annotations

from compiler.engines.base import Failure, Outcome, Value


def predicate(outcome: Outcome) -> Outcome:
    """Insist on a boolean: any other value becomes a failure, never a truth.

    Authorino asserts the type of a predicate's result and panics on any other (kuadrant-semantics, trap 10), so a value
    that Python would call true must not pass for an allow.
    """
    if isinstance(outcome, Value) and not isinstance(outcome.value, bool):
        return Failure(f"the predicate gives a value of type {_kind(outcome.value)}, not a bool")
    return outcome


def _kind(value: object) -> str:
    match value:
        case None:
            return "null"
        case str():
            return "string"
        case int() | float():
            return "double"
        case list():
            return "list"
        case dict():
            return "map"
        case _:
            return type(value).__name__
