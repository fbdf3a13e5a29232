"""Reads manifests from YAML text: all of them, strictly, with a finding for whatever cannot be answered for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from compiler.diagnostics.model import Diagnostic, Note, Place, Severity
from compiler.gateway.attachment import by_target, check, paths
from compiler.gateway.cluster import Cluster
from compiler.gateway.effective import effective_on
from compiler.gateway.externals import Externals, assume
from compiler.gateway.index import index_of
from compiler.gateway.manifests import Gateway, Meta, ReferenceGrant, Role, RoleBinding, Route, Secret
from compiler.gateway.policies import Policy
from compiler.gateway.read_auth import auth_policy
from compiler.gateway.read_core import role, role_binding, secret
from compiler.gateway.read_keys import external_secret, sealed_secret
from compiler.gateway.read_limits import limit_policy
from compiler.gateway.read_routes import gateway, reference_grant, route, ungranted
from compiler.gateway.read_telemetry import telemetry_policy
from compiler.gateway.read_values import meta
from compiler.gateway.strict import BadManifestError, Node, need, unmodelled
from compiler.gateway.syntax import Syntax, unreadable
from compiler.source.document import Document
from compiler.source.load import load_text

# The documents of files by their names, and what is wrong with their YAML.
Loaded = Mapping[str, tuple[tuple[Document, ...], tuple[Diagnostic, ...]]]

_GATEWAY_API: Final = ("gateway.networking.k8s.io/v1", "gateway.networking.k8s.io/v1beta1")
_KUSTOMIZE: Final = ("kustomize.config.k8s.io/v1beta1", "kustomize.config.k8s.io/v1")
_ISTIO: Final = ("networking.istio.io/v1", "networking.istio.io/v1beta1")
_RBAC: Final = ("rbac.authorization.k8s.io/v1",)

# Every kind that is known, with its API versions; the value tells whether its objects live in a namespace.
KINDS: Final[Mapping[str, tuple[tuple[str, ...], bool]]] = {
    "AuthPolicy": (("kuadrant.io/v1",), True),
    "RateLimitPolicy": (("kuadrant.io/v1",), True),
    "TokenRateLimitPolicy": (("kuadrant.io/v1alpha1",), True),
    "HTTPRoute": (_GATEWAY_API, True),
    "Gateway": (_GATEWAY_API, True),
    "GatewayClass": (_GATEWAY_API, False),
    "ReferenceGrant": (_GATEWAY_API, True),
    "Kuadrant": (("kuadrant.io/v1beta1",), True),
    "ServiceEntry": (_ISTIO, True),
    "DestinationRule": (_ISTIO, True),
    "TelemetryPolicy": (("extensions.kuadrant.io/v1alpha1",), True),
    "ServiceMonitor": (("monitoring.coreos.com/v1",), True),
    "PrometheusRule": (("monitoring.coreos.com/v1",), True),
    "Role": (_RBAC, True),
    "RoleBinding": (_RBAC, True),
    "Namespace": (("v1",), False),
    "ServiceAccount": (("v1",), True),
    "ConfigMap": (("v1",), True),
    "Service": (("v1",), True),
    "Secret": (("v1",), True),
    "ExternalSecret": (("external-secrets.io/v1",), True),
    "SealedSecret": (("bitnami.com/v1alpha1",), True),
}

# Kinds of which no answer of the gateway depends; what they hold is not read. Where requests go beyond the gateway is
# among them.
_MONITORING: Final = ("ServiceMonitor", "PrometheusRule")
_INERT: Final = frozenset(
    {
        *("GatewayClass", "Kuadrant", "Namespace", "ServiceAccount", "ConfigMap", "Service", "ServiceEntry", "DestinationRule"),
        *_MONITORING,
    }
)

_Object = Policy | Route | Gateway | Role | RoleBinding | Secret | ReferenceGrant


@dataclass
class _Reading:
    """What has been read so far."""

    findings: list[Diagnostic] = field(default_factory=list)
    seen: dict[tuple[str, str, str], Place] = field(default_factory=dict)
    objects: list[_Object] = field(default_factory=list)


def read(
    files: Mapping[str, str], *, externals: Externals | None = None, syntax: Syntax | None = None
) -> tuple[Cluster, tuple[Diagnostic, ...]]:
    """Read manifests from file names and their YAML text; for the rest see `understood`."""
    return understood(loaded(files), externals=externals, syntax=syntax)


def loaded(files: Mapping[str, str]) -> Loaded:
    """Read the YAML of files by their names, in the order of these."""
    return {name: load_text(name, files[name].encode()) for name in sorted(files)}


def understood(
    files: Loaded, *, externals: Externals | None = None, syntax: Syntax | None = None
) -> tuple[Cluster, tuple[Diagnostic, ...]]:
    """Read manifests from their documents.

    `externals` says what is assumed to be in the cluster next to them. `syntax` tells what is wrong with a CEL text;
    without it a text that does not parse shows only when it is asked for. Findings with a code in `strict.INCONCLUSIVE` mean
    that some answers cannot be given; answers from a reading with any error are worth nothing.
    """
    reading = _Reading()
    for documents, unread in files.values():
        reading.findings += unread
        for document in documents:
            root = Node(document.data, Place(document.file, document=document.index), reading.findings)
            try:
                _document(root, reading)
            except BadManifestError as error:
                reading.findings.append(error.found)
    policies = tuple(found for found in reading.objects if isinstance(found, Policy))
    reading.findings += unreadable(policies, syntax)
    cluster, findings = _assembled(reading, policies, externals or Externals())
    return cluster, (*reading.findings, *findings)


def _document(root: Node, reading: _Reading) -> None:
    if root.data is None:
        return
    written = dict(root.members())
    kind = need(written, "kind", root).text()
    version = need(written, "apiVersion", root).text()
    if kind == "Kustomization" and version in _KUSTOMIZE:
        # It only lists files; with any other field the cluster gets something else than what is read here.
        root.fields("apiVersion", "kind", "metadata", "resources")
        return
    versions, namespaced = KINDS.get(kind, ((), False))
    if version not in versions:
        reading.findings.append(unmodelled(f"the kind `{kind}` of `{version}`", written["kind"].place))
        return
    head = meta(need(written, "metadata", root), root.place, namespaced=namespaced)
    first = reading.seen.setdefault((kind, head.namespace, head.name), root.place)
    if first != root.place:
        reading.findings.append(_twice(kind, head, first))
    elif kind == "TelemetryPolicy":
        telemetry_policy(_spec(root))
    elif kind not in _INERT:
        reading.objects.append(_READERS[kind](head, root))


def _spec(root: Node) -> Node:
    return need(root.fields("apiVersion", "kind", "metadata", "spec", "status"), "spec", root)


_READERS: Final[Mapping[str, Callable[[Meta, Node], _Object]]] = {
    "AuthPolicy": lambda head, root: auth_policy(head, _spec(root)),
    "RateLimitPolicy": lambda head, root: limit_policy("RateLimitPolicy", head, _spec(root)),
    "TokenRateLimitPolicy": lambda head, root: limit_policy("TokenRateLimitPolicy", head, _spec(root)),
    "HTTPRoute": lambda head, root: route(head, _spec(root)),
    "Gateway": lambda head, root: gateway(head, _spec(root)),
    "ReferenceGrant": lambda head, root: reference_grant(head, _spec(root)),
    "Role": lambda head, root: role(head, root.fields("apiVersion", "kind", "metadata", "rules"), root),
    "RoleBinding": lambda head, root: role_binding(
        head, root.fields("apiVersion", "kind", "metadata", "roleRef", "subjects"), root
    ),
    "Secret": lambda head, root: secret(
        head, root.fields("apiVersion", "kind", "metadata", "type", "data", "stringData", "immutable")
    ),
    "ExternalSecret": lambda head, root: external_secret(head, _spec(root)),
    "SealedSecret": lambda head, root: sealed_secret(head, _spec(root)),
}


def _twice(kind: str, head: Meta, first: Place) -> Diagnostic:
    return Diagnostic(
        code="duplicate-object",
        severity=Severity.ERROR,
        headline=f"the {kind} `{head.id if head.namespace else head.name}` is written twice",
        place=head.place,
        effect="the one that is applied last replaces the other",
        notes=(Note("the first one is here", first),),
    )


def _assembled(reading: _Reading, policies: tuple[Policy, ...], externals: Externals) -> tuple[Cluster, Iterator[Diagnostic]]:
    """Attach everything to everything."""
    gateways = tuple(found for found in reading.objects if isinstance(found, Gateway))
    routes = tuple(found for found in reading.objects if isinstance(found, Route))
    roles = tuple(found for found in reading.objects if isinstance(found, Role))
    assumed = assume(externals, gateways, routes, policies, roles)
    gateways, routes = (*gateways, *assumed.gateways), (*routes, *assumed.routes)
    through = paths(gateways, routes)
    targets = by_target(policies)
    effectives = tuple(effective_on(path, targets) for path in through)
    cluster = Cluster(
        gateways=gateways,
        routes=routes,
        policies=policies,
        roles=roles,
        bindings=tuple(found for found in reading.objects if isinstance(found, RoleBinding)),
        secrets=(*(found for found in reading.objects if isinstance(found, Secret)), *externals.secrets),
        effectives=effectives,
        index=index_of(effectives),
    )
    reading.findings += assumed.diagnostics
    reading.findings += ungranted(routes, [found for found in reading.objects if isinstance(found, ReferenceGrant)])
    return cluster, check(through, policies)
