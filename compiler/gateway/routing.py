"""Which route Envoy gives a request to: host names first, then the precedence of the Gateway API."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qsl

from compiler.gateway.attachment import Path
from compiler.gateway.cluster import Cluster
from compiler.gateway.evaluate import InconclusiveError
from compiler.gateway.hosts import ANY, closest, covers, without_port
from compiler.gateway.index import Hosts, entries
from compiler.gateway.manifests import Gateway, HeaderChange, Match
from compiler.gateway.requests import Headers, HttpRequest, joined


def gateway_of(cluster: Cluster, request: HttpRequest) -> Gateway | None:
    """Find the Gateway that a host belongs to.

    Raises:
        InconclusiveError: several could be it.
    """
    host = without_port(request.host.lower())
    found = [
        gateway for gateway in cluster.gateways if any(covers(listener.hostname or ANY, host) for listener in gateway.listeners)
    ]
    if len(found) > 1:
        raise InconclusiveError(f"the host `{request.host}` is served by `{found[0].id}` and by `{found[1].id}`")
    return found[0] if found else None


def route_of(hosts: Hosts, request: HttpRequest, headers: Headers) -> Path | None:
    """Find the rule that a request goes to, with the headers that it has by then; None is a 404.

    The most specific host name decides alone: what is attached to a wider one is not looked at.

    Raises:
        InconclusiveError: rules of two routes match equally well and the older route is not known.
    """
    host = closest(without_port(request.host.lower()), hosts)
    if host is None:
        return None
    found = [
        (_rank(entry.match), entry.effective.path)
        for entry in entries(hosts, host, request.path.partition("?")[0])
        if _matches(entry.match, request, headers)
    ]
    if not found:
        return None
    best = max(rank for rank, _ in found)
    first = [path for rank, path in found if rank == best]
    routes = {path.route.id: path.route for path in first}
    if len(routes) > 1:
        if any(route.created is None for route in routes.values()):
            names = " and ".join(f"`{name}`" for name in sorted(routes))
            raise InconclusiveError(f"{names} match equally well: the older one wins, and their age is not known")
        oldest = min(routes.values(), key=lambda route: (route.created or "", route.id))
        first = [path for path in first if path.route.id == oldest.id]
    return min(first, key=lambda path: path.route.rules.index(path.rule))


def _rank(match: Match) -> tuple[bool, int, bool, int, int]:
    return match.kind == "Exact", len(match.path), match.method is not None, len(match.headers), len(match.query)


def _matches(match: Match, request: HttpRequest, headers: Headers) -> bool:
    path, _, query = request.path.partition("?")
    if match.method is not None and match.method != request.method:
        return False
    return _on_path(match, path) and has_headers(match, request, headers) and has_query(match, query)


def _on_path(match: Match, path: str) -> bool:
    if match.kind == "Exact":
        return path == match.path
    prefix = match.path.rstrip("/")
    return path == prefix or path.startswith(prefix + "/")


def has_headers(match: Match, request: HttpRequest, headers: Headers) -> bool:
    """Tell whether the request has all headers that a match asks for."""
    seen = joined(request, headers)
    return all(seen.get(name) == value for name, value in match.headers)


def has_query(match: Match, query: str) -> bool:
    """Tell whether the first parameter of each name has the value that a match asks for."""
    seen: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        seen.setdefault(name, value)
    return all(seen.get(name) == value for name, value in match.query)


def changed(headers: Headers, changes: Sequence[HeaderChange]) -> Headers:
    """Apply what the route rule does to headers."""
    for change in changes:
        put = {name for name, _ in change.put}
        kept = tuple((name, value) for name, value in headers if name not in put)
        headers = tuple((name, value) for name, value in (*kept, *change.put, *change.add) if name not in change.remove)
    return headers
