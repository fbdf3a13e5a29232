"""Estimates what Kuadrant makes of routes and limits for the gateway's filter: one set of actions for each match of a route."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

Document = Mapping[str, Any]

# Bytes of one set of actions with its call of Authorino, and of a limit apart from its predicates, as Kuadrant's operator
# writes them up to 1.5. Of a token limit there are two actions, a check and a report, each with all predicates.
_SET: Final = 450
_TOKEN_LIMIT: Final = 900
_REQUEST_LIMIT: Final = 450
_LIMITING: Final = ("TokenRateLimitPolicy", "RateLimitPolicy")


@dataclass
class Route:
    """One route: its sets of actions for each listener, and the bytes of its own limits by the kind of policy."""

    sets: int = 1
    rules: int = 1
    most: int = 1
    limits: dict[str, int] = field(default_factory=dict)


@dataclass
class Filter:
    """What all files together make of the filter's configuration, one file after the other.

    A limit of the Gateway stands in every route that has no policy of that kind. Routes that others make count as one match
    each: KServe's have as many or more, so that the sum is an estimate from below.
    """

    listeners: int = 1
    everywhere: dict[str, int] = field(default_factory=dict)
    routes: dict[tuple[str, str], Route] = field(default_factory=dict)

    def add(self, path: str, documents: Sequence[Document]) -> None:
        """Take in a file."""
        named = False
        for document in documents:
            match document.get("kind"):
                case "Gateway":
                    self.listeners = max(1, len(document["spec"]["listeners"]))
                case "HTTPRoute":
                    named = True
                    self._measure(document)
                case kind if isinstance(target := _target(document), str):
                    named = True
                    route = self._route(document, target)
                    if kind in _LIMITING:
                        route.limits[kind] = _limits(document)
                case kind if kind in _LIMITING:
                    self.everywhere[kind] = _limits(document)
        if not named and path.startswith("models/") and not path.endswith("kustomization.yaml"):
            self.routes[path, ""] = Route()

    def join(self, other: Filter) -> None:
        """Take in what another one added up of other files."""
        self.listeners = max(self.listeners, other.listeners)
        self.everywhere |= other.everywhere
        self.routes |= other.routes

    def plain(self) -> dict[str, Any]:
        """Give all of it, as JSON has it."""
        routes = [[*name, route.sets, route.rules, route.most, route.limits] for name, route in self.routes.items()]
        return {"listeners": self.listeners, "everywhere": self.everywhere, "routes": routes}

    @classmethod
    def of_plain(cls, plain: Mapping[str, Any]) -> Filter:
        """Give what `plain` gave.

        Raises:
            KeyError, TypeError, ValueError: it has another shape.
        """
        routes = {
            (space, name): Route(sets, rules, most, {**limits}) for space, name, sets, rules, most, limits in plain["routes"]
        }
        return cls(int(plain["listeners"]), {**plain["everywhere"]}, routes)

    def bytes(self, route: Route) -> int:
        """Give the bytes of one route: listeners times matches times what stands in each set of actions."""
        return self.listeners * route.sets * (_SET + sum({**self.everywhere, **route.limits}.values()))

    @property
    def total(self) -> int:
        """Give the bytes of all routes."""
        return sum(map(self.bytes, self.routes.values()))

    def _route(self, document: Document, name: str) -> Route:
        return self.routes.setdefault((document["metadata"]["namespace"], name), Route())

    def _measure(self, document: Document) -> None:
        route = self._route(document, document["metadata"]["name"])
        matches = [max(1, len(rule.get("matches", ()))) for rule in document["spec"].get("rules", ())]
        route.rules, route.most = len(matches), max(matches, default=0)
        route.sets = max(1, len(document["spec"].get("hostnames", ()))) * sum(matches)


def of(files: Mapping[str, Sequence[Document]]) -> Filter:
    """Add up some files."""
    found = Filter()
    for path, documents in files.items():
        found.add(path, documents)
    return found


def _target(document: Document) -> str | None:
    """Give the name of the route that a policy is for."""
    target = (document.get("spec") or {}).get("targetRef") if "spec" in document else None
    return target["name"] if target and target["kind"] == "HTTPRoute" else None


def _limits(document: Document) -> int:
    return sum(_limit(limit, tokens=document["kind"] == "TokenRateLimitPolicy") for limit in document["spec"]["limits"].values())


def _limit(limit: Document, *, tokens: bool) -> int:
    predicates = sum(_quoted(one["predicate"]) for one in limit.get("when", ()))
    return _TOKEN_LIMIT + 2 * predicates if tokens else _REQUEST_LIMIT + predicates


@lru_cache(maxsize=1 << 12)
def _quoted(text: str) -> int:
    """Count a text as it stands in JSON, in bytes."""
    return len(text.encode()) + text.count('"') + text.count("\\")
