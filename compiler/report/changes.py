"""What a change means, as plain data for the page: as much of each list as anybody reads, and how much is left out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final, TypeVar

from compiler.diff import words
from compiler.diff.result import Cause, Diff, Row, Step, Witness
from compiler.diff.verdict import verdict

Plain = dict[str, object]
T = TypeVar("T")

# Items of each list, and names in each item, that a page tells.
MOST_ITEMS: Final = 500
_MOST_NAMES: Final = 20


def changes(base: str, diff: Diff, models: Collection[str] | None) -> Plain:
    """Give the comparison with `base`, a name for people; with `models` only the rows and steps that concern one of them."""
    rows = [row for row in diff.rows if _concerns(row.models, models)]
    steps = [step for step in diff.steps if _concerns(step.models, models)]
    return {
        "base": base,
        "verdict": verdict(diff),
        **_most("rows", [_row(row) for row in rows[:MOST_ITEMS]], len(rows)),
        **_most("steps", [_step(step) for step in steps[:MOST_ITEMS]], len(steps)),
        **_most(
            "objects",
            [{"file": one.file, "kind": one.kind, "name": one.name, "change": one.fate} for one in diff.objects[:MOST_ITEMS]],
            len(diff.objects),
        ),
        **_most("inert", [_cause(one) for one in diff.inert[:MOST_ITEMS]], len(diff.inert)),
    }


def _concerns(of: Sequence[str], models: Collection[str] | None) -> bool:
    return models is None or not of or any(one in models for one in of)


def _most(name: str, shown: Sequence[T], count: int) -> Plain:
    return {name: list(shown), f"{name}LeftOut": count - len(shown)}


def _row(row: Row) -> Plain:
    return {
        "changes": [change.value for change in row.changes],
        "titles": [words.TITLES[change] for change in row.changes],
        **_most("models", row.models[:_MOST_NAMES], len(row.models)),
        "callers": words.callers(row.callers),
        "before": row.before,
        "after": "; ".join((row.after, *(f"asking {one}" for one in words.also(row)))),
        "because": [_cause(one) for one in row.causes[:_MOST_NAMES]],
        "witness": None if row.witness is None else _witness(row.witness),
    }


def _cause(found: Cause) -> Plain:
    return {"side": found.side, "file": found.file, "line": found.line or None, "what": found.what}


def _witness(found: Witness) -> Plain:
    """Give the witness as the caller that it is after the change, for the page to ask about."""
    return {
        "words": words.witness(found),
        "model": found.model,
        "method": found.after.method,
        "userid": found.user,
        "groups": list(found.groups),
        "headers": dict(found.headers),
    }


def _step(step: Step) -> Plain:
    return {
        "safety": step.safety.value,
        "models": list(step.models[:_MOST_NAMES]),
        "callers": words.callers(step.callers),
        "applied": list(step.applied),
        "missing": list(step.missing),
        "says": step.says,
    }
