"""A Gateway that is made lets the routes of every model attach, and that of the MaaS API."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.checks.report import error
from compiler.diagnostics.model import Diagnostic, Note
from compiler.program.ir import Program


def on_program(program: Program) -> Iterator[Diagnostic]:
    """Report namespaces whose routes could not attach."""
    new = program.platform.made.gateway
    if new is None or new.namespaces is None:
        return
    place = program.platform.origin.at("gateway", "create", "allowedNamespaces")
    needed = {model.namespace: Note(f"the model `{model.id}` is here", model.origin.on_key()) for model in program.models}
    api = program.platform.maas_api.namespace
    if program.platform.made.maas_api_route:
        needed.setdefault(api, Note("the route of the MaaS API is asked for here", program.platform.origin.at("maasApi")))
    for namespace, because in sorted(needed.items()):
        if namespace not in new.namespaces:
            yield error(
                "namespace-not-allowed",
                f"routes of the namespace `{namespace}` may not attach to the Gateway",
                place,
                "404 for everyone: the Gateway knows no route there",
                because,
                help=f"add `{namespace}`, or leave `allowedNamespaces` out: then it is the namespaces that are needed",
            )
