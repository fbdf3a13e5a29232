"""The evaluator of the proof as an engine: it is always here and quick, so mutants and probes are asked on it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from compiler.cel.parse import ParseError, parse
from compiler.cel.tree import Expr
from compiler.engines.base import Failure, Outcome, Unsupported, Value
from compiler.prove.concrete import CelError, Evaluation


class PlainEngine:
    """Evaluates the subset of CEL that the compiler emits."""

    name = "plain"

    def __init__(self, evaluation: Evaluation | None = None) -> None:
        self._evaluation = evaluation or Evaluation()

    def evaluate(self, expression: str, context: Mapping[str, object]) -> Outcome:
        """Evaluate CEL text; never raises."""
        try:
            return Value(self._evaluation.value(_parsed(expression), context))
        except ParseError as error:
            return Unsupported(str(error))
        except CelError as error:
            return Failure(str(error))


@lru_cache(maxsize=4096)
def _parsed(text: str) -> Expr:
    return parse(text)
