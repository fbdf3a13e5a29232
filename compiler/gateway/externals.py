"""Assumes, as explicit data, the gateways and routes that manifests refer to and somebody else makes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from msgspec import Struct

from compiler.diagnostics.model import Diagnostic, Place, Severity
from compiler.gateway.manifests import Gateway, Listener, Match, Parent, Role, Route, RouteRule, Secret
from compiler.gateway.policies import Policy

_SUFFIX: Final = "-kserve-route"
_RESOURCE: Final = "llminferenceservices"


class ExternalRoute(Struct, frozen=True):
    """A route that is in the cluster and not in the manifests: everything below `prefix`, for `hostnames` or for all."""

    namespace: str
    name: str
    prefix: str
    hostnames: tuple[str, ...] = ()


class Externals(Struct, frozen=True):
    """What is assumed next to the manifests.

    `routes` are assumed as they stand. With `derive`, KServe's route `<name>-kserve-route` at `/<namespace>/<name>` is
    assumed for every such route that a policy targets, and for every LLMInferenceService that a Role names and no written
    route serves at that path. All attach to `gateway` (namespace and name), or else to the only Gateway that the manifests
    know. `secrets` are kept by somebody else. `hostname` is what the listener of an assumed Gateway is for; None: any host.
    """

    routes: tuple[ExternalRoute, ...] = ()
    derive: bool = True
    gateway: tuple[str, str] | None = None
    hostname: str | None = None
    secrets: tuple[Secret, ...] = ()


class Assumed(Struct, frozen=True):
    """The outcome: gateways and routes to add, and what could not be assumed."""

    gateways: tuple[Gateway, ...]
    routes: tuple[Route, ...]
    diagnostics: tuple[Diagnostic, ...]


def assume(
    externals: Externals, gateways: Sequence[Gateway], routes: Sequence[Route], policies: Sequence[Policy], roles: Sequence[Role]
) -> Assumed:
    """Work out what must be there for the manifests to make sense."""
    wanted: dict[tuple[str, str], tuple[ExternalRoute, Place | None]] = {
        (route.namespace, route.name): (route, None) for route in externals.routes
    }
    if externals.derive:
        served = {match.path for route in routes for rule in route.rules for match in rule.matches}
        for namespace, name, place in (*_targeted(policies), *_named(roles, served)):
            wanted.setdefault((namespace, name), (ExternalRoute(namespace, name, _prefix(namespace, name)), place))
    written = {(route.namespace, route.name) for route in routes}
    missing = [wanted[key] for key in sorted(wanted) if key not in written]
    known = {(gateway.namespace, gateway.name): None for gateway in gateways}
    referred = _referred(externals, routes, policies)
    added = tuple(_gateway(*name, externals.hostname) for name in referred if name not in known)
    all_known = tuple(dict.fromkeys((*known, *referred)))
    parent = externals.gateway or (all_known[0] if len(all_known) == 1 else None)
    if parent is None:
        return Assumed(added, (), tuple(_homeless(route, place) for route, place in missing))
    made = tuple(_route(route, parent) for route, _ in missing)
    return Assumed(added, made, tuple(_hostless(added, (*routes, *made), externals)))


def _targeted(policies: Sequence[Policy]) -> list[tuple[str, str, Place | None]]:
    return [
        (policy.namespace, policy.target.name, policy.place)
        for policy in policies
        if policy.target.kind == "HTTPRoute" and policy.target.name.endswith(_SUFFIX)
    ]


def _prefix(namespace: str, route: str) -> str:
    return f"/{namespace}/{route.removesuffix(_SUFFIX)}"


def _named(roles: Sequence[Role], served: Collection[str]) -> list[tuple[str, str, Place | None]]:
    return [
        (role.namespace, name + _SUFFIX, role.place)
        for role in roles
        for permission in role.permissions
        if _RESOURCE in permission.resources
        for name in permission.names
        if _prefix(role.namespace, name) not in served
    ]


def _referred(externals: Externals, routes: Sequence[Route], policies: Sequence[Policy]) -> tuple[tuple[str, str], ...]:
    """Give the gateways that something refers to, without repetition."""
    found = [externals.gateway] if externals.gateway else []
    found += [(policy.namespace, policy.target.name) for policy in policies if policy.target.kind == "Gateway"]
    found += [(parent.namespace, parent.name) for route in routes for parent in route.parents]
    return tuple(dict.fromkeys(found))


def _gateway(namespace: str, name: str, hostname: str | None) -> Gateway:
    everything = Listener(name="", hostname=hostname, port=None, all_namespaces=True)
    return Gateway(namespace, name, (everything,), external=True, place=Place(""))


def _route(route: ExternalRoute, parent: tuple[str, str]) -> Route:
    nowhere = Place("")
    match = Match("PathPrefix", route.prefix, None, (), (), nowhere)
    return Route(
        namespace=route.namespace,
        name=route.name,
        parents=(Parent(*parent, section=None, port=None),),
        hostnames=route.hostnames,
        rules=(RouteRule("rule-1", (match,), (), nowhere),),
        created=None,
        external=True,
        place=nowhere,
    )


def _hostless(gateways: Sequence[Gateway], routes: Sequence[Route], externals: Externals) -> Iterator[Diagnostic]:
    """Find assumed gateways where the host of the listener would decide which routes a request can reach.

    A request for a host that one route names never reaches a route that names none, unless the listener gives it that host.
    """
    for gateway in gateways if externals.hostname is None else ():
        on = [route for route in routes if any(f"{parent.namespace}/{parent.name}" == gateway.id for parent in route.parents)]
        named = [route for route in on if route.hostnames]
        if named and len(named) < len(on):
            yield Diagnostic(
                code="unknown-hostname",
                severity=Severity.ERROR,
                headline=f"the host of the gateway `{gateway.id}`, which is not in the manifests, is not known",
                place=named[0].place,
                effect="how the gateway answers cannot be known",
                help="say which host its listener is for",
            )


def _homeless(route: ExternalRoute, place: Place | None) -> Diagnostic:
    return Diagnostic(
        code="unknown-gateway",
        severity=Severity.ERROR,
        headline=f"the gateway of the route `{route.namespace}/{route.name}`, which is not in the manifests, is not known",
        place=place,
        effect="how the gateway answers cannot be known",
        help="say which gateway it is",
    )
