"""cel-python as an engine: pure Python, always installed, right for unit tests of the portable subset."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, cast

import celpy
from celpy import celtypes
from celpy.adapter import json_to_cel
from celpy.celparser import CELParseError
from celpy.evaluation import CELEvalError

from compiler.engines import strings
from compiler.engines.base import Failure, Outcome, Unsupported, Value
from compiler.engines.data import UncarriableError, carried, carried_text
from compiler.engines.programs import Programs

if TYPE_CHECKING:
    from celpy.adapter import JSON

# celpy takes three to twenty Python frames a level of an expression; what Authorino accepts (250 levels, `||` chains of
# 2,880 terms) stays below this, and frames of pure Python take no C stack.
_FRAMES: Final = 50_000

_KEPT_CHARACTERS: Final = 200_000  # about 100 MB of celpy's trees

_MESSAGE_LENGTH: Final = 300


class _ErrorInsideError(ValueError):
    """celpy leaves an error inside a map literal as one of its values instead of raising it."""


class CelpyEngine:
    """cel-python's interpreted runner.

    Outside the portable subset it departs from the specification: `has(missing.deeper)` is false, a double compared with an
    int or anything with a null is an error, `"x" in "a string"` is false, `&&` may give back its operand, an error inside a
    map literal is noticed only when that entry is used or is part of the result. A missing root is an undeclared reference.
    """

    name = "celpy"

    def __init__(self) -> None:
        with _frames(sys.getrecursionlimit()):  # an Environment sets the limit of the whole process to its own taste
            self._environment = celpy.Environment()
        self._programs = Programs(self._compile, _KEPT_CHARACTERS)

    def evaluate(self, expression: str, context: Mapping[str, object]) -> Outcome:
        """Evaluate CEL text; never raises.

        An expression too deep for Python, and a result that is no plain data, are `Unsupported`.
        """
        try:
            roots = carried(context)
            carried_text(expression)
        except UncarriableError as error:
            return Unsupported(str(error))
        try:
            with _frames(max(_FRAMES, sys.getrecursionlimit())):
                program = self._programs.get(expression)
                return _outcome(program.evaluate({name: json_to_cel(cast("JSON", root)) for name, root in roots.items()}))
        except RecursionError:
            return Unsupported("the expression is deeper than cel-python can follow")
        except Exception as error:  # noqa: BLE001 -- ValueError, TypeError and AttributeError leak from celpy beside its own errors
            return Failure(_message(error))

    def wrong_syntax(self, expression: str) -> str | None:
        """Tell what keeps a text from being CEL at all, or None when it parses (or is too deep to be parsed here)."""
        try:
            with _frames(max(_FRAMES, sys.getrecursionlimit())):
                self._programs.get(expression)
        except CELParseError as error:
            return _message(error)
        except RecursionError:
            return None
        return None

    def _compile(self, expression: str) -> celpy.Runner:
        tree = self._environment.compile(expression)
        return self._environment.program(tree, functions={"split": _function(strings.split), "join": _function(strings.join)})


@contextmanager
def _frames(limit: int) -> Iterator[None]:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(limit)
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def _function(implementation: Callable[[tuple[object, ...]], object]) -> Callable[..., Any]:
    """Wrap a function of plain data; its error is returned, because celpy's `&&` and `||` absorb errors only as values."""

    def call(*arguments: object) -> object:
        try:
            result = implementation(tuple(_plain(argument) for argument in arguments))
        except (TypeError, ValueError) as error:
            return CELEvalError(str(error))
        return json_to_cel(cast("JSON", result))

    return call


def _outcome(result: object) -> Outcome:
    try:
        return Value(_plain(result))
    except TypeError as error:
        return Unsupported(str(error))


def _plain(value: object) -> object:
    """Turn celpy's value into plain data; numbers become floats.

    Raises:
        _ErrorInsideError: an error sits somewhere inside.
        UncarriableError: a string holds a lone surrogate, which CEL has no literal for.
        TypeError: the value is a timestamp, a duration, bytes or a type, or a map key is no string.
    """
    match value:
        case None:
            return None
        case bool() | celtypes.BoolType():
            return bool(value)
        case str():
            return carried_text(str(value))
        case int() | float():
            return float(value)
        case list():
            return [_plain(item) for item in value]
        case dict():
            return {_key(key): _plain(item) for key, item in value.items()}
        case Exception():
            raise _ErrorInsideError(_message(value))
        case _:
            message = f"a result of type {type(value).__name__} has no plain form"
            raise TypeError(message)


def _key(key: object) -> str:
    if not isinstance(key, str):
        message = "a map with a key that is no string has no plain form"
        raise TypeError(message)
    return carried_text(str(key))


def _message(error: Exception) -> str:
    """Give what celpy says, without the whole context that it appends to an undeclared reference."""
    if isinstance(error, CELParseError):
        return f"syntax error at line {error.line}, column {error.column}"
    said = str(error.args[0]) if error.args else ""
    text = said.partition(" (in activation")[0] or type(error).__name__
    return text[:_MESSAGE_LENGTH]
