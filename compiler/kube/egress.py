"""What leads out of the cluster: a Service that stands for a host name, and what Istio is told of that host."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from compiler.kube.base import ObjectMeta


class ServicePort(Struct, frozen=True):
    """A TCP port of a Service, the same on both sides."""

    name: str
    port: int
    target_port: int


class ExternalNameSpec(Struct, frozen=True):
    """The host name that the Service stands for."""

    type: str
    external_name: str
    ports: tuple[ServicePort, ...]


class ExternalNameService(Struct, frozen=True):
    """A Service that is another name of a host outside of the cluster."""

    api_version: ClassVar[str] = "v1"
    kind: ClassVar[str] = "Service"
    metadata: ObjectMeta
    spec: ExternalNameSpec


class EntryPort(Struct, frozen=True):
    """A port of a host outside of the mesh; the protocol is what the gateway speaks to it."""

    number: int
    name: str
    protocol: str


class ServiceEntrySpec(Struct, frozen=True):
    """Hosts that Istio is to know though no Service of the cluster serves them."""

    hosts: tuple[str, ...]
    location: str
    resolution: str
    ports: tuple[EntryPort, ...]


class ServiceEntry(Struct, frozen=True):
    """A ServiceEntry, networking.istio.io/v1."""

    api_version: ClassVar[str] = "networking.istio.io/v1"
    kind: ClassVar[str] = "ServiceEntry"
    metadata: ObjectMeta
    spec: ServiceEntrySpec


class Tls(Struct, frozen=True):
    """How TLS is spoken: as a client without a certificate (`SIMPLE`), asking for the certificate of `sni`."""

    mode: str
    sni: str


class TrafficPolicy(Struct, frozen=True):
    """What holds for connections to a host."""

    tls: Tls


class DestinationRuleSpec(Struct, frozen=True):
    """A host, and what holds for connections to it."""

    host: str
    traffic_policy: TrafficPolicy


class DestinationRule(Struct, frozen=True):
    """A DestinationRule, networking.istio.io/v1."""

    api_version: ClassVar[str] = "networking.istio.io/v1"
    kind: ClassVar[str] = "DestinationRule"
    metadata: ObjectMeta
    spec: DestinationRuleSpec
