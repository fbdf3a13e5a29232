"""Holds what leads to backends against the Program: routes, what Istio is told of providers, and their keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from compiler.diagnostics.model import Diagnostic, Place
from compiler.program.backends import ClusterService, Credential, ExternalModel
from compiler.program.ir import GROUP_HEADER, SUBSCRIPTION_HEADER, TIER_HEADER, USERNAME_HEADER, Model, Program
from compiler.prove.documents import Documents, Key
from compiler.prove.platform import meant
from compiler.prove.verdict import refuted

Content = Mapping[str, Any]

# Kinds of which nothing may be there that nobody means. What is in none of them leads nowhere.
_KINDS: Final = (
    "HTTPRoute",
    "Gateway",
    "Service",
    "ServiceEntry",
    "DestinationRule",
    "ReferenceGrant",
    "ServiceAccount",
    "Secret",
)
_ACCOUNT: Final = "maas-provider-keys"
_TOKEN: Final = "maas-provider-keys-token"  # noqa: S105 - the name of a Secret
_TOKEN_TYPE: Final = "kubernetes.io/service-account-token"  # noqa: S105 - a type
_ACCOUNT_OF: Final = "kubernetes.io/service-account.name"

# Whatever tells a provider who calls, or lets the caller choose whose account is used.
_OURS: Final = (USERNAME_HEADER, GROUP_HEADER, TIER_HEADER, SUBSCRIPTION_HEADER)
_PRIVATE: Final = frozenset({"authorization", "cookie", "x-api-key", "api-key", "openai-organization", "openai-project", *_OURS})


def credentials(program: Program) -> tuple[Credential, ...]:
    """Give every entry of a Secret that holds a provider's key."""
    served = (model.backend for model in program.models if isinstance(model.backend, ExternalModel))
    return tuple(dict.fromkeys(one.credential for one in served if one.credential is not None))


def permitted(program: Program) -> Iterator[tuple[str, ...]]:
    """Give what the account that fetches keys may do: get these Secrets, and nothing else."""
    user = f"system:serviceaccount:{program.platform.kuadrant_namespace}:{_ACCOUNT}"
    for one in credentials(program):
        yield one.namespace, "User", user, "", "secrets", "get", one.secret


def roads(program: Program, found: Documents) -> Iterator[Diagnostic]:
    """Find models whose requests go elsewhere than meant, and objects that lead where nobody means."""
    stands = dict(meant(program))
    unclaimed = {key: one for key, one in found.items() if key[0] in _KINDS and key not in stands}
    for model in program.models:
        yield from _road(program, model, unclaimed)
    if credentials(program):
        yield from _account(program.platform.kuadrant_namespace, unclaimed)
    for (kind, namespace, name), (place, _) in unclaimed.items():
        headline = f"no model is meant to have the {kind} `{namespace}/{name}`"
        yield refuted(headline, place, "requests reach what nothing guards, or somebody else than is meant")


def _account(namespace: str, unclaimed: dict[Key, tuple[Place, Content]]) -> Iterator[Diagnostic]:
    """Claim the account that fetches keys, and the Secret for its token, which holds nothing before the cluster fills it."""
    account = unclaimed.pop(("ServiceAccount", namespace, _ACCOUNT), None)
    place, secret = unclaimed.pop(("Secret", namespace, _TOKEN), (None, {}))
    told = secret.get("metadata", {}).get("annotations") or {}
    filled = (secret.get("type"), told.get(_ACCOUNT_OF)) == (_TOKEN_TYPE, _ACCOUNT)
    if account is None or not filled or secret.keys() & {"data", "stringData"}:
        headline = f"the account `{namespace}/{_ACCOUNT}` has no token that the cluster makes"
        yield refuted(headline, place, "no key of a provider is fetched: 403 for everyone")


def _road(program: Program, model: Model, unclaimed: dict[Key, tuple[Place, Content]]) -> Iterator[Diagnostic]:
    """Follow a model's route to where it leads, and claim every object on the way."""
    match model.backend:
        case ClusterService() if model.chat_proxy:
            route = _to(program, *_proxied(program, model))
        case ClusterService() as service:
            backend: dict[str, Any] = {"name": service.name, "port": service.port}
            if service.namespace is not None:
                backend["namespace"] = service.namespace
                yield from _claim(model, "ReferenceGrant", service.namespace, _grant(model, service.name), unclaimed)
            route = _route(program, model, [_rewrite("/")], backend)
        case ExternalModel() as served:
            # Under which name is nobody's business, as long as the route and the Service agree about it.
            name = _named(unclaimed.get(("HTTPRoute", model.namespace, model.route)))
            kept = {served.header} if served.credential else set()
            private = {"type": "RequestHeaderModifier", "requestHeaderModifier": {"remove": sorted(_PRIVATE - kept)}}
            filters = [_rewrite(served.path, served.endpoint), private]
            route = _route(program, model, filters, {"name": name, "port": served.port})
            for kind, spec in _provider(served).items():
                yield from _claim(model, kind, model.namespace, spec, unclaimed, name if kind == "Service" else None)
        case _:
            return
    yield from _claim(model, "HTTPRoute", model.namespace, route, unclaimed, model.route)


def _claim(  # noqa: PLR0913, PLR0917 - what is looked for, and where
    model: Model,
    kind: str,
    namespace: str,
    spec: Content,
    unclaimed: dict[Key, tuple[Place, Content]],
    name: str | None = None,
) -> Iterator[Diagnostic]:
    """Take an object with this spec, of this name where it matters, out of those that nobody has claimed."""
    named = [key for key in unclaimed if key[:2] == (kind, namespace) and name in (None, key[2])]
    exact = [key for key in named if unclaimed[key][1].get("spec") == spec]
    if exact:
        del unclaimed[exact[0]]
        return
    place = unclaimed[named[0]][0] if named else model.origin
    if name is not None and named:
        del unclaimed[named[0]]
    said = "route" if kind == "HTTPRoute" else kind
    headline = f"the {said} of `{model.id}` is {'not the one that is meant' if named else 'missing'}"
    yield refuted(headline, place, "requests for the model go elsewhere, or others come to it")


def _named(route: tuple[Place, Content] | None) -> str:
    try:
        return str(route[1]["spec"]["rules"][0]["backendRefs"][0]["name"]) if route else ""
    except (KeyError, IndexError, TypeError):
        return ""


def _rewrite(path: str, hostname: str | None = None) -> Content:
    rewrite: dict[str, Any] = {"path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": path}}
    if hostname is not None:
        rewrite["hostname"] = hostname
    return {"type": "URLRewrite", "urlRewrite": rewrite}


def _route(program: Program, model: Model, filters: list[Content], backend: Content) -> Content:
    matches = [{"path": {"type": "PathPrefix", "value": model.prefix}}]
    return _to(program, {"matches": matches, "filters": filters, "backendRefs": [backend]})


def _proxied(program: Program, model: Model) -> Iterator[Content]:
    """Everything goes to the MaaS API, the listing by a path of its own: it is free, and must not carry a chat."""
    api = program.platform.maas_api
    backend: dict[str, Any] = {"name": api.service, "port": api.port}
    if api.namespace != model.namespace:
        backend["namespace"] = api.namespace
    proxy = f"/v1/proxy/chat/{model.name}"
    for path, target in (("/v1/chat/completions", proxy), ("/v1/models", "/v1/models")):
        match = {"path": {"type": "Exact", "value": model.prefix + path}}
        rewrite = {"path": {"type": "ReplaceFullPath", "replaceFullPath": target}}
        yield {"matches": [match], "filters": [{"type": "URLRewrite", "urlRewrite": rewrite}], "backendRefs": [backend]}
    match = {"path": {"type": "PathPrefix", "value": model.prefix}}
    yield {"matches": [match], "filters": [_rewrite(proxy)], "backendRefs": [backend]}


def _to(program: Program, *rules: Content) -> Content:
    gateway = program.platform.gateway
    parent = {"namespace": gateway.namespace, "name": gateway.name}
    return {"parentRefs": [parent], "hostnames": [gateway.hostname], "rules": list(rules)}


def _provider(served: ExternalModel) -> Mapping[str, Content]:
    """Give the Service that is another name of the provider, and what Istio is told of it."""
    said = "https" if served.tls else "http"
    port = {"name": said, "port": served.port, "targetPort": served.port}
    entry = {"number": served.port, "name": said, "protocol": said.upper()}
    found: dict[str, Content] = {
        "Service": {"type": "ExternalName", "externalName": served.endpoint, "ports": [port]},
        "ServiceEntry": {"hosts": [served.endpoint], "location": "MESH_EXTERNAL", "resolution": "DNS", "ports": [entry]},
    }
    if served.tls:
        tls = {"mode": "SIMPLE", "sni": served.endpoint}
        found["DestinationRule"] = {"host": served.endpoint, "trafficPolicy": {"tls": tls}}
    return found


def _grant(model: Model, service: str) -> Content:
    origin = {"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "namespace": model.namespace}
    return {"from": [origin], "to": [{"group": "", "kind": "Service", "name": service}]}
