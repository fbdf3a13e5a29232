"""CEL functions of the API server that cel-python lacks or answers otherwise.

Sources: Kubernetes, "Common Expression Language in Kubernetes"; cel-go, ext/strings.go.
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from celpy import celtypes
from celpy.evaluation import CELEvalError, base_functions

from compiler import regex
from compiler.engines import strings
from compiler.validate import formats

_WITH_LIMIT: Final = 3
# Durations without a unit.
_NOTHING: Final = ("0", "+0", "-0")


class DataError(ValueError):
    """A call that fails for the data it was given, on the API server just as here."""


def _duration(text: object) -> celtypes.DurationType:
    if isinstance(text, str) and not formats.duration(text):
        message = f"`{text}` is no duration"
        raise DataError(message)
    return celtypes.DurationType(0 if text in _NOTHING else text)


def _matches(text: str, pattern: str) -> bool:
    if not regex.valid(pattern):
        message = f"`{pattern}` is no regular expression"
        raise DataError(message)
    return regex.found(pattern, text) is not None


def _find(text: str, pattern: str) -> str:
    return (regex.found(pattern, text) or "") if _matches(text, pattern) else ""


def _substring(text: str, start: int, end: int | None = None) -> str:
    stop = len(text) if end is None else int(end)
    if not 0 <= start <= stop <= len(text):
        message = f"`substring` beyond the {len(text)} characters of the text"
        raise DataError(message)
    return text[int(start) : stop]


def _split(*arguments: Any) -> list[str]:  # noqa: ANN401 - celpy's values
    parts = strings.split(arguments[:2])
    limit = int(arguments[2]) if len(arguments) == _WITH_LIMIT else -1
    if limit < 0 or limit >= len(parts):
        return parts
    separator = str(arguments[1])
    return [*parts[: limit - 1], separator.join(parts[limit - 1 :])] if limit else []


def _index_of(text: str, part: str) -> int:
    return text.find(part)


def _replace(text: str, old: str, new: str) -> str:
    return text.replace(old, new)


def _is_sorted(items: list[Any]) -> bool:
    return all(first <= second for first, second in itertools.pairwise(items))


def _join(*arguments: object) -> str:
    return strings.join(arguments)


def _ascii(change: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: "".join(change(letter) if letter.isascii() else letter for letter in text)


_PLAIN: Final[Mapping[str, Callable[..., object]]] = {
    "duration": _duration,
    "find": _find,
    "indexOf": _index_of,
    "isSorted": _is_sorted,
    "join": _join,
    "lowerAscii": _ascii(str.lower),
    "matches": _matches,
    "replace": _replace,
    "split": _split,
    "substring": _substring,
    "trim": str.strip,
    "upperAscii": _ascii(str.upper),
}
_COMPARISONS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "_<_": operator.lt,
    "_<=_": operator.le,
    "_==_": operator.eq,
    "_!=_": operator.ne,
    "_>_": operator.gt,
    "_>=_": operator.ge,
}


def functions() -> dict[str, Callable[..., Any]]:
    """Give the functions by the names under which celpy looks them up."""
    plain = {name: _function(implementation) for name, implementation in _PLAIN.items()}
    compared = {name: _comparison(name, compare) for name, compare in _COMPARISONS.items()}
    passing = {name: _passing_errors(base_functions[name]) for name in ("!_", "_[_]", "_?_:_")}
    return plain | compared | passing | {"_&&_": _logic(decisive=False), "_||_": _logic(decisive=True)}


def _function(implementation: Callable[..., object]) -> Callable[..., Any]:
    """Errors are returned, because celpy's `&&` and `||` absorb them only as values."""

    def call(*arguments: object) -> object:
        try:
            return _cel(implementation(*arguments))
        except DataError as error:
            return CELEvalError(str(error), DataError, error.args)

    return call


def _cel(value: object) -> object:
    match value:
        case bool():
            return celtypes.BoolType(value)
        case int():
            return celtypes.IntType(value)
        case str():
            return celtypes.StringType(value)
        case list():
            return celtypes.ListType([cast("celtypes.Value", _cel(item)) for item in value])
        case _:
            return value


def _comparison(name: str, compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], Any]:
    """Numbers of all types compare by value, and values of different types are unequal instead of an error."""
    native = base_functions[name]

    def call(left: Any, right: Any) -> Any:  # noqa: ANN401 - celpy's values
        if isinstance(left, CELEvalError) or isinstance(right, CELEvalError):
            return left if isinstance(left, CELEvalError) else right
        if _is_number(left) and _is_number(right):
            return celtypes.BoolType(compare(_number(left), _number(right)))
        if name in ("_==_", "_!=_") and _type(left) != _type(right):
            return celtypes.BoolType(name == "_!=_")
        return native(left, right)

    return call


def _logic(*, decisive: bool) -> Callable[[object, object], object]:
    """One decisive operand decides, whatever the other is; celpy knows no answer to two errors."""

    def call(left: object, right: object) -> object:
        operands = (left, right)
        if any(_type(operand) == "bool" and bool(operand) is decisive for operand in operands):
            return celtypes.BoolType(decisive)
        failed = [operand for operand in operands if isinstance(operand, CELEvalError)]
        if failed:
            return failed[0]
        if all(_type(operand) == "bool" for operand in operands):
            return celtypes.BoolType(not decisive)
        return CELEvalError("no such overload", TypeError, ())

    return call


def _passing_errors(native: Callable[..., object]) -> Callable[..., object]:
    def call(first: object, *others: object) -> object:
        return first if isinstance(first, CELEvalError) else native(first, *others)

    return call


def _type(value: object) -> str:
    """Name the CEL type of a value; celpy's operators give some values as Python's own."""
    match value:
        case bool() | celtypes.BoolType():
            return "bool"
        case str():
            return "string"
        case list():
            return "list"
        case dict():
            return "map"
        case _:
            return type(value).__name__


def _is_number(value: object) -> bool:
    return isinstance(value, celtypes.IntType | celtypes.UintType | celtypes.DoubleType)


def _number(value: Any) -> int | float:  # noqa: ANN401 - celpy's values
    return float(value) if isinstance(value, float) else int(value)
