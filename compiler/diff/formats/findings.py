"""A comparison as diagnostics, for code scanning and for annotations of the changed lines."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from compiler.diagnostics.count import counted
from compiler.diagnostics.model import Diagnostic, Note, Place, Severity, Span
from compiler.diff import words
from compiler.diff.gates import ANY, trips, trips_step
from compiler.diff.result import ANYBODY, Cause, Change, Diff, Row, Safety, Step

UNSAFE = "unsafe-step"
OUTSIDE = "out-of-scope"
OBJECTS = "manifests-changed"

_MOST_OBJECTS = 8

_INFO = frozenset({Change.LOST, Change.LOWERED, Change.RESET, Change.PLATFORM})


def diagnostics(diff: Diff, fallback: str) -> tuple[Diagnostic, ...]:
    """Give a diagnostic for each row, each unsafe step and all that is outside the scope; `fallback` is a file to point at.

    What trips a gate is an error, and says which.
    """
    gates = [one.gate for one in diff.gates]
    steps = [_step(step, diff, fallback) for step in diff.steps if step.safety is not Safety.INTERRUPTED]
    rows = [found for row in diff.rows for found in _row(row, gates, fallback)]
    return (*rows, *steps, *_objects(diff, fallback), *_outside(diff, fallback))


def _tripping(gates: Collection[str]) -> list[Note]:
    return [Note(f"it trips the gate `{gate}`") for gate in gates]


def _row(row: Row, gates: Collection[str], fallback: str) -> Iterator[Diagnostic]:
    severity = Severity.INFO if row.changes[0] in _INFO else Severity.WARNING
    notes = [Note(f"witness: {words.witness(row.witness)}")] if row.witness else []
    notes += [Note(f"asking {one}") for one in words.also(row)]
    notes += [Note(f"put down to {words.cause(one)}") for one in row.causes]
    notes += [Note(counted(len(row.people), "person", "people"))] if row.people is not None else []
    tripped = trips(row, gates)
    yield Diagnostic(
        code=row.changes[0].value,
        severity=Severity.ERROR if tripped else severity,
        headline=f"{words.titles(row)} on {words.models(row)} for {words.callers(row.callers)}",
        place=_place(row.causes, fallback),
        effect=f"before: {row.before}; after: {row.after}",
        notes=(*notes, *_tripping(tripped)),
    )


def _place(causes: Collection[Cause], fallback: str) -> Place:
    here = next((one for one in causes if one.side == "head"), None)
    if here is not None:
        return Place(here.path, span=Span(here.line, 1, here.line, 1) if here.line else None)
    # The line is gone; the file may still be there.
    return Place(next((one.path for one in causes), fallback))


def _step(step: Step, diff: Diff, fallback: str) -> Diagnostic:
    concerned = [cause for row in diff.rows if set(row.models) & set(step.models) for cause in row.causes]
    unsafe = step.safety is Safety.UNSAFE
    who = f" for {words.callers(step.callers)}" if step.callers != ANYBODY else ""
    tripped = trips_step([one.gate for one in diff.gates])
    return Diagnostic(
        code=UNSAFE,
        severity=Severity.ERROR if tripped else Severity.WARNING,
        headline=f"rolling this out is {'not safe' if unsafe else 'not known to be safe'} on {words.models(step)}{who}",
        place=_place(concerned, fallback),
        effect=step.says,
        notes=(
            Note(f"when {', '.join(step.applied)} applied, and not yet {', '.join(step.missing)}"),
            *([Note(f"witness: {step.person}")] if step.person else []),
            *_tripping(tripped),
        ),
        help=words.SPLIT,
    )


def _objects(diff: Diff, fallback: str) -> Iterator[Diagnostic]:
    """Tell of objects where a gate stops at nothing else, so that no run fails without a word."""
    if diff.rows or not any(one.objects for one in diff.gates):
        return
    yield Diagnostic(
        code=OBJECTS,
        severity=Severity.ERROR,
        headline=f"{counted(len(diff.objects), 'object')} changed, and no answer to any caller",
        place=_place(diff.inert, fallback),
        effect="the cluster is given other manifests, which decide as before",
        notes=(*(Note(f"{one.fate} {one.kind} `{one.name}`") for one in diff.objects[:_MOST_OBJECTS]), *_tripping([ANY])),
    )


def _outside(diff: Diff, fallback: str) -> Iterator[Diagnostic]:
    for found in diff.outside or ():
        yield Diagnostic(
            code=OUTSIDE,
            severity=Severity.ERROR,
            headline=f"outside the scope: {found}",
            place=Place(fallback),
            effect="something changes that was not meant to",
            help="take it out of this change, or widen `--scope`",
        )
