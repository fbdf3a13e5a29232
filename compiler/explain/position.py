"""Turns places into what the user opens: a file from where they stand, a line, a column, and the line itself."""

from __future__ import annotations

from msgspec import Struct

from compiler.diagnostics.excerpt import lines_of, quote
from compiler.diagnostics.locate import Locator, span_of
from compiler.diagnostics.model import Place, Span


class Position(Struct, frozen=True):
    """Where something stands; lines and columns count from 1, None where they are not known; `quoted` is one line."""

    file: str
    line: int | None
    column: int | None
    quoted: str

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}:{self.column}"


class Positions(Struct, frozen=True):
    """Finds positions in the texts of a folder, named by the path from where the user stands (`.` for here)."""

    sources: Locator
    folder: str

    def of(self, place: Place) -> Position:
        """Give the position of a place."""
        file = place.file if self.folder in (".", "") else f"{self.folder.rstrip('/')}/{place.file}"
        span = span_of(place, self.sources)
        if span is None:
            return Position(file, None, None, "")
        return Position(file, span.line, span.column, self._line(place.file, span))

    def _line(self, file: str, span: Span) -> str:
        lines = lines_of(self.sources)(file)
        if lines is None:
            return ""
        first = Span(span.line, span.column, span.line, span.column + 1)
        return next((quoted.text.strip() for quoted in quote(lines, first, "^")), "")
