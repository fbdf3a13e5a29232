"""A model names no more groups than Authorino can compare in time."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.checks.report import warning
from compiler.diagnostics.model import Diagnostic
from compiler.program.comparisons import MOST, at_most, compared
from compiler.program.ir import Program


def on_program(program: Program) -> Iterator[Diagnostic]:
    """Report models with more names than a caller of many groups can be compared with while the gateway waits."""
    for model in program.models:
        if at_most(program, model) <= MOST:
            continue
        found = compared(program, model)
        if found > MOST:
            yield warning(
                "slow-evaluation",
                f"each group of a caller of `{model.id}` is compared with {found:,} names, and {MOST:,} are safe",
                model.origin.on_key(),
                "a caller of a hundred groups waits long for Authorino, and gets 500 where that takes more than 200 ms",
                help="one group for those that get the same, which the identity provider keeps, or a model for each part",
            )
