"""cel-cpp through the package cel-expr-python: a type-checked engine with the environment of Authorino."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from cel_expr_python import cel
from cel_expr_python.ext import ext_optional, ext_strings

from compiler.engines.base import Failure, Outcome, Unsupported, Value
from compiler.engines.data import UncarriableError, carried, carried_text, plain
from compiler.engines.programs import Programs

_ROOTS: Final = ("request", "source", "destination", "auth", "metadata")

# Limits of this engine's own, which cannot be set from Python: a parser depth of 32 and 10,000 steps of comprehensions.
# Authorino's parser goes to 250 and its evaluation has no such budget.
_OWN_LIMIT: Final = re.compile(
    r"CANCELLED: Expression recursion limit exceeded"
    r"|INVALID_ARGUMENT: ERROR: <input>:-1:-1: Exceeded max recursion depth"
    r"|INTERNAL: Iteration budget exceeded"
)

_KEPT_CHARACTERS: Final = 500_000  # about 40 MB of compiled programs

_MESSAGE_LENGTH: Final = 300


class CppEngine:
    """cel-cpp with the roots of Authorino, each a Struct, and its string and optional extensions.

    Unlike the other engines in Python it refuses what the type checker of Authorino refuses.
    """

    name = "cel-cpp-python"

    def __init__(self) -> None:
        environment = cel.NewEnv(
            variables={root: cel.Type("google.protobuf.Struct") for root in _ROOTS},
            extensions=[ext_strings.ExtStrings(), ext_optional.ExtOptional()],
        )
        self._programs = Programs(environment.compile, _KEPT_CHARACTERS)

    def evaluate(self, expression: str, context: Mapping[str, object]) -> Outcome:
        """Evaluate CEL text; never raises.

        `Unsupported`: the limits that only this engine has, a NUL character (it cuts strings there), and a result that is
        no plain data. A root that Authorino does not know is ignored in the context and a `Failure` in the expression.
        """
        try:
            roots = carried(context)
            carried_text(expression)
        except UncarriableError as error:
            return Unsupported(str(error))
        if "\0" in expression or _holds_nul(roots):
            return Unsupported("cel-cpp cuts strings at a NUL character")
        try:
            result = self._programs.get(expression).eval(data=roots)
            kind = result.type().name()
        except Exception as error:  # noqa: BLE001 -- the extension raises RuntimeError for errors of the expression, and others
            return _error(str(error))
        # The trap of this engine: an error is a value, its text, and any text is true.
        return _failed(result) if kind == "ERROR" else _outcome(result, kind)


def _error(message: str) -> Outcome:
    if _OWN_LIMIT.match(message):
        return Unsupported(message[:_MESSAGE_LENGTH])
    return Failure(message[:_MESSAGE_LENGTH])


def _failed(result: Any) -> Outcome:  # noqa: ANN401 -- the extension's value class is known to its stub alone
    try:
        return _error(str(result.value()))
    except TypeError:
        return Unsupported("an optional has no Python form")  # it claims the type ERROR too


def _outcome(result: Any, kind: str) -> Outcome:  # noqa: ANN401 -- the extension's value class is known to its stub alone
    try:
        value = result.plain_value()
    except Exception:  # noqa: BLE001 -- a list with an optional has no Python form, and says so by a SystemError
        return Unsupported(f"a result of type {kind} has no Python form")
    try:
        return Value(plain(value))
    except UncarriableError as error:
        return Unsupported(str(error))


def _holds_nul(value: object) -> bool:
    match value:
        case str():
            return "\0" in value
        case list():
            return any(_holds_nul(item) for item in value)
        case dict():
            return any(_holds_nul(key) or _holds_nul(item) for key, item in value.items())
        case _:
            return False
