"""Where things attach: routes to listeners, policies to the paths from a Gateway down to a rule of a route."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from compiler.diagnostics.model import Diagnostic, Note, Severity
from compiler.gateway.hosts import ANY, covers, shared
from compiler.gateway.manifests import Gateway, Listener, Parent, Route, RouteRule
from compiler.gateway.policies import Policy, PolicyKind


class Path(Struct, frozen=True):
    """One way through the topology; every path has effective policies of its own."""

    gateway: Gateway
    listener: Listener
    route: Route
    rule: RouteRule

    @property
    def hostnames(self) -> tuple[str, ...]:
        """Give the host names that Envoy serves the route under."""
        own = self.listener.hostname or ANY
        found = (shared(own, name) for name in self.route.hostnames or (ANY,))
        return tuple(dict.fromkeys(name for name in found if name is not None))

    @property
    def guarded_hostnames(self) -> tuple[str, ...]:
        """Give the host names that the operator makes action sets for: those of the route that the listener covers.

        A route's wildcard that is wider than the listener's host gets none, though Envoy serves it.
        """
        own = self.listener.hostname or ANY
        return tuple(name for name in self.route.hostnames if covers(own, name)) if self.route.hostnames else (own,)


def paths(gateways: Sequence[Gateway], routes: Sequence[Route]) -> tuple[Path, ...]:
    """Give all paths, in the order of gateways, listeners, routes and rules."""
    by_id = {gateway.id: gateway for gateway in gateways}
    found: dict[tuple[str, str, str, str], Path] = {}
    for route in routes:
        for parent in route.parents:
            gateway = by_id.get(f"{parent.namespace}/{parent.name}")
            for listener in gateway.listeners if gateway else ():
                if gateway is not None and _accepts(gateway, listener, parent, route):
                    for rule in route.rules:
                        path = Path(gateway, listener, route, rule)
                        if path.hostnames:
                            found.setdefault((gateway.id, listener.name, route.id, rule.name), path)
    return tuple(found[key] for key in sorted(found))


def _accepts(gateway: Gateway, listener: Listener, parent: Parent, route: Route) -> bool:
    return (
        (parent.section is None or parent.section == listener.name)
        and (parent.port is None or listener.port is None or parent.port == listener.port)
        and listener.admits(route.namespace, gateway.namespace)
    )


Targets = Mapping[tuple[str, str, str], tuple[Policy, ...]]


def by_target(policies: Sequence[Policy]) -> Targets:
    """Index policies by what they target: kind, namespace and name.

    A target reference has no namespace: a policy reaches only what is in its own.
    """
    found: dict[tuple[str, str, str], tuple[Policy, ...]] = {}
    for policy in policies:
        key = (policy.target.kind, policy.namespace, policy.target.name)
        found[key] = (*found.get(key, ()), policy)
    return found


def policies_on(path: Path, targets: Targets, kind: PolicyKind) -> tuple[Policy, ...]:
    """Give the policies of a kind that are on a path, the least specific first.

    Policies on one target go by creation time, the oldest first and thereby the least specific; then by namespace and name.
    """
    on_gateway = targets.get(("Gateway", path.gateway.namespace, path.gateway.name), ())
    on_route = targets.get(("HTTPRoute", path.route.namespace, path.route.name), ())
    levels = (
        [policy for policy in on_gateway if policy.target.section is None],
        [policy for policy in on_gateway if policy.target.section == path.listener.name],
        [policy for policy in on_route if policy.target.section is None],
        [policy for policy in on_route if policy.target.section == path.rule.name],
    )
    ordered = (sorted(level, key=lambda found: (found.created or "", found.id)) for level in levels)
    return tuple(policy for level in ordered for policy in level if policy.kind == kind)


def contested(policies: Sequence[Policy]) -> tuple[tuple[Policy, ...], ...]:
    """Give the groups of policies of one kind on one target whose order cannot be told from the manifests."""
    groups: dict[tuple[str, ...], list[Policy]] = {}
    for policy in policies:
        section = policy.target.section or ""
        groups.setdefault((policy.kind, policy.namespace, policy.target.kind, policy.target.name, section), []).append(policy)
    return tuple(tuple(group) for group in groups.values() if len(group) > 1 and any(policy.created is None for policy in group))


def check(found: Sequence[Path], policies: Sequence[Policy]) -> Iterator[Diagnostic]:
    """Find policies that fight over a target, and policies that nothing attaches to."""
    for group in contested(policies):
        first, second = group[0], group[1]
        yield Diagnostic(
            code="two-policies-one-target",
            severity=Severity.ERROR,
            headline=f"{len(group)} policies of kind `{first.kind}` are on one target: `{first.id}` and `{second.id}`",
            place=second.place,
            effect="the newest replaces the others; which one that is cannot be told without creation times",
            notes=(Note(f"`{first.id}` is here", first.place),),
        )
    reached = {key for path in found for key in _reached(path)}
    for policy in policies:
        if (policy.target.kind, policy.namespace, policy.target.name, policy.target.section) not in reached:
            yield Diagnostic(
                code="no-target",
                severity=Severity.WARNING,
                headline=f"no route is behind the target of `{policy.id}`",
                place=policy.place.at("spec", "targetRef"),
                effect="no effect",
            )


def _reached(path: Path) -> tuple[tuple[str, str, str, str | None], ...]:
    gateway, route = path.gateway, path.route
    return (
        ("Gateway", gateway.namespace, gateway.name, None),
        ("Gateway", gateway.namespace, gateway.name, path.listener.name),
        ("HTTPRoute", route.namespace, route.name, None),
        ("HTTPRoute", route.namespace, route.name, path.rule.name),
    )
