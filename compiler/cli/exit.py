"""The exit codes, the same for every command and every format, and how a run ends before its time."""

from __future__ import annotations

import sys
from typing import Final, NoReturn

import click

from compiler.diagnostics.visible import visible

FINE: Final = 0
GATE: Final = 1
COULD_NOT_RUN: Final = 2
BUG: Final = 3
INCONCLUSIVE: Final = 4
# As a shell tells of a program that SIGINT ended.
INTERRUPTED: Final = 130


def stop(message: str, ending: int = COULD_NOT_RUN, *, advice: str | None = None) -> NoReturn:
    """End the run with one sentence on standard error, and what to do; both may hold what the user wrote."""
    tell(message, advice)
    sys.exit(ending)


def tell(message: str, advice: str | None = None) -> None:
    """Say one sentence on standard error, and what to do."""
    click.echo(f"maasc: {visible(message)}{'' if not advice else f'{chr(10)}help: {visible(advice)}'}", err=True)
