"""Turns lines and columns of a text into positions, and back."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from typing import Final

from compiler.diagnostics.model import Span

# As YAML ends its lines.
_BREAK: Final = re.compile(r"\r\n|\r|\n")


class Positions:
    """The positions of a text: from 0, where lines and columns are from 1."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = [0, *(found.end() for found in _BREAK.finditer(text))]

    @cached_property
    def lines(self) -> list[str]:
        """Give the lines with their ends; there is none after the last end."""
        ends = [*self._starts[1:], len(self.text)]
        return [self.text[start:end] for start, end in zip(self._starts, ends, strict=True) if start < end]

    def range(self, span: Span) -> tuple[int, int]:
        """Give the positions of a span."""
        return self._at(span.line, span.column), self._at(span.end_line, span.end_column)

    def span(self, start: int, end: int) -> Span:
        """Give the span between two positions."""
        return Span(*self.place(start), *self.place(end))

    def place(self, position: int) -> tuple[int, int]:
        """Give line and column of a position."""
        line = bisect_right(self._starts, position)
        return line, position - self._starts[line - 1] + 1

    def _at(self, line: int, column: int) -> int:
        # A parser may go on in a line that a text without a last line break does not have.
        return self._starts[line - 1] + column - 1 if line <= len(self._starts) else len(self.text)
