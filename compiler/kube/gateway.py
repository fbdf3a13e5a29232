"""Gateway and GatewayClass, gateway.networking.k8s.io/v1, and Kuadrant, kuadrant.io/v1beta1: what policies stand on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from compiler.kube.base import ObjectMeta


@dataclass(frozen=True)
class GatewayClassSpec:
    """The controller that makes Gateways of the class."""

    controller_name: str


@dataclass(frozen=True)
class GatewayClass:
    """A GatewayClass."""

    api_version: ClassVar[str] = "gateway.networking.k8s.io/v1"
    kind: ClassVar[str] = "GatewayClass"
    metadata: ObjectMeta
    spec: GatewayClassSpec


@dataclass(frozen=True)
class CertificateRef:
    """A Secret of the Gateway's namespace, with certificate and key."""

    group: str
    kind: str
    name: str


@dataclass(frozen=True)
class ListenerTls:
    """TLS that ends at the listener."""

    mode: str
    certificate_refs: tuple[CertificateRef, ...]


@dataclass(frozen=True)
class Requirement:
    """A label of which the value must be one of some."""

    key: str
    operator: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class NamespaceSelector:
    """The labels that a namespace must have."""

    match_expressions: tuple[Requirement, ...]


@dataclass(frozen=True)
class RouteNamespaces:
    """The namespaces whose routes may attach: `All`, or those of a selector."""

    from_: str
    selector: NamespaceSelector | None = None


@dataclass(frozen=True)
class AllowedRoutes:
    """The routes that may attach."""

    namespaces: RouteNamespaces


@dataclass(frozen=True)
class Listener:
    """A port of the Gateway, for one host."""

    name: str
    hostname: str
    port: int
    protocol: str
    tls: ListenerTls | None
    allowed_routes: AllowedRoutes


@dataclass(frozen=True)
class GatewaySpec:
    """The class and the ports."""

    gateway_class_name: str
    listeners: tuple[Listener, ...]


@dataclass(frozen=True)
class Gateway:
    """A Gateway."""

    api_version: ClassVar[str] = "gateway.networking.k8s.io/v1"
    kind: ClassVar[str] = "Gateway"
    metadata: ObjectMeta
    spec: GatewaySpec


@dataclass(frozen=True)
class Kuadrant:
    """Asks Kuadrant's operator for Authorino and Limitador, beside it in its namespace."""

    api_version: ClassVar[str] = "kuadrant.io/v1beta1"
    kind: ClassVar[str] = "Kuadrant"
    metadata: ObjectMeta
