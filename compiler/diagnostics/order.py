"""The one order in which diagnostics are shown, whatever order the passes found them in."""

from __future__ import annotations

from collections.abc import Iterable

from compiler.diagnostics.locate import Locator, span_of
from compiler.diagnostics.model import Diagnostic


def ordered(diagnostics: Iterable[Diagnostic], sources: Locator) -> tuple[Diagnostic, ...]:
    """Give each diagnostic once, by file, position, code and headline; those without a place come first.

    In a file, those without a position come before those with one.
    """
    return tuple(sorted(dict.fromkeys(diagnostics), key=lambda found: _rank(found, sources)))


def _rank(found: Diagnostic, sources: Locator) -> tuple[str, tuple[int, ...], str, str, str]:
    # Invariant: the last part tells any two different diagnostics apart, so the order is total.
    if found.place is None:
        return "", (), found.code, found.headline, repr(found)
    span = span_of(found.place, sources)
    position = (span.line, span.column, span.end_line, span.end_column) if span else (0,)
    return found.place.file, position, found.code, found.headline, repr(found)
