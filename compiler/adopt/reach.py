"""Which models an object of a dump is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct

from compiler.adopt.draft import Draft
from compiler.adopt.elsewhere import parents
from compiler.adopt.gather import Dump
from compiler.adopt.objects import Object, mapping
from compiler.adopt.planned import Planned
from compiler.adopt.policies import POLICIES, target
from compiler.adopt.ways import is_known, methods
from compiler.diagnostics.model import Diagnostic, Severity
from compiler.program.ir import SUBSCRIPTION_HEADER

# What is not on a route is about all models that there are.
_EVERYWHERE: Final = ("Gateway", "Role", "RoleBinding")
_ROUTES: Final = ("HTTPRoute", "GRPCRoute")


class Reach(Struct, frozen=True):
    """Tells by the routes of a dump; `models` are all that were taken over, each with the path that its requests begin with."""

    draft: Draft
    models: Mapping[str, str]

    def of(self, one: Object) -> tuple[str, ...]:
        """Give the models that an object is about: a route's, or all of them for what is on the Gateway.

        What is on something that cannot be read may be on anything.
        """
        kind, name = target(one) if one.kind != "HTTPRoute" else ("HTTPRoute", one.name)
        if one.kind in _EVERYWHERE or kind not in _ROUTES or not _is_named(one):
            return tuple(self.models)
        model = self.draft.routes.get((one.namespace, name))
        return (model,) if model is not None else ()

    def closed(self, findings: Sequence[Diagnostic], objects: Sequence[Object | None]) -> dict[str, str]:
        """Give the models whose answers are worth nothing, because something that decides on them is not understood, and why."""
        found: dict[str, str] = {}
        for finding in findings:
            if finding.severity is not Severity.ERROR:
                continue
            one = objects[finding.place.document] if finding.place is not None else None
            for model in self._taken(one) if one is not None else self.models:
                found.setdefault(model, f"{one.said}: {finding.headline}" if one is not None else finding.headline)
        return found

    def _taken(self, one: Object) -> Sequence[str]:
        """Give the models that an object which is not understood may decide about: any route may take requests of others."""
        if one.kind != "HTTPRoute":
            return self.of(one)
        gateway = self.draft.platform.data["gateway"]
        behind = parents(one)
        if behind and f"{gateway['namespace']}/{gateway['name']}" not in behind:
            return ()
        paths = list(_paths(one.spec.get("rules")))
        own = self.of(one)
        return [name for name, prefix in self.models.items() if name in own or any(_may_take(path, prefix) for path in paths)]

    def planned(self, found: Planned) -> dict[str, str]:
        """Give the models with plans of which nothing is known, and why."""
        return {model: f"{one.said}: {why}" for one, why in found.refused for model in self.of(one)}

    def unasked(self, dump: Dump) -> dict[str, tuple[str, ...]]:
        """Give by model the ways in that no method of the configuration is for."""
        found: dict[str, list[str]] = {}
        for one in dump.of("AuthPolicy"):
            lost = [f"`{name}` of the AuthPolicy {one.id}" for name, method in methods(one) if not is_known(one, name, method)]
            for model in self.of(one) if lost else ():
                found.setdefault(model, []).extend(lost)
        return {model: tuple(names) for model, names in found.items()}

    def looking(self, dump: Dump) -> frozenset[str]:
        """Give the models with a policy that looks at the header by which callers ask for a subscription."""
        policies = (one for one in dump.of(*POLICIES) if SUBSCRIPTION_HEADER in str(one.spec))
        return frozenset(model for one in policies for model in self.of(one))


def _is_named(one: Object) -> bool:
    name = one.name if one.kind == "HTTPRoute" else mapping(one.spec.get("targetRef")).get("name")
    return isinstance(name, str) and bool(name)


def _paths(rules: object) -> Iterator[str | None]:
    """Give the paths that a route is for; None for each of which it is not known what it stands for."""
    for rule in rules if isinstance(rules, list) else [None]:
        matches = rule.get("matches", [{}]) if isinstance(rule, dict) else None
        for match in matches if isinstance(matches, list) else [None]:
            path = match.get("path", {}) if isinstance(match, dict) else None
            plain = isinstance(path, dict) and path.get("type", "PathPrefix") in ("Exact", "PathPrefix")
            value = path.get("value", "/") if isinstance(path, dict) and plain else None
            yield value if isinstance(value, str) else None


def _may_take(path: str | None, prefix: str) -> bool:
    """Tell whether a route for a path comes before one for a prefix, for requests below that: its path is as long, or longer."""
    return path is None or f"{path.rstrip('/')}/".startswith(f"{prefix}/")
