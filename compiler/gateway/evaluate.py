"""Asks a CEL engine on behalf of a runtime, keeps a record of it, and refuses where the engine could mislead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from compiler.diagnostics.model import Place
from compiler.engines.base import Engine, Failure, Outcome, Unsupported, Value
from compiler.gateway.policies import Cel
from compiler.gateway.texts import Path, mentioned


class InconclusiveError(Exception):
    """No answer can be given; says why, and where the reason stands when that is known."""

    def __init__(self, reason: str, place: Place | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.place = place


class Dialect(Struct, frozen=True):
    """How a runtime departs from CEL where no engine shows it (see `Release` for the fields)."""

    substring_in: bool = False
    null_range_crashes: bool = False
    null_index: bool = False


STANDARD: Final = Dialect()


class Asked(Struct, frozen=True):
    """One expression that was evaluated, and what came out."""

    text: str
    outcome: Outcome
    place: Place


class Step(Struct, frozen=True):
    """One step on the way to an answer: the phase, the rule it is about, what came out, and what was asked for it."""

    phase: str
    rule: str
    outcome: str
    place: Place | None
    asked: tuple[Asked, ...] = ()


class Evaluator:
    """Evaluates for one answer and collects its steps."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._asked: list[Asked] = []
        self._steps: list[Step] = []

    @property
    def steps(self) -> tuple[Step, ...]:
        """Give the steps so far."""
        return tuple(self._steps)

    def note(self, phase: str, rule: str, outcome: str, place: Place | None) -> None:
        """Add a step that owns everything asked since the one before."""
        self._steps.append(Step(phase, rule, outcome, place, tuple(self._asked)))
        self._asked.clear()

    def ask(self, cel: Cel, context: Mapping[str, object], dialect: Dialect = STANDARD) -> Value | Failure:
        """Evaluate a text.

        Raises:
            InconclusiveError: the engine cannot be asked this, or the runtime would not do what the engine does.
        """
        outcome = self._engine.evaluate(cel.text, context)
        self._asked.append(Asked(cel.text, outcome, cel.place))
        if isinstance(outcome, Unsupported):
            raise InconclusiveError(f"the engine `{self._engine.name}` cannot evaluate `{cel.text}`: {outcome.reason}", cel.place)
        mentions = mentioned(cel.text)
        # Engines and runtimes disagree on `in` with a string to its right: an error, false, or a test for a substring.
        for path in mentions.contained:
            if isinstance(_at(path, context), str) and (dialect.substring_in or isinstance(outcome, Value)):
                raise InconclusiveError(f"`{'.'.join(path)}` is a string to the right of `in`", cel.place)
        if dialect.null_index and mentions.indexes and isinstance(outcome, Failure):
            raise InconclusiveError(f"`{cel.text}` is an error here, and may be none in this release", cel.place)
        for path in mentions.ranged:
            over = _at(path, context)
            # A macro over a string is an error, but some engines go through its characters.
            if isinstance(over, str) and isinstance(outcome, Value):
                raise InconclusiveError(f"`{'.'.join(path)}` is a string that a macro goes through", cel.place)
            if dialect.null_range_crashes and isinstance(outcome, Failure) and not isinstance(over, (list, Mapping)):
                raise InconclusiveError(f"`{'.'.join(path)}` is no list, which may bring the filter down", cel.place)
        return outcome

    def holds(self, cel: Cel, context: Mapping[str, object], dialect: Dialect = STANDARD) -> bool | Failure:
        """Evaluate a predicate; anything but a boolean is a failure."""
        outcome = self.ask(cel, context, dialect)
        if isinstance(outcome, Failure):
            return outcome
        if not isinstance(outcome.value, bool):
            return Failure("the value is no boolean")
        return outcome.value


def _at(path: Path, context: Mapping[str, object]) -> object:
    value: object = context
    for name in path:
        if not isinstance(value, Mapping) or name not in value:
            return []
        value = value[name]
    return value
