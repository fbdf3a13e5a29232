"""Drift as a comment or a page of a report: the verdict, a table of what it means, and the objects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from compiler.diagnostics.count import counted
from compiler.diff import words
from compiler.diff.formats.markdown import escaped
from compiler.diff.result import Row
from compiler.drift.formats.text import said
from compiler.drift.result import Drift

# Rows of a table and lines of a list: whoever posts it has a limit of some ten thousand characters.
_MOST: Final = 50
_COLUMNS: Final = ("drift", "models", "callers", "out/", "cluster", "witness")


def render(drift: Drift) -> str:
    """Give the whole text."""
    return "".join(f"{line}\n" for line in _lines(drift))


def _lines(drift: Drift) -> Iterator[str]:
    yield f"**{escaped(drift.verdict)}**"
    if drift.rows:
        yield ""
        yield f"| {' | '.join(_COLUMNS)} |"
        yield f"{'| --- ' * len(_COLUMNS)}|"
        yield from _some([_row(row) for row in drift.rows])
    unknown = [f"{one.model}: not known: {one.why}" for one in drift.unknown]
    unknown += [f"what this means for callers is not told: {drift.unmeant}"] if drift.unmeant else []
    objects = [
        "; ".join([f"{one.fate.word} {one.name}: {one.effect}", *(f"{field.path}: {said(field)}" for field in one.fields)])
        for one in drift.objects
    ]
    for title, lines in (("Not known", unknown), ("Objects", objects), ("Notes", list(drift.remarks))):
        if lines:
            yield ""
            yield f"#### {title}"
            yield ""
            yield from _some([f"- {escaped(line)}" for line in lines])


def _some(lines: list[str]) -> Iterator[str]:
    yield from lines[:_MOST]
    if len(lines) > _MOST:
        yield ""
        yield f"{counted(len(lines) - _MOST, 'line')} left out; `maasc drift` tells all."


def _row(row: Row) -> str:
    shown = words.witness(row.witness) if row.witness else ""
    cells = [words.titles(row), words.models(row), words.callers(row.callers), row.before, row.after, shown]
    return f"| {' | '.join(escaped(cell) for cell in cells)} |"
