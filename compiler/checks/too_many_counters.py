"""Budgets make no more counters than Limitador has room for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from compiler.checks.report import error
from compiler.diagnostics.model import Diagnostic, Note
from compiler.program.counters import counters
from compiler.program.ir import Program

_NAMED: Final = 3


def on_program(program: Program) -> Iterator[Diagnostic]:
    """Report budgets that need more counters than there may be."""
    limitador = program.platform.limitador
    if limitador is None:
        return
    found = counters(program, limitador.users)
    total = sum(found.values())
    if total <= limitador.max_counters:
        return
    largest = sorted(program.models, key=lambda model: (-found[model.id], model.id))[:_NAMED]
    yield error(
        "too-many-counters",
        f"the budgets may need {total:,} counters, and {limitador.max_counters:,} are allowed",
        program.platform.origin.at("limitador", "maxCounters"),
        "Limitador drops counters, or runs out of memory and restarts: they start anew, and callers get more than their budget",
        *(Note(f"`{model.id}` may need {found[model.id]:,}", model.origin.on_key()) for model in largest),
        help="fewer windows, `per: subscription`, or a Limitador with more memory or a database, and more `maxCounters`; "
        "`maasc effective --cost` tells what each model needs",
    )
