"""The exit codes, the same for every command and every format."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Final, NoReturn

import click

from compiler.diagnostics.model import Diagnostic, Severity
from compiler.diagnostics.visible import visible
from compiler.gateway.strict import INCONCLUSIVE as UNANSWERABLE
from compiler.source.errors import UNREADABLE

FINE: Final = 0
GATE: Final = 1
COULD_NOT_RUN: Final = 2
BUG: Final = 3
INCONCLUSIVE: Final = 4
# As a shell tells of a program that SIGINT ended.
INTERRUPTED: Final = 130

# Beside unreadable input: the output folder or the user's CRDs could not be used.
_COULD_NOT_RUN: Final = frozenset(
    {
        *UNREADABLE,
        "no-crds",
        "bad-crd",
        "bad-certificate",
        "bad-dump",
        "cannot-write",
        "output-busy",
        "truncated-dump",
        "unreadable-output",
    }
)

# Nothing is known to be wrong, and nobody can say that it is right.
_INCONCLUSIVE: Final = frozenset({*UNANSWERABLE, "undecided"})


def code(diagnostics: Sequence[Diagnostic]) -> int:
    """Give the exit code of a run that found this; what is known to be wrong outweighs what is not known."""
    errors = {found.code for found in diagnostics if found.severity is Severity.ERROR}
    if errors & _COULD_NOT_RUN:
        return COULD_NOT_RUN
    if errors - _INCONCLUSIVE:
        return GATE
    return INCONCLUSIVE if errors else FINE


def stop(message: str, ending: int = COULD_NOT_RUN, *, advice: str | None = None) -> NoReturn:
    """End the run with one sentence on standard error, and what to do; both may hold what the user wrote."""
    tell(message, advice)
    sys.exit(ending)


def tell(message: str, advice: str | None = None) -> None:
    """Say one sentence on standard error, and what to do."""
    click.echo(f"maasc: {visible(message)}{'' if not advice else f'{chr(10)}help: {visible(advice)}'}", err=True)
