"""Holds what policies stand on against the Program: each object is wholly what is meant, and there is no other of its kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from compiler.diagnostics.model import Diagnostic
from compiler.kube.names import object_name
from compiler.program.ir import Gateway, Program, Tier
from compiler.program.methods import Oidc
from compiler.program.platform import NewGateway
from compiler.prove.documents import Documents, Key
from compiler.prove.verdict import refuted

Content = Mapping[str, Any]

ROUTE: Final = "maas-api-route"

# Kinds of which nothing may be there that nobody means; of those that lead somewhere `egress` says so.
_KINDS: Final = ("GatewayClass", "Kuadrant", "Namespace")
_NAMES: Final = ("apiVersion", "kind", "metadata", "status")
# What Argo CD reads; no controller of the platform does.
_ORDER: Final = "argocd.argoproj.io/"
_LABELS: Final = {"app.kubernetes.io/managed-by": "maasc", "app.kubernetes.io/part-of": "models-as-a-service"}
_KEPT: Final = {"opendatahub.io/managed": "false"}
_ADMIN: Final = "maas-keycloak-admin"
_GATEWAY_API: Final = "gateway.networking.k8s.io"
_AT_ROOT: Final = ("/v1/models", "/v1/subscriptions", "/v1/api-keys")


def platform(program: Program, documents: Documents) -> Iterator[Diagnostic]:
    """Find objects that are missing, others than meant, or meant by nobody."""
    wanted = dict(meant(program))
    for key, content in wanted.items():
        place, found = documents.get(key, (program.platform.origin, None))
        if found is None or _said(found) != content:
            kind, namespace, name = key
            named = f"{namespace}/{name}" if namespace else name
            headline = f"the {kind} `{named}` is {'missing' if found is None else 'not the one that is meant'}"
            yield refuted(headline, place, "what stands on it is not reached, or others reach it")
    for key, (place, _) in documents.items():
        if key[0] in _KINDS and key not in wanted:
            kind, namespace, name = key
            named = f"{namespace}/{name}" if namespace else name
            yield refuted(f"nobody means to have the {kind} `{named}`", place, "requests reach what nothing guards")


def route_of_maas_api(program: Program) -> Key:
    """Give the kind, namespace and name of the route to the MaaS API."""
    return "HTTPRoute", program.platform.maas_api.namespace, ROUTE


def _said(found: Content) -> Content:
    """Give all that an object says, but for the order in which it is applied."""
    head = found["metadata"]
    annotations = {name: value for name, value in (head.get("annotations") or {}).items() if not name.startswith(_ORDER)}
    rest = {name: value for name, value in found.items() if name not in _NAMES}
    return {"labels": head.get("labels") or {}, "annotations": annotations, **rest}


def _object(labels: Content, annotations: Content | None = None, **rest: object) -> Content:
    return {"labels": {**_LABELS, **labels}, "annotations": annotations or {}, **rest}


def meant(program: Program) -> Iterator[tuple[Key, Content]]:
    """Give every object that is asked for, by its name, and all that it is to say."""
    made, at = program.platform.made, program.platform.gateway
    if made.gateway is not None:
        if made.gateway.controller is not None:
            controller = {"controllerName": made.gateway.controller}
            yield ("GatewayClass", "", made.gateway.class_name), _object({}, spec=controller)
        labels = {"app.kubernetes.io/instance": at.name}
        yield ("Gateway", at.namespace, at.name), _object(labels, _KEPT, spec=_gateway(made.gateway, at))
    if made.kuadrant:
        yield ("Kuadrant", program.platform.kuadrant_namespace, "kuadrant"), _object({})
    if made.maas_api_route:
        yield route_of_maas_api(program), _object({}, _KEPT, spec=_maas_api_route(program))
    yield from _grants(program)
    for tier in program.tiers if made.tier_namespaces else ():
        yield from _tier(program, tier)


def _gateway(new: NewGateway, at: Gateway) -> Content:
    whose: dict[str, Any] = {"from": "All"}
    if new.namespaces is not None:
        one = {"key": "kubernetes.io/metadata.name", "operator": "In", "values": list(new.namespaces)}
        whose = {"from": "Selector", "selector": {"matchExpressions": [one]}}
    shared = {"hostname": at.hostname, "allowedRoutes": {"namespaces": whose}}
    listeners: list[Content] = []
    if new.plain_http:
        listeners.append({"name": "http", "port": 80, "protocol": "HTTP", **shared})
    if new.secret is not None:
        tls = {"mode": "Terminate", "certificateRefs": [{"group": "", "kind": "Secret", "name": new.secret}]}
        listeners.append({"name": "https", "port": 443, "protocol": "HTTPS", "tls": tls, **shared})
    return {"gatewayClassName": new.class_name, "listeners": listeners}


def _maas_api_route(program: Program) -> Content:
    gateway, api = program.platform.gateway, program.platform.maas_api
    rules = [_rule(path, None, api.service, api.port) for path in _AT_ROOT]
    if any(model.chat_proxy for model in program.models):
        # By `/maas-api` as a whole the chat proxy would be reached past every model's policies.
        below = (*_AT_ROOT, "/v1/tokens")
        rules += [_rule(f"/maas-api{path}", path, api.service, api.port) for path in below]
    else:
        rules.append(_rule("/maas-api", "/", api.service, api.port))
    parent = {"namespace": gateway.namespace, "name": gateway.name}
    return {"parentRefs": [parent], "hostnames": [gateway.hostname], "rules": rules}


def _rule(path: str, rewritten: str | None, service: str, port: int) -> Content:
    rule: dict[str, Any] = {"matches": [{"path": {"type": "PathPrefix", "value": path}}]}
    if rewritten is not None:
        change = {"path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": rewritten}}
        rule["filters"] = [{"type": "URLRewrite", "urlRewrite": change}]
    return {**rule, "backendRefs": [{"name": service, "port": port}]}


def _grants(program: Program) -> Iterator[tuple[Key, Content]]:
    """Let the routes of a namespace reach the MaaS API where a model of it is called through the chat proxy."""
    api = program.platform.maas_api
    for namespace in sorted({model.namespace for model in program.models if model.chat_proxy} - {api.namespace}):
        origin = {"group": _GATEWAY_API, "kind": "HTTPRoute", "namespace": namespace}
        target = {"group": "", "kind": "Service", "name": api.service}
        name = object_name("maas-chat-proxy", namespace)
        yield ("ReferenceGrant", api.namespace, name), _object({}, spec={"from": [origin], "to": [target]})


def _tier(program: Program, tier: Tier) -> Iterator[tuple[Key, Content]]:
    namespace = f"{program.platform.gateway.name}-tier-{tier.name}"
    labels = {
        "app.kubernetes.io/component": "token-issuer",
        "app.kubernetes.io/part-of": "maas-api",
        "maas.opendatahub.io/instance": program.platform.gateway.name,
        "maas.opendatahub.io/tier": tier.name,
    }
    yield ("Namespace", "", namespace), _object({**labels, "maas.opendatahub.io/tier-namespace": "true"})
    if any(isinstance(method, Oidc) for method in program.platform.methods):
        # Whatever runs as it needs no token: the MaaS API asks for one.
        yield ("ServiceAccount", namespace, _ADMIN), _object(labels, automountServiceAccountToken=False)
