"""HTTPRoute, gateway.networking.k8s.io/v1: which requests of the gateway reach a backend."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from compiler.kube.base import ObjectMeta


class ParentRef(Struct, frozen=True):
    """The Gateway that serves the route."""

    namespace: str
    name: str


class PathMatch(Struct, frozen=True):
    """How the path is matched (`PathPrefix` goes by whole segments, `Exact` is the whole path)."""

    type: str
    value: str


class Match(Struct, frozen=True):
    """What a request must look like."""

    path: PathMatch


class PathModifier(Struct, frozen=True):
    """How the path changes on its way to the backend: its prefix, or the whole of it."""

    type: str
    replace_prefix_match: str | None = None
    replace_full_path: str | None = None


class UrlRewrite(Struct, frozen=True):
    """A rewrite of the request's URL, and of its host where there is one."""

    path: PathModifier
    hostname: str | None = None


class HeaderModifier(Struct, frozen=True):
    """Headers that the backend does not get."""

    remove: tuple[str, ...]


class RouteFilter(Struct, frozen=True):
    """A change that the gateway makes to the request, once every policy has seen it; exactly one of the two is given."""

    type: str
    url_rewrite: UrlRewrite | None = None
    request_header_modifier: HeaderModifier | None = None


class BackendRef(Struct, frozen=True):
    """A Service, of the route's namespace unless another is named; `port` is a TCP port."""

    name: str
    port: int
    namespace: str | None = None


class RouteRule(Struct, frozen=True):
    """Matches, changes and backends."""

    matches: tuple[Match, ...]
    filters: tuple[RouteFilter, ...]
    backend_refs: tuple[BackendRef, ...]


class HttpRouteSpec(Struct, frozen=True):
    """Parents, hosts and rules."""

    parent_refs: tuple[ParentRef, ...]
    hostnames: tuple[str, ...]
    rules: tuple[RouteRule, ...]


class HttpRoute(Struct, frozen=True):
    """An HTTPRoute."""

    api_version: ClassVar[str] = "gateway.networking.k8s.io/v1"
    kind: ClassVar[str] = "HTTPRoute"
    metadata: ObjectMeta
    spec: HttpRouteSpec
