"""What policies stand on: the Gateway with its class, and what asks Kuadrant's operator for its services."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from compiler.kube.base import Manifest
from compiler.kube.gateway import (
    AllowedRoutes,
    CertificateRef,
    Gateway,
    GatewayClass,
    GatewayClassSpec,
    GatewaySpec,
    Kuadrant,
    Listener,
    ListenerTls,
    NamespaceSelector,
    Requirement,
    RouteNamespaces,
)
from compiler.program.ir import Program
from compiler.program.platform import NewGateway
from compiler.targets.common import metadata

_KUADRANT: Final = "kuadrant"
# Every namespace carries its own name under this label, and the API server lets nobody change it.
_NAME_OF_NAMESPACE: Final = "kubernetes.io/metadata.name"
# By this label the deployment of the platform finds the Gateway.
_INSTANCE: Final = "app.kubernetes.io/instance"


def gateway_class(new: NewGateway) -> Iterator[Manifest]:
    """Give the class of the Gateway, where its controller is told."""
    if new.controller is not None:
        yield GatewayClass(metadata(new.class_name, None), GatewayClassSpec(new.controller))


def gateway(program: Program, new: NewGateway) -> Iterator[Manifest]:
    """Give the Gateway: one listener with TLS for the host, and one without only where it is asked for."""
    at = program.platform.gateway
    named = metadata(at.name, at.namespace, adopted=True, labels={_INSTANCE: at.name})
    allowed = AllowedRoutes(_namespaces(new))
    listeners = []
    if new.plain_http:
        listeners.append(Listener("http", at.hostname, 80, "HTTP", None, allowed))
    if new.secret is not None:
        tls = ListenerTls("Terminate", (CertificateRef("", "Secret", new.secret),))
        listeners.append(Listener("https", at.hostname, 443, "HTTPS", tls, allowed))
    yield Gateway(named, GatewaySpec(new.class_name, tuple(listeners)))


def _namespaces(new: NewGateway) -> RouteNamespaces:
    if new.namespaces is None:
        return RouteNamespaces("All")
    return RouteNamespaces("Selector", NamespaceSelector((Requirement(_NAME_OF_NAMESPACE, "In", new.namespaces),)))


def kuadrant(program: Program) -> Iterator[Manifest]:
    """Give the object that makes the operator run Authorino and Limitador."""
    yield Kuadrant(metadata(_KUADRANT, program.platform.kuadrant_namespace))
