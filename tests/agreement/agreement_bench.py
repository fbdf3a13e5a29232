"""Asks every engine for the value of an expression, and the proof's own reading of CEL too."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from compiler.cel.parse import parse
from compiler.cel.tree import Expr
from compiler.engines.base import Engine, Outcome, Unsupported, Value
from compiler.prove.concrete import CelError, Evaluation
from compiler.prove.semantics import Semantics

_SHOWN = 500


@dataclass
class Bench:
    """The engines, and what they have been asked already.

    `differing` tells where they do not all give one value, which the proof gives with every way to treat errors.
    `excused` are engines that may decline for just this reason.
    """

    engines: Sequence[Engine]
    excused: Mapping[str, str] = field(default_factory=dict)
    differing: list[str] = field(default_factory=list)
    _known: dict[tuple[str, str], object] = field(default_factory=dict)

    def value(self, text: str, context: Mapping[str, object]) -> object:
        """Give the value of an expression, which is the proof's where the engines differ."""
        key = text, json.dumps(_seen(_words(text), context, 3), sort_keys=True)
        if key not in self._known:
            self._known[key] = self._compared(text, context)
        return self._known[key]

    def taken(self) -> list[str]:
        """Give the differences since the last time."""
        found = [*self.differing]
        self.differing.clear()
        return found

    def _compared(self, text: str, context: Mapping[str, object]) -> object:
        wanted = [_proved(text, context, semantics) for semantics in Semantics]
        outcomes = {engine.name: engine.evaluate(text, context) for engine in self.engines}
        asked = {name: outcome for name, outcome in outcomes.items() if not self._declined(name, outcome)}
        answers = [*wanted, *(outcome.value if isinstance(outcome, Value) else outcome for outcome in asked.values())]
        # A boolean is no number here, and Python would call them equal.
        if len({repr(answer) for answer in answers}) > 1 or not asked or isinstance(wanted[0], CelError):
            said = "\n".join(f"  {name}: {str(outcome)[:_SHOWN]}" for name, outcome in outcomes.items())
            self.differing.append(f"{text}\n{said}\n  proof: {str(wanted)[:_SHOWN]}\n  in {str(context)[:_SHOWN]}")
        return wanted[0]

    def _declined(self, name: str, outcome: Outcome) -> bool:
        return isinstance(outcome, Unsupported) and outcome.reason == self.excused.get(name)


def _seen(words: frozenset[str], value: object, levels: int) -> object:
    """Leave out of a context the fields that a text does not name, so that nothing is asked twice; headers stay as they are."""
    if not levels or not isinstance(value, Mapping):
        return value
    named = ((key, item) for key, item in value.items() if key in words)
    return {key: item if key == "headers" else _seen(words, item, levels - 1) for key, item in named}


@cache
def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text))


@cache
def _tree(text: str) -> Expr:
    return parse(text)


def _proved(text: str, context: Mapping[str, object], semantics: Semantics) -> object:
    try:
        return Evaluation(semantics).value(_tree(text), context)
    except CelError as error:
        return error
