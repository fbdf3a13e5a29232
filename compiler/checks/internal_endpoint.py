"""An external model is outside of the cluster: for what is inside there are backends that stay inside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from compiler.checks.report import error
from compiler.diagnostics.model import Diagnostic
from compiler.program.backends import ExternalModel
from compiler.program.ir import Program

# Ends of names that the cluster's own DNS answers, or that no other one does.
_INSIDE: Final = (".svc", ".local", ".localhost", ".localdomain")


def on_program(program: Program) -> Iterator[Diagnostic]:
    """Report endpoints that the cluster serves itself, and the gateway's own host."""
    for model in program.models:
        if not isinstance(model.backend, ExternalModel):
            continue
        endpoint, place = model.backend.endpoint, model.origin.at("backend", "endpoint")
        if endpoint == program.platform.gateway.hostname:
            effect = "requests come back to the gateway until it gives up"
            yield error("internal-endpoint", f"`{endpoint}` is the gateway itself", place, effect)
        elif endpoint.endswith(_INSIDE):
            yield error(
                "internal-endpoint",
                f"`{endpoint}` is a name inside of the cluster",
                place,
                "Istio would take the Service for a host beyond the mesh, and the policies of its own namespace would not hold",
                help="use `{kind: Service, name: ..., port: ...}`, with `namespace` where the Service is in another one",
            )
