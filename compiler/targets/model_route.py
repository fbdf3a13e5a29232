"""The HTTPRoute of a model whose backend brings none of its own."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.kube.base import Manifest
from compiler.kube.httproute import (
    BackendRef,
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
from compiler.program.ir import ClusterService, Model, Program
from compiler.targets.common import metadata


def manifests(program: Program, model: Model) -> Iterator[Manifest]:
    """Give the route of a model, unless KServe makes it."""
    if not isinstance(model.backend, ClusterService):
        return
    gateway = program.platform.gateway
    rewrite = UrlRewrite(PathModifier("ReplacePrefixMatch", "/"))
    rule = RouteRule(
        matches=(Match(PathMatch("PathPrefix", model.prefix)),),
        filters=(RouteFilter("URLRewrite", rewrite),),
        backend_refs=(BackendRef(model.backend.name, model.backend.port),),
    )
    yield HttpRoute(
        metadata(model.route, model.namespace),
        HttpRouteSpec((ParentRef(gateway.namespace, gateway.name),), (gateway.hostname,), (rule,)),
    )
