"""No model takes the name of a file that the output folder needs for itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from compiler.checks.report import error
from compiler.diagnostics.model import Diagnostic
from compiler.program.ir import Program

# Each model has a file of its name, beside the `kustomization.yaml` of its namespace.
_RESERVED: Final = "kustomization"


def on_program(program: Program) -> Iterator[Diagnostic]:
    """Report models of a reserved name."""
    for model in program.models:
        if model.name == _RESERVED:
            yield error(
                "reserved-name",
                f"the model `{model.id}` has the name of the file that lists a folder's manifests",
                model.origin.on_key(),
                "one of the two files would replace the other: the model would have no policies, or none of its namespace would",
                help="give the model another name; its backend may keep its own",
            )
