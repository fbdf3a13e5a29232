"""Calls over time: how many are answered and how many are over a budget, as meant and as emitted.

What is meant is counted here once more, in plain steps: a fixed window begins with the first count; a request is counted
before its tokens are looked at; tokens are looked at before the response and counted after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle

from msgspec.structs import replace

from compiler.diagnostics.model import Place
from compiler.engines.base import Engine
from compiler.explain.emitted import World, put
from compiler.explain.question import Question
from compiler.gateway.answer import Answer, report
from compiler.gateway.limitador import Counters
from compiler.program.decide import Decision, Limit, Unit, decide
from compiler.program.ir import Program
from compiler.suites.case import Metered

_PASSED = 200
_OVER = 429

# The budget that stopped a call: where the entry is written, and which of its windows.
Stop = tuple[Place, Unit, int, int]


@dataclass(frozen=True)
class Counts:
    """How calls were answered; `others` are the statuses of answers that are neither, and `why` what is said of those."""

    ok: int
    limited: int
    others: tuple[int | None, ...] = ()
    why: tuple[str, ...] = field(default=(), compare=False)
    stops: frozenset[Stop] = field(default=frozenset(), compare=False)

    def __str__(self) -> str:
        told = f"{self.ok} ok, {self.limited} limited"
        return f"{told}, and {', '.join(self.why)}" if self.why else told


@dataclass
class _Tally:
    ok: int = 0
    limited: int = 0
    others: dict[int | None, str] = field(default_factory=dict)

    def add(self, status: int | None, why: str) -> bool:
        """Count an answer; tell whether the call is passed on."""
        if status == _PASSED:
            self.ok += 1
        elif status == _OVER:
            self.limited += 1
        else:
            self.others[status] = why if status is None else f"{status} {why}"
        return status == _PASSED

    def counts(self, stops: frozenset[Stop] = frozenset()) -> Counts:
        return Counts(self.ok, self.limited, tuple(self.others), tuple(self.others.values()), stops)


def calls(of: Metered) -> Iterator[tuple[float, tuple[Question, ...], int]]:
    """Give each step that has calls: when it is, in seconds from the start, who calls at once, and the tokens of each."""
    turns = cycle(of.turns)
    for index, tokens in enumerate(of.steps):
        if tokens:
            yield float(index * of.seconds), tuple(next(turns) for _ in range(of.concurrent)), tokens


def emitted(of: Metered, world: World, engine: Engine) -> Counts:
    """Count as the gateway does."""
    state, tally = Counters(), _Tally()
    for now, questions, tokens in calls(of):
        passed: list[Answer] = []
        state = state.at(now)
        for question in questions:
            found = put(question, world, engine, state)
            state = found.counters
            if tally.add(found.status, found.why_not or found.reason):
                passed.append(found)
        for found in passed:
            state = report(replace(found, counters=state), tokens if of.reported else None)
    return tally.counts()


def meant(of: Metered, program: Program) -> Counts:
    """Count as the configuration means it; windows are fixed, since that is what the platform can do."""
    counting, tally = _Counting(), _Tally()
    known = {id(question): decide(program, question.caller, question.request) for question in of.turns}
    for now, questions, tokens in calls(of):
        passed: list[tuple[Question, Decision]] = []
        for question in questions:
            decision = known[id(question)]
            status = decision.status
            if status in (_PASSED, _OVER):
                status = _PASSED if counting.admitted(question, decision, now) else _OVER
            if tally.add(status, decision.reason):
                passed.append((question, decision))
        for question, decision in passed if of.reported else ():
            counting.count(question, decision, "tokens", max(tokens, 1), now)
    return tally.counts(frozenset(counting.stops))


@dataclass
class _Counting:
    """What every window has counted, and when it ends."""

    windows: dict[tuple[str, str | None, Unit, int, str], tuple[int, float]] = field(default_factory=dict)
    stops: set[Stop] = field(default_factory=set)

    def admitted(self, question: Question, decision: Decision, now: float) -> bool:
        """Tell whether a call is passed on, and count it as a request."""
        if self._exceeded(question, decision, "requests", now):
            return False
        self.count(question, decision, "requests", 1, now)
        return not self._exceeded(question, decision, "tokens", now)

    def count(self, question: Question, decision: Decision, unit: Unit, amount: int, now: float) -> None:
        """Count in every window that holds."""
        for key, _ in self._held(question, decision, unit):
            used, ends = self.windows.get(key, (0, now))
            self.windows[key] = (used + amount, ends) if ends > now else (amount, now + key[3])

    def _exceeded(self, question: Question, decision: Decision, unit: Unit, now: float) -> bool:
        over = False
        for key, limit in self._held(question, decision, unit):
            used, ends = self.windows.get(key, (0, now))
            if (used if ends > now else 0) + 1 > limit.limit:
                over = True
                self.stops.add((decision.because[-1], unit, limit.limit, limit.seconds))
        return over

    def _held(
        self, question: Question, decision: Decision, unit: Unit
    ) -> Iterator[tuple[tuple[str, str | None, Unit, int, str], Limit]]:
        for limit in decision.limits:
            if limit.unit == unit:
                who = question.caller.userid if limit.per == ("user",) else ""
                yield (question.model.id, decision.selected, unit, limit.seconds, who), limit
