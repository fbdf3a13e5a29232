"""Everything that was read, with what holds on every path."""

from __future__ import annotations

from msgspec import Struct, field

from compiler.gateway.effective import Effective
from compiler.gateway.index import Index
from compiler.gateway.manifests import Gateway, Role, RoleBinding, Route, Secret
from compiler.gateway.policies import Policy


class AmbiguousRouteError(LookupError):
    """A route that is not there, or whose rules and listeners are treated differently."""


class Cluster(Struct, frozen=True):
    """The manifests as a whole; `effectives` has one entry for each path, in a fixed order; `index` finds what the rest has."""

    gateways: tuple[Gateway, ...] = ()
    routes: tuple[Route, ...] = ()
    policies: tuple[Policy, ...] = ()
    roles: tuple[Role, ...] = ()
    bindings: tuple[RoleBinding, ...] = ()
    secrets: tuple[Secret, ...] = ()
    effectives: tuple[Effective, ...] = ()
    index: Index = field(default_factory=Index)


def effectives(cluster: Cluster, route: str) -> tuple[Effective, ...]:
    """Give what holds on every path of a route, named `namespace/name`."""
    return cluster.index.routes.get(route, ())


def effective(cluster: Cluster, route: str) -> Effective:
    """Give what holds on a route, named `namespace/name`, all of whose paths are treated alike.

    Raises:
        AmbiguousRouteError: the route has no path, or its paths are treated differently.
    """
    found = effectives(cluster, route)
    if not found:
        raise AmbiguousRouteError(f"no route `{route}` is attached to a gateway")
    if not all(found[0].same_policies(other) for other in found[1:]):
        raise AmbiguousRouteError(f"the rules or listeners of the route `{route}` are treated differently")
    return found[0]
