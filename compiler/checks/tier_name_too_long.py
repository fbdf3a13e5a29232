"""A tier's namespace, `<gateway>-tier-<tier>`, must fit a Kubernetes name."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.checks.report import error
from compiler.diagnostics.model import Diagnostic
from compiler.kube.names import MAX_NAME
from compiler.lower.lower import tier_namespace
from compiler.program.ir import Program


def on_program(program: Program) -> Iterator[Diagnostic]:
    """Report tiers whose namespace would be too long."""
    for tier in program.tiers:
        namespace = tier_namespace(program.platform.gateway.name, tier.name)
        if len(namespace) > MAX_NAME:
            yield error(
                "tier-name-too-long",
                f"the namespace `{namespace}` of the tier `{tier.name}` has {len(namespace)} characters, {MAX_NAME} are allowed",
                tier.origin.on_key(),
                "the MaaS API could not make the tier's ServiceAccounts: no tokens for its members",
                help="shorten the name of the tier; what people see is `displayName`",
            )
