"""What a tree means, in as little Python as possible: an oracle for the engines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar, cast

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

Scope = Mapping[str, object]
Value = TypeVar("Value")


class WrongError(Exception):
    """The expression has no value."""


def meaning(node: Expr, scope: Scope) -> object:
    """Give the value of a tree; every error of a part is one of the whole, unless a `? :` does not go there.

    Raises:
        WrongError: a key or an item is missing, or a value is of the wrong type.
    """
    match node:
        case Str(value) | Bool(value) | Int(value):
            return value
        case Null():
            return None
        case Ident(name):
            return _at(dict(scope), name)
        case ListLit(items):
            return [meaning(item, scope) for item in items]
        case MapLit(entries):
            return {key: meaning(value, scope) for key, value in entries}
        case Select(operand, field):
            return _at(meaning(operand, scope), field)
        case Index(operand, index):
            return _at(meaning(operand, scope), meaning(index, scope))
        case Has(Select(operand, field)):
            return field in _dict(meaning(operand, scope))
        case Not(operand):
            return not _bool(meaning(operand, scope))
        case All(terms):
            return all(_bools(meaning(term, scope) for term in terms))
        case Any(terms):
            return any(_bools(meaning(term, scope) for term in terms))
        case Ternary(condition, then, otherwise):
            return meaning(then if _bool(meaning(condition, scope)) else otherwise, scope)
        case Concat(parts):
            return [item for part in parts for item in _list(meaning(part, scope))]
        case Compare(op, left, right):
            return _compare(op, meaning(left, scope), meaning(right, scope))
        case Macro(kind, target, variable, body):
            found = _list(meaning(target, scope))
            return _macro(kind, found, [meaning(body, {**scope, variable: item}) for item in found])
        case Method(target, name, arguments):
            return _method(name, meaning(target, scope), [meaning(argument, scope) for argument in arguments])


def _macro(kind: str, items: list[object], found: list[object]) -> object:
    match kind:
        case "map":
            return found
        case "filter":
            return [item for item, kept in zip(items, found, strict=True) if _bool(kept)]
        case "exists":
            return any(_bools(found))
        case _:
            return all(_bools(found))


def _compare(op: str, left: object, right: object) -> bool:
    match op:
        case "in":
            # A list is no key.
            return _str(left) in right if isinstance(right, dict) else left in _list(right)
        case "<=":
            return _str(left) <= _str(right)
        case "==":
            return left == right
        case _:
            return left != right


def _method(name: str, target: object, arguments: list[object]) -> object:
    argument = _str(arguments[0])
    match name:
        case "split":
            return _str(target).split(argument)
        case "join":
            return argument.join(_str(item) for item in _list(target))
        case "startsWith":
            return _str(target).startswith(argument)
        case _:
            return _str(target).endswith(argument)


def _at(target: object, key: object) -> object:
    try:
        return cast("dict[object, object]", target)[key]
    except (LookupError, TypeError) as error:
        raise WrongError from error


def _bools(values: Iterable[object]) -> list[bool]:
    return [_bool(value) for value in values]  # all of them: an error after the deciding one counts too


def _bool(value: object) -> bool:
    return _of(bool, value)


def _str(value: object) -> str:
    return _of(str, value)


def _list(value: object) -> list[object]:
    return _of(list, value)


def _dict(value: object) -> dict[object, object]:
    return _of(dict, value)


def _of(kind: type[Value], value: object) -> Value:
    if not isinstance(value, kind):
        raise WrongError
    return value
