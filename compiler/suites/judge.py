"""Compares an answer with what a suite expects of it."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.diagnostics.model import Place
from compiler.explain.words import limited
from compiler.program.decide import Decision
from compiler.suites.case import Expected
from compiler.suites.result import Wrong

_NONE = "none"


def wrongs(expected: Expected, decision: Decision) -> Iterator[Wrong]:
    """Give everything that is not as expected; what is not expected is not asked."""
    if decision.status not in expected.statuses:
        wanted = " or ".join(str(status) for status in expected.statuses)
        yield Wrong("status", wanted, f"{decision.status} ({decision.reason})")
    if expected.selected is not None and decision.selected != expected.selected:
        yield Wrong("selected", expected.selected, decision.selected or _NONE)
    if expected.reason is not None and decision.reason != expected.reason:
        yield Wrong("reason", expected.reason, decision.reason)
    got = spelt_limits(decision)
    if expected.limits is not None and sorted(expected.limits) != sorted(got):
        yield Wrong("limits", ", ".join(expected.limits) or _NONE, ", ".join(got) or _NONE)
    missing = [name for name in expected.because if not any(is_at(name, place) for place in decision.because)]
    if missing:
        told = ", ".join(dict.fromkeys(spelt_place(place) for place in decision.because))
        yield Wrong("because", ", ".join(missing), told or _NONE)


def spelt_limits(decision: Decision) -> tuple[str, ...]:
    """Spell the limits of a decision as rows of a suite do."""
    return tuple(f"{limited(limit)}{'' if limit.per == ('user',) else ' shared'}" for limit in decision.limits)


def is_at(name: str, place: Place) -> bool:
    """Tell whether `file#name` is what a place is in: the file, and the name of something in it."""
    file, _, inside = name.partition("#")
    return place.file == file and (not inside or inside in place.path)


def spelt_place(place: Place) -> str:
    """Give a place as `file#name`, by the name of the item that it is in."""
    names = [part for part in place.path if isinstance(part, str)]
    return f"{place.file}#{names[1] if len(names) > 1 else names[0]}" if names else place.file
