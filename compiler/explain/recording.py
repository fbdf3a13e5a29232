"""An engine that remembers what it was asked and over which data, so that parts of an expression can be asked later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.engines.base import Engine, Outcome


class Recording:
    """Asks another engine and keeps each expression with its context, in order."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._asked: list[tuple[str, Mapping[str, object]]] = []

    @property
    def name(self) -> str:
        """Name the engine that is asked."""
        return self._engine.name

    def evaluate(self, expression: str, context: Mapping[str, object]) -> Outcome:
        """Ask the engine; never raises."""
        self._asked.append((expression, context))
        return self._engine.evaluate(expression, context)

    def contexts(self, expressions: Iterator[str]) -> tuple[Mapping[str, object], ...]:
        """Give the contexts over which any of the expressions was evaluated, in order."""
        wanted = set(expressions)
        return tuple(context for expression, context in self._asked if expression in wanted)
