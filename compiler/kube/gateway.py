"""Gateway and GatewayClass, gateway.networking.k8s.io/v1, and Kuadrant, kuadrant.io/v1beta1: what policies stand on."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from compiler.kube.base import ObjectMeta


class GatewayClassSpec(Struct, frozen=True):
    """The controller that makes Gateways of the class."""

    controller_name: str


class GatewayClass(Struct, frozen=True):
    """A GatewayClass."""

    api_version: ClassVar[str] = "gateway.networking.k8s.io/v1"
    kind: ClassVar[str] = "GatewayClass"
    metadata: ObjectMeta
    spec: GatewayClassSpec


class CertificateRef(Struct, frozen=True):
    """A Secret of the Gateway's namespace, with certificate and key."""

    group: str
    kind: str
    name: str


class ListenerTls(Struct, frozen=True):
    """TLS that ends at the listener."""

    mode: str
    certificate_refs: tuple[CertificateRef, ...]


class Requirement(Struct, frozen=True):
    """A label of which the value must be one of some."""

    key: str
    operator: str
    values: tuple[str, ...]


class NamespaceSelector(Struct, frozen=True):
    """The labels that a namespace must have."""

    match_expressions: tuple[Requirement, ...]


class RouteNamespaces(Struct, frozen=True):
    """The namespaces whose routes may attach: `All`, or those of a selector."""

    from_: str
    selector: NamespaceSelector | None = None


class AllowedRoutes(Struct, frozen=True):
    """The routes that may attach."""

    namespaces: RouteNamespaces


class Listener(Struct, frozen=True):
    """A port of the Gateway, for one host."""

    name: str
    hostname: str
    port: int
    protocol: str
    tls: ListenerTls | None
    allowed_routes: AllowedRoutes


class GatewaySpec(Struct, frozen=True):
    """The class and the ports."""

    gateway_class_name: str
    listeners: tuple[Listener, ...]


class Gateway(Struct, frozen=True):
    """A Gateway."""

    api_version: ClassVar[str] = "gateway.networking.k8s.io/v1"
    kind: ClassVar[str] = "Gateway"
    metadata: ObjectMeta
    spec: GatewaySpec


class Kuadrant(Struct, frozen=True):
    """Asks Kuadrant's operator for Authorino and Limitador, beside it in its namespace."""

    api_version: ClassVar[str] = "kuadrant.io/v1beta1"
    kind: ClassVar[str] = "Kuadrant"
    metadata: ObjectMeta
