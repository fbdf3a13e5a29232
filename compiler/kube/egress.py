"""What leads out of the cluster: a Service that stands for a host name, and what Istio is told of that host."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from compiler.kube.base import ObjectMeta


@dataclass(frozen=True)
class ServicePort:
    """A TCP port of a Service, the same on both sides."""

    name: str
    port: int
    target_port: int


@dataclass(frozen=True)
class ExternalNameSpec:
    """The host name that the Service stands for."""

    type: str
    external_name: str
    ports: tuple[ServicePort, ...]


@dataclass(frozen=True)
class ExternalNameService:
    """A Service that is another name of a host outside of the cluster."""

    api_version: ClassVar[str] = "v1"
    kind: ClassVar[str] = "Service"
    metadata: ObjectMeta
    spec: ExternalNameSpec


@dataclass(frozen=True)
class EntryPort:
    """A port of a host outside of the mesh; the protocol is what the gateway speaks to it."""

    number: int
    name: str
    protocol: str


@dataclass(frozen=True)
class ServiceEntrySpec:
    """Hosts that Istio is to know though no Service of the cluster serves them."""

    hosts: tuple[str, ...]
    location: str
    resolution: str
    ports: tuple[EntryPort, ...]


@dataclass(frozen=True)
class ServiceEntry:
    """A ServiceEntry, networking.istio.io/v1."""

    api_version: ClassVar[str] = "networking.istio.io/v1"
    kind: ClassVar[str] = "ServiceEntry"
    metadata: ObjectMeta
    spec: ServiceEntrySpec


@dataclass(frozen=True)
class Tls:
    """How TLS is spoken: as a client without a certificate (`SIMPLE`), asking for the certificate of `sni`."""

    mode: str
    sni: str


@dataclass(frozen=True)
class TrafficPolicy:
    """What holds for connections to a host."""

    tls: Tls


@dataclass(frozen=True)
class DestinationRuleSpec:
    """A host, and what holds for connections to it."""

    host: str
    traffic_policy: TrafficPolicy


@dataclass(frozen=True)
class DestinationRule:
    """A DestinationRule, networking.istio.io/v1."""

    api_version: ClassVar[str] = "networking.istio.io/v1"
    kind: ClassVar[str] = "DestinationRule"
    metadata: ObjectMeta
    spec: DestinationRuleSpec
