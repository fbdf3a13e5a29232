"""Labels of usage are emitted only for releases in which they never err."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from compiler.checks.report import error
from compiler.diagnostics.model import Diagnostic
from compiler.program.ir import Program

# From here on the filter knows the identity as a whole, so that a label can ask whether there is one. Before, the question
# itself hides the answer: of two paths of which one begins the other, only the shorter is fetched.
_FIRST: Final = (1, 5)


def on_program(program: Program) -> Iterator[Diagnostic]:
    """Report telemetry for an older release."""
    release = program.platform.kuadrant
    if program.platform.telemetry is not None and release[:2] < _FIRST:
        yield error(
            "unsupported-telemetry",
            f"labels of usage need Kuadrant 1.5, and the cluster has {release[0]}.{release[1]}",
            program.platform.origin.at("telemetry"),
            "a label that errs where nobody is known lets requests by their limits",
            help="leave `telemetry` out until the cluster has Kuadrant 1.5",
        )
