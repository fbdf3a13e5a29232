"""What comes of cases: passed, failed with what was expected and what was got, or skipped."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from compiler.diagnostics.model import Place
from compiler.program.decide import Decision
from compiler.suites.case import Case
from compiler.suites.meter import Stop

Status = Literal["passed", "failed", "skipped"]


class Wrong(Struct, frozen=True):
    """One thing that is not as expected; `what` is one word for it."""

    what: str
    expected: str
    got: str


class Result(Struct, frozen=True):
    """What came of a case.

    `decision` and its lines are those of the reference meaning. `table` has a row for each engine where they do not all
    say what is meant: the engine, and its answer. `note` is why a case was skipped, or that its skip has ended. `stops` are
    the budgets that stopped a call.
    """

    case: Case
    status: Status
    wrong: tuple[Wrong, ...] = ()
    decision: Decision | None = None
    table: tuple[tuple[str, str], ...] = ()
    note: str = ""
    stops: frozenset[Stop] = frozenset()

    @property
    def because(self) -> tuple[Place, ...]:
        """Give the lines of the configuration that decided."""
        return self.decision.because if self.decision is not None else ()
