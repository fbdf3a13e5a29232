"""What every engine answers: a value, an error of the expression, or that it cannot be asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct


class Value(Struct, frozen=True):
    """The expression has this value, as plain data: bool, str, float, list, dict, None."""

    value: object


class Failure(Struct, frozen=True):
    """The expression ends in a CEL error (or does not compile), in the engine's own words."""

    message: str


class Unsupported(Struct, frozen=True):
    """The engine cannot be asked this: a known limit of the engine, not a verdict on the expression."""

    reason: str


Outcome = Value | Failure | Unsupported


class Engine(Protocol):
    """A CEL engine with the string functions `split` and `join` of the runtime it stands for."""

    @property
    def name(self) -> str:
        """Name the engine as it appears in tables and messages."""

    def evaluate(self, expression: str, context: Mapping[str, object]) -> Outcome:
        """Evaluate CEL text over roots such as `auth` and `request`; never raises."""
