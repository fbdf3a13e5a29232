"""The namespace of a tier holds nothing but the tier's ServiceAccounts."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.checks.report import error
from compiler.diagnostics.model import Diagnostic, Note
from compiler.program.ir import Program


def on_program(program: Program) -> Iterator[Diagnostic]:
    """Report tiers whose namespace is made and already belongs to something else."""
    if not program.platform.made.tier_namespaces:
        return
    at = program.platform
    taken = {
        at.kuadrant_namespace: ("Kuadrant", at.origin),
        at.maas_api.namespace: ("the MaaS API", at.origin),
        at.gateway.namespace: ("the Gateway", at.origin.at("gateway")),
        **{model.namespace: (f"the model `{model.id}`", model.origin.on_key()) for model in program.models},
    }
    for tier in program.tiers:
        if tier.namespace in taken:
            whose, place = taken[tier.namespace]
            yield error(
                "tier-namespace-taken",
                f"the namespace `{tier.namespace}` of the tier `{tier.name}` is that of {whose}",
                tier.origin.on_key(),
                "every ServiceAccount there has the tier, and taking the tier out deletes all that is in the namespace",
                Note(f"{whose} is here", place),
                help="rename the tier, or move the other",
            )
