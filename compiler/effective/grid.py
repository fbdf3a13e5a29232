"""Lines of texts as a table: aligned for a terminal, as CSV, or in Markdown; harmless to whatever opens it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Final

from compiler.diagnostics.visible import visible, width

Line = tuple[str, ...]

# A spreadsheet takes a cell that starts so for a formula (OWASP, CSV injection).
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def aligned(head: Line, lines: Sequence[Line]) -> str:
    """Give columns aligned by what a terminal shows, under names in upper case."""
    shown = [tuple(name.upper() for name in head), *_shown(lines)]
    widths = [max(width(line[column]) for line in shown) for column in range(len(head))]
    padded = (
        "  ".join(value + " " * (room - width(value)) for value, room in zip(line, widths, strict=True)).rstrip()
        for line in shown
    )
    return "".join(f"{line}\n" for line in padded)


def csv_text(head: Line, lines: Sequence[Line]) -> str:
    """Give RFC 4180 with a header row; no cell is a formula to a spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([_harmless(value) for value in line] for line in lines)
    return text.getvalue()


def markdown(head: Line, lines: Sequence[Line]) -> str:
    """Give a table of GitHub's Markdown; every value stays in its cell, and plain."""
    rows = [head, tuple("---" for _ in head), *(tuple(_escaped(value) for value in line) for line in _shown(lines))]
    return "".join(f"| {' | '.join(line)} |\n" for line in rows)


def _shown(lines: Sequence[Line]) -> list[Line]:
    return [tuple(visible(value) for value in line) for line in lines]


def _harmless(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value


def _escaped(value: str) -> str:
    for sign in "\\|`*_<>[]":
        value = value.replace(sign, f"\\{sign}")
    return value
