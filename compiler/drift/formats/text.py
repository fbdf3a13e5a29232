"""Drift for people at a terminal: the verdict, what it means, then every object with the fields that differ."""

from __future__ import annotations

from collections.abc import Iterator
from os.path import commonprefix
from typing import Final

from compiler.diagnostics.count import counted
from compiler.diagnostics.visible import visible
from compiler.diff.formats.text import row_lines
from compiler.drift.result import Drift, Fate, Field, ObjectDrift

# Objects, and fields of each, that are shown.
_MOST_OBJECTS: Final = 40
_MOST_FIELDS: Final = 8
# Letters of a value that are shown.
_MOST: Final = 100
# Of these, before the first one that differs.
_BEFORE: Final = 20
SIDES: Final = ("out/", "cluster")


def render(drift: Drift) -> str:
    """Give the whole text; one line when nothing differs."""
    return "".join(f"{line}\n" for line in _lines(drift))


def _lines(drift: Drift) -> Iterator[str]:
    yield drift.verdict
    for row in drift.rows:
        yield ""
        yield from row_lines(row, SIDES)
    if drift.unknown or drift.unmeant:
        yield ""
        yield from (f"[undecided] {one.model}: what its callers have is not known: {visible(one.why)}" for one in drift.unknown)
        if drift.unmeant:
            yield f"what this means for callers is not told: {drift.unmeant}"
    if drift.objects:
        yield ""
        for one in drift.objects[:_MOST_OBJECTS]:
            yield from _object(one)
        if len(drift.objects) > _MOST_OBJECTS:
            yield f"and {counted(len(drift.objects) - _MOST_OBJECTS, 'more object')}"
    if drift.remarks:
        yield ""
        yield from (f"note: {visible(remark)}" for remark in drift.remarks)


def _object(one: ObjectDrift) -> Iterator[str]:
    yield f"[{one.fate.value}] {visible(one.name)} ({visible(one.place.file)})"
    yield f"  {one.effect}"
    if one.fate is Fate.IDLE and one.fields:
        yield "  also differs:"
    for field in one.fields[:_MOST_FIELDS]:
        yield f"  {visible(field.path)}: {said(field)}"
    if len(one.fields) > _MOST_FIELDS:
        yield f"  and {counted(len(one.fields) - _MOST_FIELDS, 'more field')}"


def said(field: Field) -> str:
    """Tell of a field, but never what may be a secret."""
    if field.secret:
        return "differs, and is not shown"
    start = 0
    if field.written is not None and field.live is not None:
        # Long expressions are mostly the same, and begin alike.
        common = len(commonprefix((field.written, field.live)))  # noqa: RUF071 - of texts that are no paths
        start = max(common - _BEFORE, 0) if max(len(field.written), len(field.live)) > _MOST else 0
    return f"{_value(field.written, start)} -> {_value(field.live, start)}"


def _value(text: str | None, start: int) -> str:
    if text is None:
        return "nothing"
    shown = text[start : start + _MOST]
    return f"`{'...' if start else ''}{visible(shown)}{'...' if start + _MOST < len(text) else ''}`"
