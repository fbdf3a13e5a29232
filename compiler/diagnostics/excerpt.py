"""Quote the lines a span covers, with their numbers and with marks exactly under the span."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import islice
from typing import Final

from msgspec import Struct

from compiler.diagnostics.locate import Locator
from compiler.diagnostics.model import Span
from compiler.diagnostics.visible import visible, width

TAB_STOP: Final = 4
# Cells of source text in one quoted line; a longer line is cut on both sides of the span.
ROOM: Final = 100
# Cells kept before a span that starts too far to the right.
_LEAD: Final = 24
_CUT: Final = "..."
# Lines quoted of one span; of a longer one all but the last of these are its first, then a gap, then its last.
_MOST_LINES: Final = 4

_BREAK: Final = re.compile(r"\r\n|\n|\r")

Lines = Callable[[str], tuple[str, ...] | None]


class Quoted(Struct, frozen=True):
    """One line as shown: its number from 1 (None for a gap), its visible text, and the marks below it."""

    number: int | None
    text: str
    marks: str


_GAP: Final = Quoted(None, _CUT, "")


class _Cell(Struct, frozen=True):
    """What one character of the source becomes: visible text and its width in terminal cells."""

    text: str
    width: int


def lines_of(sources: Locator) -> Lines:
    """Give a function from a file to its lines (None when its text is unknown) that splits each file once."""

    @cache
    def lines(file: str) -> tuple[str, ...] | None:
        text = sources.text(file)
        return None if text is None else tuple(_BREAK.split(text))

    return lines


def quote(lines: tuple[str, ...], span: Span, mark: str) -> tuple[Quoted, ...]:
    """Quote what a span covers, marked with the character `mark`; nothing when it starts below the text."""
    if span.line > len(lines):
        return ()
    numbers = range(span.line, min(span.end_line, len(lines)) + 1)
    parts = list(islice(_covered(lines, span, numbers), _MOST_LINES + 1))
    quoted = [_quoted(*part, mark) for part in parts]
    if len(quoted) <= _MOST_LINES:
        return tuple(quoted)
    last = next(_covered(lines, span, reversed(numbers)))
    return (*quoted[: _MOST_LINES - 1], _GAP, _quoted(*last, mark))


def _covered(lines: tuple[str, ...], span: Span, numbers: Iterable[int]) -> Iterator[tuple[int, str, int, int]]:
    """Give number, text and covered characters (from 0, end exclusive) of each line; later lines without any are left out.

    A YAML block ends where the next key begins, so its last lines are often empty or a comment's indentation.
    """
    for number in numbers:
        line = lines[number - 1]
        end = min(span.end_column - 1, len(line)) if number == span.end_line else len(line.rstrip())
        if number == span.line:
            start = min(span.column - 1, len(line))
            yield number, line, start, max(end, start)
        elif line[:end].strip():
            yield number, line, len(line) - len(line.lstrip()), end


def _quoted(number: int, line: str, start: int, end: int, mark: str) -> Quoted:
    # Only what can be shown is measured: a line may be a megabyte long.
    first = max(0, start - ROOM)
    cells = _cells(line[first : start + ROOM + 1])
    start, end = start - first, min(end - first, len(cells))
    left, right = _window(cells, start)
    head = _CUT if first + left > 0 else ""
    tail = _CUT if first + right < len(line) else ""
    text = head + "".join(cell.text for cell in cells[left:right]) + tail
    before = len(head) + sum(cell.width for cell in cells[left:start])
    under = sum(cell.width for cell in cells[start : min(end, right)])
    return Quoted(number, text.rstrip(), " " * before + mark * max(under, 1))


def _window(cells: list[_Cell], start: int) -> tuple[int, int]:
    """Choose the characters to show: all of a short line, else from shortly before the span as far as there is room."""
    offsets = [0]
    for cell in cells:
        offsets.append(offsets[-1] + cell.width)
    if offsets[-1] <= ROOM:
        return 0, len(cells)
    left = 0
    if offsets[start] > ROOM // 2:
        left = next(index for index in range(start + 1) if offsets[index] >= offsets[start] - _LEAD)
    right = max((index for index in range(left, len(cells) + 1) if offsets[index] - offsets[left] <= ROOM), default=left)
    return left, right


def _cells(line: str) -> list[_Cell]:
    cells: list[_Cell] = []
    column = 0
    for character in line:
        text = " " * (TAB_STOP - column % TAB_STOP) if character == "\t" else visible(character)
        cells.append(_Cell(text, width(text)))
        column += cells[-1].width
    return cells
