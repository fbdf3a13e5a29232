"""Drift as diagnostics, for code scanning and for annotations of files in `out/`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from compiler.diagnostics.model import Diagnostic, Note, Place, Severity
from compiler.diff import words
from compiler.diff.result import Row
from compiler.drift.formats.text import said
from compiler.drift.result import Drift, Fate, ObjectDrift, Unknown


def diagnostics(drift: Drift, fallback: str) -> tuple[Diagnostic, ...]:
    """Give a diagnostic for each object, each difference of meaning and each model of which that is not known."""
    found = [_object(one) for one in drift.objects]
    found += [_row(row, _place(row.models, drift.objects, fallback)) for row in drift.rows]
    found += [_unknown(one, _place((one.model,), drift.objects, fallback)) for one in drift.unknown]
    return tuple(found)


def _object(one: ObjectDrift) -> Diagnostic:
    what = {
        Fate.MISSING: "is not in the cluster",
        Fate.IDLE: "is in the cluster and not in force",
        Fate.CHANGED: "is not in the cluster as it is written",
        Fate.EXTRA: "is not in `out/`",
    }
    return Diagnostic(
        one.fate.value,
        Severity.WARNING,
        f"{one.name} {what[one.fate]}",
        one.place,
        one.effect,
        tuple(Note(f"{field.path}: {said(field)}") for field in one.fields),
        help="sync `out/`, or write the difference into the configuration if it is meant",
    )


def _row(row: Row, place: Place) -> Diagnostic:
    return Diagnostic(
        row.changes[0].value,
        Severity.WARNING,
        f"{words.titles(row)} in the cluster on {words.models(row)} for {words.callers(row.callers)}",
        place,
        f"out/: {row.before}; cluster: {row.after}",
        tuple(_notes(row)),
    )


def _notes(row: Row) -> Iterator[Note]:
    if row.witness is not None:
        yield Note(f"witness: {words.witness(row.witness)}")


def _unknown(one: Unknown, place: Place) -> Diagnostic:
    headline = f"what callers of {one.model} have in the cluster could not be decided"
    return Diagnostic("undecided", Severity.ERROR, headline, place, one.why, help="bring the objects below back to `out/`")


def _place(models: Sequence[str], objects: Sequence[ObjectDrift], fallback: str) -> Place:
    """Give the object that most likely brought it about: one of the model's own file, or else any."""
    own = [one.place for one in objects if any(one.place.file.endswith(f"models/{model}.yaml") for model in models)]
    return next(iter([*own, *(one.place for one in objects)]), Place(fallback))
