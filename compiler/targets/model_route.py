"""The HTTPRoute of a model whose backend brings none of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from typing import Final

from compiler.kube.base import GATEWAY_GROUP, Manifest
from compiler.kube.grants import GrantFrom, GrantTo, ReferenceGrant, ReferenceGrantSpec
from compiler.kube.httproute import (
    BackendRef,
    HeaderModifier,
    HttpRoute,
    HttpRouteSpec,
    Match,
    ParentRef,
    PathMatch,
    PathModifier,
    RouteFilter,
    RouteRule,
    UrlRewrite,
)
from compiler.kube.names import object_name
from compiler.program.backends import ClusterService, ExternalModel
from compiler.program.ir import GROUP_HEADER, LISTING_SUFFIX, SUBSCRIPTION_HEADER, TIER_HEADER, USERNAME_HEADER, Model, Program
from compiler.targets.common import metadata

# What no provider is told: who calls, by which credential, and whose account at the provider a caller would like to use.
PRIVATE_HEADERS: Final = tuple(
    sorted(
        (
            "authorization",
            "cookie",
            "x-api-key",
            "api-key",
            "openai-organization",
            "openai-project",
            USERNAME_HEADER,
            GROUP_HEADER,
            TIER_HEADER,
            SUBSCRIPTION_HEADER,
        )
    )
)

# Where clients send chats below a model's path, and where the MaaS API takes them to call a model as somebody else.
CHAT_SUFFIX: Final = "/v1/chat/completions"
CHAT_PROXY: Final = "/v1/proxy/chat"

# Words of the controller of the platform for what an external model is.
_DIGEST: Final = 8
_PROVIDER: Final = "maas.opendatahub.io/provider"
_MODEL: Final = "maas.opendatahub.io/target-model"


def manifests(program: Program, model: Model) -> Iterator[Manifest]:
    """Give the route of a model with what it leads to, unless KServe makes it."""
    match model.backend:
        case ClusterService() if model.chat_proxy:
            yield _http_route(program, model, _proxied(program, model))
        case ClusterService() as service:
            yield _route(program, model, _TO_ROOT, _backend(service))
            if service.namespace is not None:
                yield _grant(model, service.name, service.namespace)
        case ExternalModel() as served:
            from compiler.targets import external  # noqa: PLC0415 - few models are

            yield from external.manifests(model, served)
            rewrite = _rewrite(PathModifier("ReplacePrefixMatch", served.path), served.endpoint)
            kept = served.header if served.credential is not None else None
            private = HeaderModifier(tuple(name for name in PRIVATE_HEADERS if name != kept))
            filters = (rewrite, RouteFilter("RequestHeaderModifier", request_header_modifier=private))
            said = {_PROVIDER: served.provider, _MODEL: served.model}
            yield _route(program, model, filters, BackendRef(external.name(model), served.port), said)


def _rewrite(path: PathModifier, hostname: str | None = None) -> RouteFilter:
    return RouteFilter("URLRewrite", UrlRewrite(path, hostname))


_TO_ROOT: Final = (_rewrite(PathModifier("ReplacePrefixMatch", "/")),)


def _backend(service: ClusterService) -> BackendRef:
    return BackendRef(service.name, service.port, service.namespace)


def _route(
    program: Program, model: Model, filters: tuple[RouteFilter, ...], backend: BackendRef, said: dict[str, str] | None = None
) -> HttpRoute:
    rule = RouteRule((Match(PathMatch("PathPrefix", model.prefix)),), filters, (backend,))
    return _http_route(program, model, (rule,), said)


def _http_route(program: Program, model: Model, rules: tuple[RouteRule, ...], said: dict[str, str] | None = None) -> HttpRoute:
    gateway = program.platform.gateway
    spec = HttpRouteSpec(_parents(gateway.namespace, gateway.name), (gateway.hostname,), rules)
    return HttpRoute(metadata(model.route, model.namespace, annotations=said), spec)


@cache
def _parents(namespace: str, gateway: str) -> tuple[ParentRef, ...]:
    return (ParentRef(namespace, gateway),)


def _proxied(program: Program, model: Model) -> tuple[RouteRule, ...]:
    """Lead chats to the MaaS API's proxy, the listing to its listing, and whatever else to where the proxy knows nothing.

    The listing is free: by a path of its own it can never carry a chat.
    """
    api = program.platform.maas_api
    backend = BackendRef(api.service, api.port, None if api.namespace == model.namespace else api.namespace)
    proxy = f"{CHAT_PROXY}/{model.name}"
    full = ((model.prefix + CHAT_SUFFIX, proxy), (model.listing_path, LISTING_SUFFIX))
    paths = [(PathMatch("Exact", path), PathModifier("ReplaceFullPath", replace_full_path=to)) for path, to in full]
    paths.append((PathMatch("PathPrefix", model.prefix), PathModifier("ReplacePrefixMatch", replace_prefix_match=proxy)))
    return tuple(RouteRule((Match(path),), (_rewrite(to),), (backend,)) for path, to in paths)


def _grant(model: Model, service: str, namespace: str) -> ReferenceGrant:
    """Let routes of the model's namespace reach one Service of another namespace."""
    # A model of this name in another namespace may reach into the same one; a plain join would be ambiguous.
    digest = hashlib.sha256(model.id.encode()).hexdigest()[:_DIGEST]
    named = object_name(f"maas-route-{digest}", model.name)
    spec = ReferenceGrantSpec((GrantFrom(GATEWAY_GROUP, "HTTPRoute", model.namespace),), (GrantTo("", "Service", service),))
    return ReferenceGrant(metadata(named, namespace), spec)
