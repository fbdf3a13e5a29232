"""The exit codes, the same for every command and every format."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from compiler.diagnostics.model import Diagnostic, failed
from compiler.source.errors import UNREADABLE

FINE: Final = 0
GATE: Final = 1
COULD_NOT_RUN: Final = 2
BUG: Final = 3
INCONCLUSIVE: Final = 4

# Beside unreadable input: the output folder or the user's CRDs could not be used.
_COULD_NOT_RUN: Final = frozenset({*UNREADABLE, "no-crds", "bad-crd", "cannot-write", "output-busy"})


def code(diagnostics: Sequence[Diagnostic]) -> int:
    """Give the exit code of a run that found this."""
    if any(found.code in _COULD_NOT_RUN for found in diagnostics):
        return COULD_NOT_RUN
    return GATE if failed(tuple(diagnostics)) else FINE
