"""HTTPRoute, gateway.networking.k8s.io/v1: which requests of the gateway reach a backend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from compiler.kube.base import ObjectMeta


@dataclass(frozen=True)
class ParentRef:
    """The Gateway that serves the route."""

    namespace: str
    name: str


@dataclass(frozen=True)
class PathMatch:
    """How the path is matched (`PathPrefix` goes by whole segments, `Exact` is the whole path)."""

    type: str
    value: str


@dataclass(frozen=True)
class Match:
    """What a request must look like."""

    path: PathMatch


@dataclass(frozen=True)
class PathModifier:
    """How the path changes on its way to the backend: its prefix, or the whole of it."""

    type: str
    replace_prefix_match: str | None = None
    replace_full_path: str | None = None


@dataclass(frozen=True)
class UrlRewrite:
    """A rewrite of the request's URL, and of its host where there is one."""

    path: PathModifier
    hostname: str | None = None


@dataclass(frozen=True)
class HeaderModifier:
    """Headers that the backend does not get."""

    remove: tuple[str, ...]


@dataclass(frozen=True)
class RouteFilter:
    """A change that the gateway makes to the request, once every policy has seen it; exactly one of the two is given."""

    type: str
    url_rewrite: UrlRewrite | None = None
    request_header_modifier: HeaderModifier | None = None


@dataclass(frozen=True)
class BackendRef:
    """A Service, of the route's namespace unless another is named; `port` is a TCP port."""

    name: str
    port: int
    namespace: str | None = None


@dataclass(frozen=True)
class RouteRule:
    """Matches, changes and backends."""

    matches: tuple[Match, ...]
    filters: tuple[RouteFilter, ...]
    backend_refs: tuple[BackendRef, ...]


@dataclass(frozen=True)
class HttpRouteSpec:
    """Parents, hosts and rules."""

    parent_refs: tuple[ParentRef, ...]
    hostnames: tuple[str, ...]
    rules: tuple[RouteRule, ...]


@dataclass(frozen=True)
class HttpRoute:
    """An HTTPRoute."""

    api_version: ClassVar[str] = "gateway.networking.k8s.io/v1"
    kind: ClassVar[str] = "HTTPRoute"
    metadata: ObjectMeta
    spec: HttpRouteSpec
