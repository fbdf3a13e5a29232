"""Metrics of usage stay within what Prometheus was given room for."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.checks.report import error
from compiler.diagnostics.model import Diagnostic, Note
from compiler.program.ir import Program
from compiler.program.series import series
from compiler.program.telemetry import USER


def on_program(program: Program) -> Iterator[Diagnostic]:
    """Report labels that make more series than are allowed."""
    telemetry = program.platform.telemetry
    if telemetry is None:
        return
    found = series(program, telemetry)
    total = sum(found.values())
    if total <= telemetry.max_series:
        return
    largest = max(found, key=lambda model: (found[model], model))
    place = program.platform.origin.at("telemetry")
    yield error(
        "too-many-series",
        f"the metrics of usage may have {total:,} series, and {telemetry.max_series:,} are allowed",
        place.at("labels"),
        "Limitador and Prometheus keep every series in memory: one that runs out of it restarts, and its counts start anew",
        Note(f"`{largest}` alone may have {found[largest]:,}"),
        help="leave out the label `user`, or allow more with `maxSeries`" if USER in telemetry.labels else "raise `maxSeries`",
    )
