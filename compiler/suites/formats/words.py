"""The sentences that every form of the report uses."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.explain.expressions import Section, Shown
from compiler.suites.report import Report
from compiler.suites.result import Result

_WIDTH = 9
# Characters of an expression that are told; tables of groups may be megabytes long.
_MOST_TEXT = 160
# Expressions that are told of one failure; the others would only hide them.
_MOST_VALUES = 12


def failure(number: int, result: Result, report: Report) -> Iterator[str]:
    """Give the lines about a failed case: expected and got, what decided, the engines, and the values."""
    for wrong in result.wrong:
        yield f"{wrong.what:{_WIDTH}} expected {wrong.expected}, got {wrong.got}"
    for place in result.because:
        position = report.config.of(place.on_key())
        yield f"{'decided':{_WIDTH}} {position}  {position.quoted}".rstrip()
    width = max((len(engine) for engine, _ in result.table), default=0)
    for engine, told in result.table:
        yield f"{'engine':{_WIDTH}} {engine:{width}}  {told}"
    yield from list(_values(report.values.get(number, ())))[:_MOST_VALUES]
    if result.note:
        yield f"{'note':{_WIDTH}} {result.note}"


def _values(sections: tuple[Section, ...]) -> Iterator[str]:
    """Give the facts by their values, what refused with its parts, and the limits that apply."""
    for section in sections:
        if section.title.startswith("facts"):
            yield f"{'values':{_WIDTH}} {', '.join(f'{one.name} = {_cut(one.value)}' for one in section.shown)}"
        elif section.title.startswith("authorization") and section.says not in _UNEVENTFUL:
            for one in section.shown:
                if one.value != "true":
                    yield f"{'value':{_WIDTH}} {section.title}: {_shown(one)}"
                    yield from (f"{'':{_WIDTH}}   {_shown(part)}" for part in one.parts)
        elif section.says == "applies":
            yield f"{'value':{_WIDTH}} {section.title} applies: {', '.join(_shown(one) for one in section.shown[:1])}"


# What is said of a rule that let the request go on.
_UNEVENTFUL = ("granted", "not asked", "skipped")


def _shown(one: Shown) -> str:
    name = f"{one.name} = " if one.name else ""
    return f"{name}{_cut(one.expression)} is {_cut(one.value)}"


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_TEXT else f"{text[:_MOST_TEXT]}... ({len(text)} characters)"


def summary(report: Report) -> str:
    """Count the results."""
    counts = [(report.count(status), status) for status in ("passed", "failed", "skipped")]
    return ", ".join(f"{count} {status}" for count, status in counts if count or status == "passed")
