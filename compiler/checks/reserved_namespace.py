"""Models keep out of the namespaces whose paths belong to the MaaS API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from compiler.checks.report import error
from compiler.diagnostics.model import Diagnostic
from compiler.program.ir import Program

# Namespaces whose path would shadow the model listing and the MaaS API on the same host (B-06).
_RESERVED: Final = ("maas-api", "v1")


def on_program(program: Program) -> Iterator[Diagnostic]:
    """Report models in a reserved namespace."""
    for model in program.models:
        if model.namespace in _RESERVED:
            yield error(
                "reserved-namespace",
                f"the model `{model.id}` is in the reserved namespace `{model.namespace}`",
                model.origin.on_key(),
                f"its path `{model.prefix}` would be taken for the MaaS API's and escape the token limits",
                help="move the model to another namespace",
            )
