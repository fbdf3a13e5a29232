"""cel-rust through the package common-expression-language: the nearest installable kin of the gateway's filter."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Final

import cel

from compiler.engines import strings
from compiler.engines.base import Failure, Outcome, Unsupported, Value
from compiler.engines.data import UncarriableError, carried, carried_text, plain
from compiler.engines.programs import Programs

# What the filter binds for every expression; a root about which nothing is known is null, not undeclared.
_ROOTS: Final = ("request", "metadata", "source", "destination", "auth")

_KEPT_CHARACTERS: Final = 1_000_000  # about 30 MB of compiled programs

_MESSAGE_LENGTH: Final = 300

# The extension logs every error of a callback, and without any handler Python writes warnings to standard error.
logging.getLogger("cel").addHandler(logging.NullHandler())


class RustEngine:
    """cel-rust, with the roots of the gateway's filter and its `split` and `join`.

    Its recursion limit of 96 is the filter's too, so that what is too deep is a `Failure`. `size` of a string counts bytes.
    """

    name = "cel-rust-python"

    def __init__(self) -> None:
        self._programs = Programs(cel.compile, _KEPT_CHARACTERS)
        self._functions: dict[str, Callable[..., object]] = {"split": _split, "join": _join}

    def evaluate(self, expression: str, context: Mapping[str, object]) -> Outcome:
        """Evaluate CEL text; never raises. A result that is no plain data is `Unsupported`."""
        try:
            roots = dict.fromkeys(_ROOTS) | carried(context)
            carried_text(expression)
        except UncarriableError as error:
            return Unsupported(str(error))
        try:
            result = self._programs.get(expression).execute(cel.Context(variables=roots, functions=self._functions))
        except Exception as error:  # noqa: BLE001 -- KeyError, RuntimeError, TypeError, ... are all errors of the expression
            return Failure(f"{type(error).__name__}: {error}"[:_MESSAGE_LENGTH])
        except BaseException as error:
            if type(error).__name__ != "PanicException":  # the class has no importable name
                raise
            return Failure(f"panic: {error}"[:_MESSAGE_LENGTH])
        try:
            return Value(plain(result))
        except UncarriableError as error:
            return Unsupported(str(error))


def _split(*arguments: object) -> list[str]:
    """Split as Rust does: an empty separator matches at both ends too."""
    match arguments:
        case (str() as text, ""):
            return ["", *str(text), ""]
        case _:
            return strings.split(arguments)


def _join(*arguments: object) -> str:
    return strings.join(arguments)
