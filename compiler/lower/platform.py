"""Lower what is to be made of the platform; the namespaces whose routes attach follow from the models unless written."""

from __future__ import annotations

from compiler.intent.intent import Intent
from compiler.program.platform import Made, NewGateway


def made(intent: Intent) -> Made:
    """Give what is to be made."""
    spec = intent.platform.spec
    return Made(
        gateway=_gateway(intent),
        maas_api_route=spec.maas_api.route,
        tier_namespaces=spec.tier_namespaces,
        kuadrant=spec.create_kuadrant,
    )


def _gateway(intent: Intent) -> NewGateway | None:
    platform = intent.platform.spec
    spec = platform.gateway.create
    if spec is None:
        return None
    written = spec.allowed_namespaces
    if written is None:
        written = [platform.maas_api.namespace, *(ident.partition("/")[0] for ident in intent.models)]
    return NewGateway(
        class_name=spec.gateway_class,
        controller=spec.controller,
        secret=spec.tls.secret if spec.tls else None,
        plain_http=spec.plain_http,
        namespaces=None if written == "*" else tuple(sorted(set(written))),
    )
