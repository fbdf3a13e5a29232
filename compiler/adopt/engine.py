"""An engine for many questions: expressions that cannot err are evaluated here, and all others by cel-python."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.engines.base import Engine, Outcome, Value
from compiler.suites.plain_engine import PlainEngine


class QuickEngine:
    """Asks the evaluator of the proof first: what has a value there without any error on the way has it everywhere."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._plain = PlainEngine()

    @property
    def name(self) -> str:
        """Name the engine that is asked in the end."""
        return self._engine.name

    def evaluate(self, expression: str, context: Mapping[str, object]) -> Outcome:
        """Evaluate CEL text; never raises."""
        found = self._plain.evaluate(expression, context)
        return found if isinstance(found, Value) else self._engine.evaluate(expression, context)
