"""What leads from the gateway to a provider outside of the cluster."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.kube.base import Manifest
from compiler.kube.egress import (
    DestinationRule,
    DestinationRuleSpec,
    EntryPort,
    ExternalNameService,
    ExternalNameSpec,
    ServiceEntry,
    ServiceEntrySpec,
    ServicePort,
    Tls,
    TrafficPolicy,
)
from compiler.kube.names import object_name
from compiler.program.backends import ExternalModel
from compiler.program.ir import Model
from compiler.targets.common import metadata


def name(model: Model) -> str:
    """Give the name of the Service, the ServiceEntry and the DestinationRule; the MaaS controller's, where it fits."""
    return object_name("maas", model.name)


def manifests(model: Model, served: ExternalModel) -> Iterator[Manifest]:
    """Give the Service that the route names, the ServiceEntry of the provider's host, and how TLS is spoken to it.

    Istio takes a Service with an external name for the host itself, so that what holds for the host holds for it.
    """
    named = metadata(name(model), model.namespace, adopted=True)
    said, protocol = ("https", "HTTPS") if served.tls else ("http", "HTTP")
    port = ServicePort(said, served.port, served.port)
    yield ExternalNameService(named, ExternalNameSpec("ExternalName", served.endpoint, (port,)))
    entry = EntryPort(served.port, said, protocol)
    yield ServiceEntry(named, ServiceEntrySpec((served.endpoint,), "MESH_EXTERNAL", "DNS", (entry,)))
    if served.tls:
        tls = Tls("SIMPLE", served.endpoint)
        yield DestinationRule(named, DestinationRuleSpec(served.endpoint, TrafficPolicy(tls)))
