"""The exit code of a run by what it found, the same for every command."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from compiler.cli.exit import COULD_NOT_RUN, FINE, GATE, INCONCLUSIVE
from compiler.diagnostics.model import Diagnostic, Severity
from compiler.gateway.strict import INCONCLUSIVE as UNANSWERABLE
from compiler.source.errors import UNREADABLE

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
