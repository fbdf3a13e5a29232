"""Runs cases: each through the meaning and through the manifests on every engine, which must all say the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from compiler.cel.printer import text
from compiler.cel.tree import Expr
from compiler.engines.base import Engine
from compiler.explain.emitted import put, reading
from compiler.program.decide import decide
from compiler.suites.agreement import agrees, meaning, told
from compiler.suites.case import Assert, Call, Case, Empty, Metered, Skip
from compiler.suites.judge import wrongs
from compiler.suites.meter import Stop, emitted, meant
from compiler.suites.outcome import roots, verdicts
from compiler.suites.result import Result, Wrong
from compiler.suites.world import Platform

_OVER = 429


def run(cases: Iterable[Case], on: Platform, now: str) -> Iterator[Result]:
    """Run cases in their order; `now` is the day, as `YYYY-MM-DD`, until which skips must last."""
    for case in cases:
        if case.skip is not None and holds(case.skip, now):
            yield Result(case, "skipped", note=case.skip.reason)
            continue
        match case:
            case Empty():
                yield Result(
                    case, "failed", (Wrong("selects", "at least one case", f"nothing: {case.why}"),), note=_ended(case.skip)
                )
            case Call():
                yield _called(case, on, now)
            case Metered():
                yield _metered(case, on)


def holds(skip: Skip, now: str) -> bool:
    """Tell whether something is skipped on a day; such days are in the order of their texts."""
    return now <= skip.until


def _ended(skip: Skip | None) -> str:
    return f"it was skipped until {skip.until}: {skip.reason}" if skip is not None else ""


def _called(case: Call, on: Platform, now: str) -> Result:
    decision = decide(on.program, case.question.caller, case.question.request)
    answers = [(engine, put(case.question, on.world, engine)) for engine in on.engines]
    readings = [reading(engine.name, found) for engine, found in answers]
    wrong = list(wrongs(case.expected, decision))
    table: tuple[tuple[str, str], ...] = ()
    if not all(agrees(case.question, decision, found, engine.name) for engine, found in answers):
        table = (
            ("meant", meaning(case.question, decision)),
            *((engine.name, told(case.question, found, engine.name)) for engine, found in answers),
        )
        wrong.append(Wrong("engines", "what the configuration means, on every engine", "the table below"))
    asserts = [one for one in case.asserts if one.skip is None or not holds(one.skip, now)]
    for one in asserts if answers else ():
        names = roots(case, decision, answers[0][1], readings[0])
        wrong += _asserted(one, names, on.engines)
    stops: frozenset[Stop] = frozenset()
    if decision.status == _OVER:
        stops = frozenset((decision.because[-1], one.unit, one.limit, one.seconds) for one in decision.limits if not one.limit)
    return Result(case, "failed" if wrong else "passed", tuple(wrong), decision, table, _ended(case.skip), stops)


def _asserted(one: Assert, names: Sequence[tuple[str, Expr]], engines: Sequence[Engine]) -> Iterator[Wrong]:
    found = verdicts(one.text, names, engines)
    if all(verdict.wrong is None for verdict in found):
        return
    same = len({verdict.wrong for verdict in found}) == 1
    said = found[0].wrong if same else "; ".join(f"{verdict.engine}: {verdict.wrong or 'true'}" for verdict in found)
    used = [f"{name} = {text(value)}" for name, value in names if re.search(rf"\b{name}\b", one.text)]
    where = f", where {', '.join(used)}" if used else ""
    yield Wrong("assert", one.name if one.name == one.text else f"{one.name}: {one.text}", f"{said}{where}")


def _metered(case: Metered, on: Platform) -> Result:
    counts = meant(case, on.program)
    found = [(engine.name, emitted(case, on.world, engine)) for engine in on.engines]
    wrong: list[Wrong] = []
    if (counts.ok, counts.limited, counts.others) != (case.ok, case.limited, ()):
        wrong.append(Wrong("calls", f"{case.ok} ok, {case.limited} limited", str(counts)))
    table: tuple[tuple[str, str], ...] = ()
    if any(one != counts for _, one in found):
        table = (("meant", str(counts)), *((name, str(one)) for name, one in found))
        wrong.append(Wrong("engines", "what the configuration means, on every engine", "the table below"))
    decision = decide(on.program, case.turns[0].caller, case.turns[0].request)
    return Result(case, "failed" if wrong else "passed", tuple(wrong), decision, table, _ended(case.skip), counts.stops)
