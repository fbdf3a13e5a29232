"""Where a diagnostic stands in the user's text: the one moment at which paths become lines and columns."""

from __future__ import annotations

from typing import Final, Protocol

from compiler.diagnostics.model import Place, Span


class Locator(Protocol):
    """Knows the texts that places point into."""

    def span(self, place: Place) -> Span | None:
        """Give the range of text that a place names, or None when it is not known."""

    def text(self, file: str) -> str | None:
        """Give the whole text of a file that places name, or None when it cannot be shown."""


class _Nothing:
    """A locator without texts."""

    def span(self, place: Place) -> Span | None:
        return place.span

    def text(self, file: str) -> str | None:  # noqa: ARG002 - the protocol's parameter
        return None


# For diagnostics that are not about texts, or when the texts are gone.
NOTHING: Final[Locator] = _Nothing()


def span_of(place: Place, sources: Locator) -> Span | None:
    """Give the span of a place with numbers from 1 and an end not before its start, whatever the locator says."""
    span = sources.span(place) or place.span
    if span is None:
        return None
    line, column = max(span.line, 1), max(span.column, 1)
    end_line, end_column = max((span.end_line, span.end_column), (line, column))
    return Span(line, column, end_line, max(end_column, 1))
