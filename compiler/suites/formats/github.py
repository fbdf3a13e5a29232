"""The report for GitHub Actions: an annotation of the suite's line for each failure, and one for each bound."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.diagnostics.visible import visible
from compiler.suites.formats.words import failure, summary
from compiler.suites.report import Report


def render(report: Report) -> str:
    """Give one workflow command a line."""
    return "".join(f"{line}\n" for line in _commands(report))


def _commands(report: Report) -> Iterator[str]:
    for number, result in enumerate(report.results):
        where = report.suites.of(result.case.place)
        at = f"file={_property(where.file)}" + (f",line={where.line}" if where.line is not None else "")
        if result.status == "failed":
            told = "\n".join(failure(number, result, report))
            yield f"::error {at},title={_property(result.case.name)}::{_data(told)}"
        elif result.status == "skipped":
            yield f"::notice {at},title={_property(result.case.name)}::{_data(f'skipped: {result.note}')}"
    for survivor in report.mutation.survivors if report.mutation is not None else ():
        where = (report.out if survivor.emitted else report.config).of(survivor.place)
        at = f"file={_property(where.file)}" + (f",line={where.line}" if where.line is not None else "")
        told = "\n".join([survivor.says, *survivor.test])
        yield f"::warning {at},title=mutant survived::{_data(told)}"
    for bound in report.bounds:
        if not bound.reached:
            yield f"::error title={_property(bound.name)}::{_data(str(bound))}"
    yield f"::notice title=maasc test::{_data(summary(report))}"


def _data(text: str) -> str:
    """Escape what would end a command or start another one."""
    shown = "\n".join(visible(line) for line in text.split("\n"))
    return shown.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """Escape what would end a command or one of its properties."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
